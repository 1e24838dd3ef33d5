import { describe, expect, it } from 'vitest'
import { messages } from '../../../src/lib/wire/messages.ts'
import { SmallWorld } from '../../support/sim-world.ts'

/** A node of a calm cluster that has just lost an address. */
function afterLoss(era: '2017' | 'now', before: (small: SmallWorld, pnn: number) => void = () => {}) {
  const small = new SmallWorld({ era }).comeUp()
  const { pnn, daemon } = small.follower
  const [address = ''] = small.heldBy(pnn)
  before(small, pnn)
  small.pass(0.1)
  small.do(`delete-address ${pnn} ${address}`)
  const recoverd = () => small.lines({ pnn, source: 'recoverd' })
  return { small, pnn, daemon, address, recoverd }
}

const switchOff = (small: SmallWorld, pnn: number) =>
  small.node(pnn).daemon?.send(pnn, messages.disableTakeoverRuns, { pnn, replySrvid: 0n, timeoutSeconds: 10 })

describe.each(['2017', 'now'] as const)('the check of the own node (%s)', (era) => {
  it('asks for a run when an address is missing', () => {
    const { small, pnn, address, recoverd } = afterLoss(era)
    small.pass(3)
    expect(recoverd()).toContain('Trigger takeoverrun')
    expect(small.holdersOf(address)).toEqual([pnn])
  })

  it('is skipped while takeover runs are disabled on the node', () => {
    const { small, address, recoverd } = afterLoss(era, switchOff)
    small.pass(8)
    expect(recoverd()).toEqual(['Disabling takeover runs for 10 seconds'])
    small.pass(6)
    expect(small.holdersOf(address).length).toBe(1)
  })

  it('only counts on a node that takes part in the cluster', () => {
    const small = new SmallWorld({ era }).comeUp()
    const { pnn } = small.follower
    const [address = ''] = small.heldBy(pnn)
    small.do(`stop ${pnn}`)
    small.pass(5)
    small.forget()
    small.do(`add-address ${pnn} ${address}/24 bond0`)
    small.pass(10)
    expect(small.lines({ pnn, source: 'recoverd' })).toEqual([])
  })

  it('finds an address that was added by hand, and it is removed', () => {
    const small = new SmallWorld({ era }).comeUp()
    const { pnn } = small.follower
    const [address = ''] = small.heldBy(small.leader.pnn)
    small.do(`add-address ${pnn} ${address}/24 bond0`)
    small.pass(3)
    expect(small.lines({ pnn })).toContain(
      era === '2017'
        ? `We are still serving a public address '${address}' that we should not be serving.`
        : `IP ${address} incorrectly on an interface`,
    )
    expect(small.holdersOf(address)).toEqual([small.leader.pnn])
  })

  it('finds that an interface has lost its link', () => {
    const small = new SmallWorld({ era, partiallyOnline: true }).comeUp()
    const { pnn } = small.follower
    small.do(`link ${pnn} bond0 down`)
    small.passUntil(() => small.lines({ pnn }).includes('Trigger takeoverrun'))
    expect(small.lines({ pnn })).toContain(
      era === '2017'
        ? `The interfaces status has changed on local node ${pnn} - force takeover run`
        : 'Interface bond0 changed state: 1 => 0',
    )
  })
})

describe('in 2017 the check', () => {
  it('was skipped during a recovery', () => {
    const { small, daemon, recoverd } = afterLoss('2017')
    if (daemon) daemon.times.recoveryStartedMs = small.world.clock.nowMs
    small.pass(3)
    expect(new Set(recoverd())).toEqual(
      new Set(['in the middle of recovery or ip reallocation. skipping public ip address check']),
    )
  })

  it('was skipped when a recovery had started and ended at the same time', () => {
    const { small, daemon, recoverd } = afterLoss('2017')
    if (daemon) daemon.times.recoveryStartedMs = daemon.times.recoveryFinishedMs
    small.pass(2)
    expect(recoverd()).not.toContain('Trigger takeoverrun')
  })

  it.each(['recoveryStartedMs', 'recoveryFinishedMs'] as const)('was dropped when %s changed in the meantime', (time) => {
    const { small, daemon, recoverd } = afterLoss('2017')
    if (!daemon) return
    const { publicIps } = daemon
    const known = publicIps.known.bind(publicIps)
    publicIps.known = () => {
      daemon.times[time] += 1
      return known()
    }
    small.passUntil(() => recoverd().length > 0)
    expect(recoverd()).toEqual([' last recovery time changed while we read the public ip list. skipping public ip address check'])
    publicIps.known = known
    small.pass(3)
    expect(recoverd()).toContain('Trigger takeoverrun')
  })

  it('was skipped with DisableIPFailover, which has no effect now', () => {
    const disable = (small: SmallWorld) => small.do('set DisableIPFailover 1')
    const then = afterLoss('2017', disable)
    const now = afterLoss('now', disable)
    for (const { small } of [then, now]) small.pass(5)
    expect([then.recoverd().includes('Trigger takeoverrun'), now.recoverd().includes('Trigger takeoverrun')]).toEqual([
      false,
      true,
    ])
  })

  it('sent its request to the recovery master only; now it goes to all nodes, and only the leader acts', () => {
    const told = (era: '2017' | 'now') => {
      const { small, pnn } = afterLoss(era)
      const asked: number[] = []
      for (const node of small.world.nodes) node.daemon?.listen(messages.takeoverRun, () => asked.push(node.pnn))
      small.passUntil(() => small.lines({ pnn }).includes('Trigger takeoverrun'))
      small.pass(0.1)
      expect(small.runs.every((text) => text.includes(String(small.leader.pnn)))).toBe(true)
      return { asked: asked.sort(), leader: small.leader.pnn }
    }
    const then = told('2017')
    expect(then.asked).toEqual([then.leader])
    expect(told('now').asked).toEqual([0, 1, 2])
  })
})
