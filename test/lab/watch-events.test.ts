import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ClusterTracker } from '../../src/lib/watch/cluster-tracker.ts'
import type { Observation } from '../../src/lib/watch/observation.ts'
import type { TimelineEntry } from '../../src/lib/watch/timeline.ts'
import { Follower } from '../../src/operations/follow/follower.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { wholeCluster } from './harness/node-access.ts'
import { untilHealthy, type View, viewOf } from './harness/view.ts'
import { waitUntil } from './harness/wait.ts'

/** Long enough that no periodic look can see changes in between. */
const INTERVAL_MS = 20_000
const MOVES = 15
/** After this time without an event, no event of the last takeover run follows. */
const REST_MS = 3_000

/** An address that the real tool has moved. */
interface Move {
  readonly address: string
  readonly from: number
  readonly to: number
}

describeOnLab('a follower', (lab) => {
  const observed: Observation[] = []
  let follower: Follower

  beforeAll(async () => {
    follower = Follower.start({
      cluster: wholeCluster(lab),
      intervalMs: INTERVAL_MS,
      auditEveryMs: INTERVAL_MS,
      observe: (observation) => observed.push(observation),
    })
    await follower.firstSample
  })
  afterAll(async () => {
    follower.close()
    await untilHealthy(lab)
  }, 180_000)

  async function owners(): Promise<View['owners']> {
    const view = await viewOf(lab, 0)
    if (typeof view === 'string') throw new Error(view)
    return view.owners
  }

  /** Waits until both events of a move have been observed. */
  async function untilObserved({ address, from, to }: Move, since: number): Promise<void> {
    await waitUntil(
      `node ${from} has released ${address}, and node ${to} has taken it`,
      async () => {
        const told = observed.slice(since).filter((each) => each.kind === 'told')
        const isThere = (event: string, pnn: number) =>
          told.some((each) => each.event === event && each.pnn === pnn && each.address === address)
        if (isThere('RELEASE_IP', from) && isThere('TAKE_IP', to)) return undefined
        return `told: ${told.map((each) => `${each.event} ${each.address ?? ''} by ${each.pnn}`).join(', ')}`
      },
      10_000,
    )
  }

  /** Runs an action and checks that each move that it causes is observed. Returns the number of moves. */
  async function movesBy(action: () => Promise<void>): Promise<number> {
    const before = await owners()
    const since = observed.length
    await action()
    const after = await owners()
    const moves = [...before].flatMap(([address, from]): Move[] => {
      const to = after.get(address)
      return to === undefined || to === from || to < 0 || from < 0 ? [] : [{ address, from, to }]
    })
    for (const move of moves) await untilObserved(move, since)
    return moves.length
  }

  it(`reports each of ${MOVES} moves that ctdb makes between two looks`, { timeout: 600_000 }, async () => {
    let moves = 0
    for (let round = 0; moves < MOVES; round++) {
      const [address, owner] = [...(await owners())][round % 3] ?? []
      if (address === undefined || owner === undefined) throw new Error('there is no address')
      const to = (owner + 1) % lab.pnns.length
      moves += await movesBy(async () => {
        await lab.must(0, 'ctdb', 'moveip', address, String(to))
      })
      moves += await movesBy(async () => {
        await lab.must(0, 'ctdb', 'moveip', address, String(owner))
      })
      if (round % 3 !== 2) continue
      const pnn = String(round % lab.pnns.length)
      for (const verb of ['disable', 'enable']) {
        moves += await movesBy(async () => {
          await lab.must(0, 'ctdb', verb, '-n', pnn)
          await lab.must(0, 'ctdb', 'ipreallocate')
        })
      }
    }
    expect(moves).toBeGreaterThanOrEqual(MOVES)
    expect(observed.filter(({ kind }) => kind === 'blind')).toEqual([])
    process.stdout.write(`${moves} moves, ${observed.filter(({ kind }) => kind === 'seen').length} looks\n`)
  })

  /** The entries about takeover runs in the timeline since a time. */
  function runsSince(atMs: number): TimelineEntry[] {
    const tracker = new ClusterTracker()
    const entries = observed.flatMap((observation) => tracker.observe(observation))
    return entries.filter((entry) => entry.kind === 'takeover-run' && entry.atMs >= atMs)
  }

  const untilRest = () =>
    waitUntil('there are no takeover runs', async () => runsSince(Date.now() - REST_MS).at(-1)?.text, 30_000)

  it('reports a takeover run once, though every node announces it', async () => {
    await untilRest()
    const startMs = Date.now()
    await lab.must(0, 'ctdb', 'ipreallocate')
    await sleep(REST_MS)
    expect(runsSince(startMs).map(({ what }) => what)).toEqual(['started', 'finished'])
    // The node on which it was asked receives the request too, by which a new one is told from one that was held up.
    const requests = observed.filter((each) => each.kind === 'told' && each.event === 'TAKEOVER_RUN' && each.atMs >= startMs)
    expect(requests).toContainEqual(expect.objectContaining({ by: 0, pnn: 0, wantsAnswer: true }))
  })

  it('reports once that ctdb disables takeover runs, and the run that follows', async () => {
    await untilRest()
    const startMs = Date.now()
    await lab.must(1, 'ctdb', 'reloadips', 'all')
    await sleep(REST_MS)
    const runs = runsSince(startMs)
    expect(runs.map(({ what }) => what)).toEqual(['disabled', 'enabled', 'started', 'finished'])
    expect(runs[0]?.text).toBe('node 1 disabled takeover runs for 20 s')
  })

  /** The observations about the connection to a node. */
  const connectionsOf = (pnn: number, since: number) =>
    observed
      .slice(since)
      .flatMap((each) => ((each.kind === 'blind' || each.kind === 'sighted') && each.pnn === pnn ? each.kind : []))

  const endsOf = (kinds: readonly string[]) => [kinds.at(0), kinds.at(-1)]

  it('reports that a daemon was killed, and that it is back', { timeout: 240_000 }, async () => {
    const since = observed.length
    const is = (kind: 'blind' | 'sighted') => async () =>
      observed.slice(since).some((each) => each.kind === kind && each.pnn === 2) ? undefined : 'not observed'
    lab.killDaemon(2)
    await waitUntil('node 2 is blind', is('blind'))
    await lab.startDaemon(2)
    await waitUntil('node 2 is sighted', is('sighted'), 40_000)
    expect(endsOf(connectionsOf(2, since))).toEqual(['blind', 'sighted'])
  })

  it('reports that a daemon hangs, and that it continues', { timeout: 240_000 }, async () => {
    await untilHealthy(lab)
    await lab.noticeSilence(false)
    const since = observed.length
    const is = (kind: 'blind' | 'sighted') => async () =>
      observed.slice(since).some((each) => each.kind === kind && each.pnn === 1) ? undefined : 'not observed'
    lab.signal(1, 'ctdbd', 'SIGSTOP')
    try {
      follower.sampleNow()
      await waitUntil('node 1 is blind', is('blind'), 10_000)
    } finally {
      lab.signal(1, 'ctdbd', 'SIGCONT')
    }
    await waitUntil('node 1 is sighted', is('sighted'), 30_000)
    await lab.noticeSilence(true)
    expect(endsOf(connectionsOf(1, since))).toEqual(['blind', 'sighted'])
  })
})
