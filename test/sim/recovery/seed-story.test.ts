import { describe, expect, it } from 'vitest'
import { firstNotInOrder, SmallWorld } from '../../support/sim-world.ts'

const LOST = '172.16.146.133'

/** A cluster like that of the seed article, where the node that has .133 does not lead; its network has just been restarted. */
function restartedNetwork(era: '2017' | 'now') {
  for (let seed = 1; ; seed++) {
    const small = new SmallWorld({ era, seed }).comeUp()
    const [holder = -1] = small.holdersOf(LOST)
    if (holder === small.leader.pnn) continue
    const before = small.world.nodes.map(({ pnn }) => small.heldBy(pnn))
    small.do(`restart-network ${holder}`)
    expect(small.holdersOf(LOST)).toEqual([])
    small.pass(5)
    const third = [0, 1, 2].find((pnn) => pnn !== holder && pnn !== small.leader.pnn) ?? -1
    return { small, holder, leader: small.leader.pnn, third, before }
  }
}

describe.each(['2017', 'now'] as const)('an address that was lost in a restart of the network (%s)', (era) => {
  it('returns to its node, and no other address moves', () => {
    const { small, holder, before } = restartedNetwork(era)
    expect(small.holdersOf(LOST)).toEqual([holder])
    expect(small.world.nodes.map(({ pnn }) => small.heldBy(pnn))).toEqual(before)
    expect(small.world.nodes.map(({ pnn }) => small.believedOwner(pnn, LOST))).toEqual([holder, holder, holder])
  })

  it('takes one run, within two turns of the loop', () => {
    const { small, leader } = restartedNetwork(era)
    expect(small.runs).toEqual([`start ${leader}`, `end ${leader} ok`])
    const back = small.log.find(({ text }) => text.includes('sending TAKE_IP'))
    const [begun] = small.log
    expect((back?.atMs ?? Infinity) - (begun?.atMs ?? 0)).toBeLessThan(2_500)
  })

  it('causes no further requests: the next seconds are quiet', () => {
    const { small } = restartedNetwork(era)
    small.forget()
    small.pass(20)
    expect(small.lines({ source: 'recoverd' })).toEqual([])
    expect(small.lines({ source: 'takeover' })).toEqual([])
  })
})

describe('the log of 2017', () => {
  const { small, holder, leader, third } = restartedNetwork('2017')

  it("has the article's lines on the node itself, in order", () => {
    expect(small.lines({ pnn: holder, source: 'recoverd' }).slice(0, 2)).toEqual([
      "Public address '172.16.146.133' is missing and we should serve this ip",
      'Trigger takeoverrun',
    ])
    expect(
      firstNotInOrder(small.lines({ pnn: holder }), [
        "Public address '172.16.146.133' is missing and we should serve this ip",
        'Trigger takeoverrun',
        "server/ctdb_takeover.c:163 public address '172.16.146.132' now unassigned (old iface '__none__' refs[0])",
        "server/ctdb_takeover.c:163 public address '172.16.146.131' now unassigned (old iface '__none__' refs[0])",
        "server/ctdb_takeover.c:132 public address '172.16.146.133' still assigned to iface 'bond0'",
        'Takeover of IP 172.16.146.133/24 on interface bond0',
        'server/eventscript.c:762 Starting eventscript takeip bond0 172.16.146.133 24',
        'server/eventscript.c:485 Eventscript takeip bond0 172.16.146.133 24 finished with state 0',
        "server/ctdb_takeover.c:362 sending TAKE_IP for '172.16.146.133'",
      ]),
    ).toBeUndefined()
  })

  it('has the forced reallocation on the recovery master', () => {
    expect(small.lines({ pnn: leader, source: 'recoverd' })).toContain('recovery master forced ip reallocation')
    expect(small.lines({ pnn: third, source: 'recoverd' })).not.toContain('recovery master forced ip reallocation')
  })

  it('has redundant releases and takeovers on the other nodes', () => {
    for (const pnn of [leader, third]) {
      const [own = ''] = small.heldBy(pnn)
      const [first, second] = ['172.16.146.133', '172.16.146.132', '172.16.146.131'].filter((address) => address !== own)
      const redundant = (address?: string) => [
        `Redundant release of IP ${address}/24 on interface __none__ (ip not held)`,
        `server/ctdb_takeover.c:163 public address '${address}' now unassigned (old iface '__none__' refs[0])`,
      ]
      expect(
        firstNotInOrder(small.lines({ pnn, source: 'ctdbd' }), [
          ...redundant(first),
          ...redundant(second),
          `Redundant takeover of IP ${own}/24 on interface bond0 (ip already held)`,
          'server/eventscript.c:762 Starting eventscript ipreallocated',
          'server/eventscript.c:485 Eventscript ipreallocated finished with state 0',
        ]),
      ).toBeUndefined()
    }
  })

  it('has no takeover before the end of the last release', () => {
    const releases = small.log.filter(({ text }) => text.startsWith('Redundant release'))
    const takeovers = small.log.filter(({ text }) => /^(Redundant t|T)akeover of IP/.test(text))
    expect([releases.length, takeovers.length]).toEqual([6, 3])
    const lastRelease = Math.max(...releases.map((entry) => small.log.indexOf(entry)))
    expect(takeovers.every((entry) => small.log.indexOf(entry) > lastRelease)).toBe(true)
  })
})

describe('the log of now', () => {
  const { small, holder, leader, third } = restartedNetwork('now')

  it('has the missing address and its takeover on the node itself', () => {
    expect(
      firstNotInOrder(small.lines({ pnn: holder }), [
        `Assigned IP ${LOST} not on an interface`,
        'Trigger takeoverrun',
        'Disabling takeover runs for 60 seconds',
        `public address '${LOST}' still assigned to iface 'bond0'`,
        `Takeover of IP ${LOST}/24 on interface bond0`,
        `sending TAKE_IP for '${LOST}'`,
        'Reenabling takeover runs',
      ]),
    ).toBeUndefined()
  })

  it('has the takeover run on the leader, and disabled checks on the third node', () => {
    expect(small.lines({ pnn: leader, source: 'recoverd' })).toEqual([
      'Takeover run starting',
      'Takeover run completed successfully',
    ])
    expect(small.lines({ pnn: third, source: 'recoverd' })).toEqual([
      'Disabling takeover runs for 60 seconds',
      'Reenabling takeover runs',
    ])
  })
})
