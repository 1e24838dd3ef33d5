import { type History, historyOf } from '../../../src/lib/history/history.ts'
import { LogStore } from '../../../src/lib/history/log-store.ts'
import type { HistoryEntry } from '../../../src/lib/history/story/entry.ts'
import type { RecordedHistory } from '../../../src/lib/recording/recording-story.ts'
import { RecordingStory } from '../../../src/lib/recording/recording-story.ts'
import { withLogs } from '../../../src/lib/recording/with-logs/with-logs.ts'
import { RecordingWriter } from '../../../src/lib/recording/writer.ts'
import type { Observation } from '../../../src/lib/watch/observation.ts'
import type { TimelineEntry } from '../../../src/lib/watch/timeline.ts'
import { isShown, logLine, usualLevel } from '../../../src/sim/log/entry.ts'
import { Random } from '../../../src/sim/world/random.ts'
import { ABOUT } from '../../support/recorded-world.ts'
import { START_MS } from '../../support/sim-world.ts'
import { WatchedWorld } from '../../support/watched-world.ts'
import { drawTrouble } from './draw.ts'
import { type JoinedCounts, JoinedJudge } from './joined-judge.ts'
import type { Judged } from './judged-seeds.ts'
import { beginRecorded, following } from './recorded.ts'

/** What the history of a random cluster says, from logs and a recording with gaps. */
export interface JoinedResult extends Judged<JoinedCounts> {
  readonly timeline: readonly string[]
  readonly log: readonly string[]
}

/** A world with a recorder that is stopped and started again, and that loses lines. */
class PartlyRecorded extends WatchedWorld {
  readonly lines: string[] = []
  state: 'records' | 'loses lines' | 'stopped' = 'stopped'
  private writer = new RecordingWriter(ABOUT)
  private count = 0

  start(): void {
    this.count += 1
    this.writer = new RecordingWriter({ ...ABOUT, id: String(this.count) })
    this.lines.push(this.writer.header(this.nowMs))
    this.state = 'records'
  }

  override observe(observation: Observation): readonly TimelineEntry[] {
    if (this.state === 'records') this.lines.push(this.writer.line(observation))
    else if (this.state === 'loses lines') this.writer.skip()
    return super.observe(observation)
  }
}

/** As if the clock of the recorder had been wrong. */
const shifted = (line: string, ms: number) =>
  line.replaceAll(/"(atMs|beganMs)":(\d+)/g, (_, key, atMs) => `"${key}":${Number(atMs) + ms}`)

/** Simulates a random cluster with logs and a recording, and compares what both together tell with what really happened. */
export function joinedSeed(seed: number): JoinedResult {
  const random = new Random(seed)
  const { era, faults, small, record, watch } = beginRecorded(seed, random, (world) => new PartlyRecorded(world, random), 1)
  const beganMs = watch.nowMs
  const intervalMs = random.pick([500, 2_000, 5_000])
  const follow = following(watch, intervalMs, () => watch.look({ spreadMs: random.pick([0, 20, 300]) }))
  const done: string[] = []
  const note = (text: string) => done.push(`at ${(watch.nowMs - START_MS) / 1_000} ${text}`)
  for (let count = faults; count > 0; count--) {
    if (random.percent(40)) {
      if (watch.state === 'records') watch.state = random.pick(['loses lines', 'stopped'])
      else if (watch.state === 'stopped') watch.start()
      else watch.state = 'records'
      note(`the recorder ${watch.state}`)
      follow(random.between(0, 3_000))
    }
    const line = drawTrouble(random, small.world, seed)
    note(line)
    small.do(line)
    follow(random.percent(50) ? random.between(0, 1_500) : random.between(0, 20_000))
  }
  follow(30_000)
  const recorderMs = random.pick([0, 0, 400, -3_000, 7_000])
  const story = new RecordingStory()
  for (const line of watch.lines) story.read(shifted(line, recorderMs))
  const recorded = story.end()
  const level = usualLevel(era)
  const store = new LogStore({ fromLocal: (ms) => ms, nowMs: watch.nowMs })
  for (const { pnn } of small.world.nodes) {
    const reader = store.open(`node${pnn}.log`, pnn)
    const own = small.log.filter((entry) => entry.pnn === pnn && isShown(entry, level))
    reader.push(own.map((entry) => `${logLine(entry, era)}\n`).join(''))
    reader.end()
  }
  const logs = historyOf(store, recorded.recorders)
  const joined = recorded.fromMs === undefined ? logs : withLogs(recorded, logs)
  const judge = new JoinedJudge({
    joined: { ...joined, entries: joined.entries.filter(({ atMs }) => atMs >= beganMs) },
    logs,
    recorded,
    recorderMs,
    watch,
    record,
    isSlow: done.some((line) => / delay-between /.test(line)),
    hasHidden: done.some((line) => / (?:pause|hang|part|cut\S*) /.test(line)),
  })
  return {
    seed,
    done,
    wrong: judge.wrong,
    counts: judge.counts,
    timeline: [...clocksOf(recorded, logs), ...joined.entries.map(textOf)],
    log: small.log.filter((entry) => isShown(entry, level)).map((entry) => logLine(entry, era)),
  }
}

const clocksOf = ({ recorders, segments }: RecordedHistory, { nodes }: History): readonly string[] => [
  ...nodes.map(
    ({ pnn, clocks }) => `node ${pnn}: ${clocks.map((each) => `${each.offsetMs} ± ${each.uncertaintyMs} of ${each.pairs}`)}`,
  ),
  ...recorders.map((each) => `recorder: ${each.offsetMs} ± ${each.uncertaintyMs} of ${each.pairs}`),
  ...segments.map(({ fromMs, toMs, clock }) => `seen from ${fromMs - START_MS} to ${toMs - START_MS}, ahead ${clock.offsetMs}`),
]

const textOf = ({ id, atMs, notAfterMs, kind, text, cause, lines }: HistoryEntry): string =>
  `${id} ${(atMs - START_MS) / 1_000}${notAfterMs === undefined ? '' : `…${(notAfterMs - START_MS) / 1_000}`} ${kind} ${text}${cause === undefined ? '' : ` because ${cause}`} (${lines.length} lines)`
