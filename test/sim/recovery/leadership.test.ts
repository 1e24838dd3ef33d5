import { describe, expect, it } from 'vitest'
import { firstNotInOrder, SmallWorld } from '../../support/sim-world.ts'

/** Those who believe that they lead. */
const leaders = (small: SmallWorld) =>
  small.world.nodes.filter(({ recovery }) => recovery?.leadership.isOurs).map(({ pnn }) => pnn)
const believed = (small: SmallWorld) => small.world.nodes.map(({ daemon }) => daemon?.leader)

/** Waits until all that still run agree on another leader. */
function awaitNewLeader(small: SmallWorld, old: number): number {
  small.passUntil(() => {
    const { leader } = small.world
    return (
      leader !== undefined &&
      leader !== old &&
      small.world.nodes.every(({ pnn, daemon }) => pnn === old || daemon?.leader === leader)
    )
  })
  return small.leader.pnn
}

describe.each(['2017', 'now'] as const)('the leader (%s)', (era) => {
  it('is one node that all nodes agree on', () => {
    const small = new SmallWorld({ era }).comeUp()
    const { pnn } = small.leader
    expect([leaders(small), believed(small)]).toEqual([[pnn], [pnn, pnn, pnn]])
  })

  it.each(['kill', 'crash', 'stop'])('changes after: %s leader', (verb) => {
    const small = new SmallWorld({ era }).comeUp()
    const { pnn: old } = small.leader
    const [address = ''] = small.heldBy(old)
    small.do(`${verb} leader`)
    const leader = awaitNewLeader(small, old)
    expect([leader === old, leaders(small).includes(old)]).toEqual([false, false])
    small.pass(30)
    expect(small.holdersOf(address).filter((pnn) => pnn !== old).length).toBe(1)
    expect(small.runs.at(-1)).toBe(`end ${leader} ok`)
  })

  it('changes after a ban, and does not change back when the ban ends', () => {
    const small = new SmallWorld({ era }).comeUp()
    const { pnn: old } = small.leader
    small.do('ban leader 20')
    const leader = awaitNewLeader(small, old)
    small.pass(60)
    expect([believed(small), small.world.isHealthy]).toEqual([[leader, leader, leader], true])
  })

  it('does not change when a node joins or rejoins', () => {
    const small = new SmallWorld({ era }).comeUp()
    const { pnn } = small.leader
    small.do(`kill ${small.follower.pnn}`)
    small.pass(20)
    small.do(`start ${small.follower.pnn}`)
    small.pass(60)
    expect([small.leader.pnn, believed(small), small.world.isHealthy]).toEqual([pnn, [pnn, pnn, pnn], true])
  })

  it('is never more than one node, whatever happens', () => {
    const small = new SmallWorld({ era })
    small.world.start()
    small.world.settle(120_000)
    for (const line of ['stop leader', 'kill leader', 'heal', 'part leader']) {
      small.do(line)
      for (let count = 0; count < 2_000; count++) {
        small.pass(0.01)
        expect(leaders(small).length).toBeLessThanOrEqual(1)
      }
      for (const { pnn, daemon } of small.world.nodes) small.do(daemon ? `continue ${pnn}` : `start ${pnn}`)
      small.do('heal')
      small.passUntil(() => small.world.leader !== undefined)
    }
  })
})

describe('an election', () => {
  it('begins when the leader is silent, and ends when a node has the lock', () => {
    const small = new SmallWorld().comeUp()
    const { pnn: old } = small.leader
    const [first = -1, second = -1] = [0, 1, 2].filter((pnn) => pnn !== old)
    small.do('kill leader')
    const leader = awaitNewLeader(small, old)
    const other = leader === first ? second : first
    expect(
      firstNotInOrder(small.lines({ pnn: leader, source: 'recoverd' }), [
        'Start election',
        'Attempting to take cluster lock (/clusterfs/.ctdb/reclock)',
        'Cluster lock taken successfully',
        `Took cluster lock, leader=${leader}`,
      ]),
    ).toBeUndefined()
    expect(small.lines({ source: 'recoverd' })).toContain('Leader broadcast timeout')
    expect(small.lines({ pnn: other, source: 'recoverd' })).toContain(`Received leader broadcast, leader=${leader}`)
  })

  it('does not begin while all nodes are stopped, but when one is continued', () => {
    const small = new SmallWorld().comeUp()
    for (const pnn of [0, 1, 2]) small.do(`stop ${pnn}`)
    small.pass(30)
    expect([small.world.leader, small.lines().includes('Start election')]).toEqual([undefined, false])
    small.do('continue 1')
    small.passUntil(() => small.world.leader === 1)
  })

  it('has no winner while a hanging leader has the lock; it leads again when it is continued', () => {
    const small = new SmallWorld().comeUp()
    const { pnn: old } = small.leader
    small.do('hang leader')
    small.pass(20)
    expect(small.world.leader).toBeUndefined()
    expect(small.lines()).toContain('Unable to take cluster lock - contention')
    small.do(`resume ${old}`)
    small.passUntil(() => small.world.isHealthy, 120)
    expect(small.leader.pnn).toBe(old)
  })
})

describe('the leader role', () => {
  it.each(['2017', 'now'] as const)(
    'is required to lead: a leader without it resigns, and only other nodes are elected (%s)',
    (era) => {
      const small = new SmallWorld({ era }).comeUp()
      const { pnn: old } = small.leader
      const daemon = small.world.nodes[old]?.daemon
      if (!daemon) throw new Error('the leader runs')
      daemon.roles.leader = false
      small.passUntil(() => small.world.leader !== undefined && small.world.leader !== old)
      for (const { pnn } of small.world.nodes) if (pnn !== old) small.do(`stop ${pnn}`)
      small.pass(30)
      expect(small.world.leader).toBeUndefined()
      daemon.roles.leader = true
      small.passUntil(() => small.world.leader === old)
    },
  )
})
