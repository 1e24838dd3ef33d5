import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Observation } from '../../src/lib/watch/observation.ts'
import { Chronicle } from '../../src/lib/watch/observe.ts'
import type { TimelineEntry } from '../../src/lib/watch/timeline.ts'
import { KNOWN_SOCKETS } from '../../src/transport/ctdb-paths.ts'
import { Follower } from '../../src/transport/reach/follower.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { nodeAccess } from './harness/node-access.ts'
import { untilHealthy, type View, viewOf } from './harness/view.ts'
import { waitUntil } from './harness/wait.ts'

/** So long that no look at the interval can see what comes and goes in between. */
const INTERVAL_MS = 20_000
const MOVES = 30
/** Who has told nothing of takeover runs for so long tells nothing more of the last ones. */
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
      cluster: {
        entries: lab.pnns.map((pnn) => ({ name: `node ${pnn}`, reach: async () => nodeAccess(lab, pnn) })),
        socketPaths: KNOWN_SOCKETS,
        timeoutMs: 10_000,
      },
      intervalMs: INTERVAL_MS,
      auditEveryMs: INTERVAL_MS,
      observe: (observation) => observed.push(observation),
    })
    await follower.firstLook
  })
  afterAll(async () => {
    follower.close()
    await untilHealthy(lab)
  }, 90_000)

  async function owners(): Promise<View['owners']> {
    const view = await viewOf(lab, 0)
    if (typeof view === 'string') throw new Error(view)
    return view.owners
  }

  /** Waits until a move is among the observations, in its order; else names what is lacking. */
  async function untilTold({ address, from, to }: Move, since: number): Promise<void> {
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

  /** Does something with the real tool, and checks that each move that follows from it was told. */
  async function movesBy(action: () => Promise<void>): Promise<number> {
    const before = await owners()
    const since = observed.length
    await action()
    const after = await owners()
    const moves = [...before].flatMap(([address, from]): Move[] => {
      const to = after.get(address)
      return to === undefined || to === from || to < 0 || from < 0 ? [] : [{ address, from, to }]
    })
    for (const move of moves) await untilTold(move, since)
    return moves.length
  }

  it(`tells of each of ${MOVES} moves that the real ctdb makes between two looks`, { timeout: 300_000 }, async () => {
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

  /** What the timeline has of takeover runs since then. */
  function runsSince(atMs: number): TimelineEntry[] {
    const chronicle = new Chronicle()
    const entries = observed.flatMap((observation) => chronicle.observe(observation))
    return entries.filter((entry) => entry.kind === 'takeover-run' && entry.atMs >= atMs)
  }

  const untilRest = () =>
    waitUntil('nobody asks for takeover runs', async () => runsSince(Date.now() - REST_MS).at(-1)?.text, 30_000)

  it('tells of a takeover run once, though every node tells of it', { timeout: 60_000 }, async () => {
    await untilRest()
    const startMs = Date.now()
    await lab.must(0, 'ctdb', 'ipreallocate')
    await sleep(REST_MS)
    expect(runsSince(startMs).map(({ what }) => what)).toEqual(['started', 'finished'])
  })

  it('tells once of takeover runs that the real tool disables, and of the run that follows', { timeout: 60_000 }, async () => {
    await untilRest()
    const startMs = Date.now()
    await lab.must(1, 'ctdb', 'reloadips', 'all')
    await sleep(REST_MS)
    const runs = runsSince(startMs)
    expect(runs.map(({ what }) => what)).toEqual(['disabled', 'enabled', 'started', 'finished'])
    expect(runs[0]?.text).toBe('takeover runs are disabled for 20 s by node 1')
  })

  it('tells of a daemon that is killed, and of its return', { timeout: 120_000 }, async () => {
    const since = observed.length
    const is = (kind: 'blind' | 'sighted') => async () =>
      observed.slice(since).some((each) => each.kind === kind && each.pnn === 2) ? undefined : 'not told'
    lab.killDaemon(2)
    await waitUntil('node 2 is blind', is('blind'), 5_000)
    await lab.startDaemon(2)
    await waitUntil('node 2 is sighted', is('sighted'), 40_000)
  })

  it('tells of a daemon that hangs, and of when it goes on', { timeout: 120_000 }, async () => {
    await untilHealthy(lab)
    await lab.noticeSilence(false)
    const since = observed.length
    const is = (kind: 'blind' | 'sighted') => async () =>
      observed.slice(since).some((each) => each.kind === kind && each.pnn === 1) ? undefined : 'not told'
    lab.signal(1, 'ctdbd', 'SIGSTOP')
    try {
      follower.lookNow()
      await waitUntil('node 1 is blind', is('blind'), 10_000)
    } finally {
      lab.signal(1, 'ctdbd', 'SIGCONT')
    }
    await waitUntil('node 1 is sighted', is('sighted'), 30_000)
    await lab.noticeSilence(true)
  })
})
