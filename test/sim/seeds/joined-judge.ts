import type { Pnn } from '../../../src/lib/cluster/node.ts'
import type { History } from '../../../src/lib/history/history.ts'
import { ownersAt } from '../../../src/lib/history/owners.ts'
import type { HistoryEntry } from '../../../src/lib/history/story/entry.ts'
import type { RecordedHistory } from '../../../src/lib/recording/recording-story.ts'
import { isDoubtful } from '../../support/history-deeds.ts'
import { START_MS } from '../../support/sim-world.ts'
import { type Happened, MAX_LAG_MS, type WatchedWorld } from '../../support/watched-world.ts'
import type { WorldRecord } from '../../support/world-record.ts'
import { TrueCauses } from './watch-causes.ts'

/** How often logs and a recording together could say something, and how often they did. */
export interface JoinedCounts {
  clusters: number
  judged: number
  takes: number
  takesTold: number
  moves: number
  movesExplained: number
  moments: number
  ownersKnown: number
}

interface Judged {
  readonly joined: History
  readonly logs: History
  readonly recorded: RecordedHistory
  /** How far the clock of the recorder really is ahead. */
  readonly recorderMs: number
  readonly watch: WatchedWorld
  readonly record: WorldRecord
  /** Packets were under way for long, so that the clocks seem to differ. */
  readonly isSlow: boolean
  /** A node that hangs or is cut off still owns what it had, and nobody sees that. */
  readonly hasHidden: boolean
}

/** What is told is so late, and what happens in a step of the world is known only at its end. */
const LATE_MS = MAX_LAG_MS + 50
/** A sample is so late. */
const SEEN_MS = 16_000
/** A log tells the beginning of what takes so long at most. */
const BEGUN_MS = 8_000
const MOMENT_MS = 1_000

/** Compares what logs and a recording tell together with what really happened. */
export class JoinedJudge {
  readonly wrong: string[] = []
  readonly counts: JoinedCounts = {
    ...{ clusters: 1, judged: 0, takes: 0, takesTold: 0 },
    ...{ moves: 0, movesExplained: 0, moments: 0, ownersKnown: 0 },
  }
  private readonly slackMs: number
  private readonly causes: TrueCauses
  private readonly of: Judged

  constructor(of: Judged) {
    this.of = of
    const { logs, recorded, recorderMs, isSlow, watch, record } = of
    this.causes = new TrueCauses(record, watch.small)
    const nodes = logs.nodes.flatMap(({ clocks }) => clocks)
    const doubts = [...nodes, ...recorded.recorders].map(({ uncertaintyMs = 0 }) => uncertaintyMs)
    this.slackMs = LATE_MS + Math.max(0, ...doubts)
    if (isSlow || nodes.some(({ offsetMs, uncertaintyMs = 0 }) => Math.abs(offsetMs) > uncertaintyMs + LATE_MS)) return
    for (const { offsetMs, uncertaintyMs } of recorded.recorders) {
      if (uncertaintyMs === undefined && recorderMs !== 0) return
      const wrongMs = Math.abs(offsetMs - recorderMs)
      if (uncertaintyMs !== undefined && wrongMs > uncertaintyMs + LATE_MS)
        this.wrong.push(`the clock of the recorder is wrong by ${wrongMs} ms`)
    }
    this.counts.judged = 1
    this.entries()
    this.takes()
    this.owners()
  }

  private entries(): void {
    const { joined, logs } = this.of
    for (const entry of joined.entries) {
      const logged = logs.entries.find(({ lines }) => lines === entry.lines && lines.length > 0)
      const wrong = this.whyWrong(entry) && (logged ? this.whyWrong(logged) : this.whyWrong(entry))
      if (wrong !== undefined) this.wrong.push(wrong)
      if (entry.what !== 'moved') continue
      this.counts.moves += 1
      if (entry.cause !== undefined) this.counts.movesExplained += 1
    }
  }

  private whyWrong(entry: HistoryEntry): string | undefined {
    const { record } = this.of
    const [[pnn = -1], [address = '']] = [entry.pnns, entry.addresses]
    const isUndone = isDoubtful(entry) && !record.held(pnn, address, entry.atMs, Number.POSITIVE_INFINITY).includes(false)
    const endMs = (entry.notAfterMs ?? entry.atMs) + this.slackMs
    return isUndone ? undefined : this.causes.whyWrong({ ...entry, atMs: endMs })
  }

  /** Each take is told once: what logs tell, no recording tells too. */
  private takes(): void {
    const { joined, logs, watch } = this.of
    const open = watch.happened.filter(({ event }) => event === 'TAKE_IP')
    const all = open.length
    const isTake = ({ kind, what }: HistoryEntry) => kind === 'address' && (what === 'moved' || what === 'taken')
    const logged = new Set(logs.entries.map(({ lines }) => lines))
    const isOfLogs = ({ lines, notAfterMs }: HistoryEntry) => logged.has(lines) && notAfterMs !== undefined
    const takes = joined.entries.filter(isTake)
    for (const entry of [...takes.filter((each) => !isOfLogs(each)), ...takes.filter(isOfLogs)]) {
      const index = open.findIndex((each) => this.isOf(entry, each))
      if (index >= 0) open.splice(index, 1)
      else if (isOfLogs(entry)) this.wrong.push(`${entry.text} at ${entry.atMs - START_MS} is told twice, or was not so`)
    }
    this.counts.takes += all
    this.counts.takesTold += all - open.length
  }

  private isOf({ atMs, notAfterMs, addresses, to, lines }: HistoryEntry, take: Happened): boolean {
    const endMs = notAfterMs ?? (lines.length > 0 ? atMs + BEGUN_MS : atMs)
    const isThen = take.atMs >= atMs - SEEN_MS && take.atMs <= endMs + this.slackMs
    return isThen && take.address === addresses[0] && take.pnn === to
  }

  private owners(): void {
    const { joined, logs, watch, hasHidden } = this.of
    if (hasHidden) return
    const from = watch.happened[0]?.atMs ?? watch.nowMs
    for (let ms = from; ms < watch.nowMs - BEGUN_MS; ms += MOMENT_MS) {
      const loggedAt = new Map(ownersAt(logs.owners, ms).map(({ address, owner }) => [address, owner]))
      for (const { address, owner } of ownersAt(joined.owners, ms)) {
        this.counts.moments += 1
        if (owner === undefined) continue
        this.counts.ownersKnown += 1
        if (this.isSeen(ms)) this.owner(address, owner, ms)
        else if (owner !== loggedAt.get(address))
          this.wrong.push(`${address} is said to be of ${owner} at ${ms - START_MS}, which nobody saw`)
      }
    }
  }

  private isSeen(ms: number): boolean {
    return this.of.recorded.segments.some(
      ({ fromMs, toMs, clock }) => ms >= fromMs - clock.offsetMs && ms <= toMs - clock.offsetMs,
    )
  }

  private owner(address: string, owner: Pnn | null, ms: number): void {
    const { record, watch } = this.of
    const claims = watch.small.world.nodes.map(({ pnn }) => ({
      pnn,
      was: record.claimed(pnn, address, ms - SEEN_MS, ms + BEGUN_MS + this.slackMs),
    }))
    const owners = claims.filter(({ was }) => was.includes(true))
    // A part of a cluster that was cut off has owners of its own.
    if (owners.length > 1) return
    const sure = claims.find(({ was }) => !was.includes(false))?.pnn
    const isSo = owner === null ? sure === undefined : owners[0]?.pnn === owner
    if (!isSo) this.wrong.push(`${address} is said to be of ${owner} at ${ms - START_MS}, but was of ${sure}`)
  }
}
