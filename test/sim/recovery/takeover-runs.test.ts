import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { answerTo, messages } from '../../../src/lib/wire/messages.ts'
import { Random } from '../../../src/sim/world/random.ts'
import { firstNotInOrder, SmallWorld } from '../../support/sim-world.ts'

const EAGAIN = 11

/** Asks a node's recovery daemon to switch takeover runs off, and returns the answers it will get. */
function switchOff(small: SmallWorld, pnn: number, timeoutSeconds: number): readonly unknown[] {
  const answers: unknown[] = []
  const replySrvid = 0xcc00_0000_0000_0000n
  const { daemon } = small.node(0)
  daemon?.listen(answerTo(replySrvid), (answer) => answers.push(answer))
  daemon?.send(pnn, messages.disableTakeoverRuns, { pnn: 0, replySrvid, timeoutSeconds })
  small.pass(0.1)
  return answers
}

/** A cluster whose takeover runs take seconds. */
const slow = (seconds: number) => {
  const small = new SmallWorld({ tunables: { TakeoverTimeout: 30 } }).comeUp()
  small.do(`script ${small.follower.pnn} ipreallocated ${seconds}`)
  return small
}

describe('a request for a takeover run', () => {
  it.each(['2017', 'now'] as const)('gets one answer: the PNN of the leader (%s)', (era) => {
    const small = new SmallWorld({ era }).comeUp()
    const first = small.askForRun(0, 7n)
    const second = small.askForRun(2, 8n)
    small.pass(10)
    expect([first, second]).toEqual([[small.leader.pnn], [small.leader.pnn]])
  })

  it('gets one answer, also when it is repeated', () => {
    const small = new SmallWorld().comeUp()
    small.askForRun(1, 7n)
    const answers = small.askForRun(1, 7n)
    small.pass(10)
    expect(answers).toEqual([small.leader.pnn])
  })

  it('gets no answer when it asks for none', () => {
    const small = new SmallWorld().comeUp()
    const answers = small.askForRun(1, 0n)
    small.pass(10)
    expect([answers, small.runs.length]).toEqual([[], 2])
  })

  it('is served by the next run when it arrives during a run', () => {
    const small = slow(3)
    const { pnn } = small.leader
    const first = small.askForRun(0, 7n)
    small.passUntil(() => small.runs.length === 1)
    small.pass(1)
    const second = small.askForRun(0, 8n)
    const again = small.askForRun(0, 7n)
    small.passUntil(() => small.runs.length === 2)
    small.pass(0.1)
    expect([first, second]).toEqual([[pnn], []])
    small.pass(10)
    expect([again, second]).toEqual([[pnn, pnn], [pnn]])
    expect(small.runs).toEqual([`start ${pnn}`, `end ${pnn} ok`, `start ${pnn}`, `end ${pnn} ok`])
  })

  it('gets a negative number when the run fails', () => {
    const small = new SmallWorld({ tunables: { EnableBans: 0 } }).comeUp()
    small.do('script 1 ipreallocated fail')
    const answers = small.askForRun(0, 7n)
    small.pass(10)
    expect(answers).toEqual([-1])
  })
})

describe('disabled takeover runs', () => {
  it('let requests wait until they are enabled', () => {
    const small = new SmallWorld().comeUp()
    const { pnn } = small.leader
    expect(switchOff(small, pnn, 5)).toEqual([pnn])
    const answers = small.askForRun(0, 7n)
    small.pass(4)
    expect([answers, small.runs]).toEqual([[], []])
    small.pass(3)
    expect([answers, small.runs]).toEqual([[pnn], [`start ${pnn}`, `end ${pnn} ok`]])
    expect(small.lines({ pnn })).toContain('Reenabling takeover runs after timeout')
  })

  it('can be enabled earlier', () => {
    const small = new SmallWorld().comeUp()
    switchOff(small, small.leader.pnn, 500)
    const answers = small.askForRun(0, 7n)
    small.pass(3)
    expect(switchOff(small, small.leader.pnn, 0)).toEqual([small.leader.pnn])
    small.pass(3)
    expect(answers).toEqual([small.leader.pnn])
  })

  it('cannot be disabled during a run', () => {
    const small = slow(3)
    small.askForRun(0, 7n)
    small.passUntil(() => small.runs.length === 1)
    expect(switchOff(small, small.leader.pnn, 5)).toEqual([-EAGAIN])
    expect(small.lines({ pnn: small.leader.pnn })).toContain('Unable to disable takeover runs - in progress')
  })
})

describe('a takeover run that fails', () => {
  it('is repeated until it succeeds', () => {
    const small = new SmallWorld({ tunables: { EnableBans: 0 } }).comeUp()
    const { pnn } = small.leader
    small.do('script 1 ipreallocated fail')
    small.askForRun(0, 7n)
    small.passUntil(() => small.runs.length >= 6)
    expect(new Set(small.runs)).toEqual(new Set([`start ${pnn}`, `end ${pnn} failed`]))
    small.do('script 1 ipreallocated ok')
    small.pass(3)
    expect(small.runs.at(-1)).toBe(`end ${pnn} ok`)
    const { length } = small.runs
    small.pass(10)
    expect(small.runs.length).toBe(length)
    expect(small.lines().filter((text) => text.includes('banning credits'))).toEqual([])
  })

  it.each(['2017', 'now'] as const)(
    'gives credits to the node that failed, and bans it after two credits for each node (%s)',
    (era) => {
      const small = new SmallWorld({ era }).comeUp()
      const { leader, follower } = small
      small.do(`script ${follower.pnn} takeip fail`)
      small.do(`restart-network ${follower.pnn}`)
      small.passUntil(() => (small.flagsOf(follower.pnn) & NODE_FLAG.BANNED) !== 0)
      const failed = small.runs.filter((text) => text.endsWith('failed'))
      expect(failed.length).toBe(2)
      expect(
        firstNotInOrder(small.lines({ pnn: leader.pnn }), [
          `Assigning banning credits to node ${follower.pnn}`,
          era === 'now' ? 'ctdb_takeover_run() failed' : 'Failed to reallocate addresses: ctdb_takeover_run() failed.',
          `Assigning banning credits to node ${follower.pnn}`,
          `Node ${follower.pnn} reached 6 banning credits`,
        ]),
      ).toBeUndefined()
      expect(small.lines({ pnn: follower.pnn })).toContain('Banning this node for 300 seconds')
      small.pass(10)
      expect([small.heldBy(follower.pnn), small.runs.at(-1)]).toEqual([[], `end ${leader.pnn} ok`])
    },
  )

  it('may make the leader ban itself, and another node lead', () => {
    const small = new SmallWorld().comeUp()
    const { pnn } = small.leader
    small.do(`script ${pnn} ipreallocated fail`)
    small.askForRun(0, 7n)
    small.passUntil(() => (small.flagsOf(pnn) & NODE_FLAG.BANNED) !== 0)
    small.passUntil(() => small.world.leader !== undefined && small.world.leader !== pnn)
    expect(small.world.leader).not.toBe(pnn)
  })

  it('never takes over an address that could not be released', () => {
    const small = new SmallWorld({ tunables: { EnableBans: 0 } }).comeUp()
    const { pnn } = small.follower
    const [address = ''] = small.heldBy(pnn)
    small.do(`script ${pnn} releaseip fail`)
    small.do(`disable ${pnn}`)
    small.do('run')
    small.pass(5)
    expect(small.runs.filter((text) => text.endsWith('failed')).length).toBeGreaterThan(1)
    expect(small.holdersOf(address)).toEqual([pnn])
    expect(small.lines().filter((text) => text.includes(`Takeover of IP ${address}`))).toEqual([])
    small.do(`script ${pnn} releaseip ok`)
    small.pass(5)
    const [holder, ...others] = small.holdersOf(address)
    expect([holder === pnn, others]).toEqual([false, []])
  })
})

describe('a takeover run', () => {
  it.each([1, 2, 3])('never starts inside another one, whenever requests arrive (seed %i)', (seed) => {
    const small = new SmallWorld({ seed, tunables: { TakeoverTimeout: 30 } }).comeUp()
    const random = new Random(seed)
    for (const pnn of [0, 1, 2]) small.do(`script ${pnn} ipreallocated ${random.between(0, 3)}`)
    for (let count = 0; count < 40; count++) {
      if (random.percent(20)) small.do(`restart-network ${random.between(0, 2)}`)
      else small.askForRun(random.between(0, 2), BigInt(random.between(1, 5)))
      small.world.clock.advanceBy(random.between(0, 1_500))
    }
    small.passUntil(() => small.runs.length % 2 === 0)
    expect(small.runs.length).toBeGreaterThan(6)
    expect(small.runs.filter((_, index) => index % 2 === 0).every((text) => text.startsWith('start'))).toBe(true)
    expect(small.runs.filter((_, index) => index % 2 === 1).every((text) => text.startsWith('end'))).toBe(true)
  })

  it('may move addresses to a node that the leader was asked to rebalance, but only once', () => {
    const small = new SmallWorld().comeUp()
    const { pnn } = small.leader
    small.node(0).daemon?.send(pnn, messages.rebalanceNode, 2)
    small.pass(0.1)
    small.askForRun(0, 7n)
    small.pass(5)
    small.askForRun(0, 8n)
    small.pass(5)
    expect(small.lines({ pnn }).filter((text) => text.includes('rebalanc'))).toEqual([
      'Setting up rebalance of IPs to node 2',
      'Forcing rebalancing of IPs to node 2',
    ])
  })

  it('is not served by a node that does not lead, which drops the request', () => {
    const small = new SmallWorld().comeUp()
    const { leader, follower } = small
    follower.daemon?.send(follower.pnn, messages.takeoverRun, { pnn: follower.pnn, replySrvid: 7n })
    small.pass(5)
    small.do(`stop ${leader.pnn}`)
    const answers: unknown[] = []
    follower.daemon?.listen(answerTo(7n), (answer) => answers.push(answer))
    small.pass(30)
    expect([answers, small.world.leader === undefined]).toEqual([[], false])
  })
})

it('an unexpected answer changes nothing', () => {
  const small = new SmallWorld().comeUp()
  const { daemon } = small.node(0)
  for (const outcome of [{ ok: true, value: 1 } as const, { ok: false, status: -1, text: '' } as const]) {
    daemon?.received(1, { kind: 'reply', id: 999_999, outcome })
  }
  small.pass(10)
  expect([small.lines({ source: 'recoverd' }), small.runs, small.world.isHealthy]).toEqual([[], [], true])
})
