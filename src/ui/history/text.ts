import type { Clock, RecorderClock } from '../../lib/history/clocks.ts'
import type { History, HistoryNode } from '../../lib/history/history.ts'
import type { ReadLog } from '../../lib/history/log-store.ts'
import type { OwnerThen } from '../../lib/history/owners.ts'
import type { HistoryEntry } from '../../lib/history/story/entry.ts'
import type { Summary } from '../../lib/history/summary.ts'
import { localTime } from '../../lib/local-time.ts'
import { MESSAGES } from '../../lib/log/messages.ts'
import { counted, oneOr } from '../../lib/plural.ts'
import type { RecordingCounts } from '../../lib/recording/reader.ts'
import { durationText } from '../../lib/watch/duration.ts'
import { type Paint, table } from '../table.ts'
import { visible } from '../visible.ts'
import { entryLine } from '../watch/entry-line.ts'

interface Style {
  readonly now: Date
  readonly paint: Paint
}

/** Clocks that agree so well are not worth a word. */
const SAME_CLOCK_MS = 50

/** What was read, and how far the clocks differ: the lines above a history. */
export function historyHead(history: History, logs: readonly ReadLog[], now: Date): string {
  const { nodes, fromMs = 0, toMs = 0, droppedBeforeMs } = history
  const total = (of: (log: ReadLog) => number) => logs.reduce((sum, log) => sum + of(log), 0)
  const ofCtdb = total(({ counts }) => counts.ofCtdb)
  const unknown = ofCtdb - total(({ counts }) => counts.known)
  const time = (ms: number) => localTime(new Date(ms), now)
  const left = unknown === 0 ? '' : `, ${unknown} of them with unknown messages`
  return [
    `Logs of ${nodes.length} ${oneOr(nodes.length, 'node', 'nodes')} from ${time(fromMs)} to ${time(toMs)}: ${ofCtdb} lines of CTDB${left}\n`,
    ...nodes.flatMap(clockLines),
    ...logs.flatMap(({ file, otherHosts }) =>
      otherHosts.length === 0 ? [] : [`Left out: lines of other hosts in ${visible(file)}: ${visible(otherHosts.join(', '))}\n`],
    ),
    ...(droppedBeforeMs === undefined
      ? []
      : [`There are more lines than can be kept: the story begins at ${time(droppedBeforeMs)}\n`]),
  ].join('')
}

/** What was read of recordings: the lines above their history. */
export function recordingHead({ nodes, fromMs = 0, toMs = 0 }: History, counts: RecordingCounts, now: Date): string {
  const time = (ms: number) => localTime(new Date(ms), now)
  return [
    `Recording of ${counted(nodes.length, 'node', 'nodes')} from ${time(fromMs)} to ${time(toMs)}: ${counted(counts.lines, 'line', 'lines')}`,
    ...recordingFlaws(counts),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

/** Which lines of a recording could not be used: `2 lines missing`. */
export function recordingFlaws({ missing, twice, foreign, baseless, unknown }: RecordingCounts): readonly string[] {
  const lines = (count: number, words: string) => (count === 0 ? [] : [`${counted(count, 'line', 'lines')} ${words}`])
  const newer = [...unknown.values()].reduce((sum, each) => sum + each, 0)
  return [
    ...lines(missing, 'missing'),
    ...lines(twice, 'there twice, and read once'),
    ...lines(foreign, 'cut off or damaged'),
    ...lines(baseless, 'of no use, because of what is missing before them'),
    ...lines(newer, 'of a newer version of ctdbts left out'),
  ]
}

function clockLines({ pnn, clocks }: HistoryNode, _index: number, nodes: readonly HistoryNode[]): readonly string[] {
  return clocks.flatMap((clock) => {
    const { uncertaintyMs, step } = clock
    const which = `clock of node ${pnn}${step === 0 ? '' : `, after it was set back${step === 1 ? '' : ` ${step} times`},`}`
    if (uncertaintyMs === undefined && nodes.length === 1) return []
    return clockLine(which, clock, 'the others: its times are as logged')
  })
}

/** How far the clocks of recorders differ from those of the logs beside. */
export const recorderLines = (recorders: readonly RecorderClock[]): readonly string[] =>
  recorders.flatMap((clock) =>
    clockLine(`clock of the recorder of ${visible(clock.file)}`, clock, 'those of the nodes: its times are as recorded'),
  )

function clockLine(which: string, { offsetMs, uncertaintyMs, pairs }: Clock, others: string): readonly string[] {
  if (uncertaintyMs === undefined) return [`The ${which} cannot be compared with ${others}\n`]
  if (Math.abs(offsetMs) < SAME_CLOCK_MS && uncertaintyMs < SAME_CLOCK_MS) return []
  const way = offsetMs < 0 ? 'behind' : 'ahead'
  const by = durationText(Math.abs(offsetMs))
  return [
    `The ${which} is ${by} ${way}, give or take ${durationText(Math.ceil(uncertaintyMs))} (${pairs} pairs of lines); times are corrected\n`,
  ]
}

/** An entry with its number, by which it can be explained. */
export const historyLine = (entry: HistoryEntry, style: Style): string =>
  `${String(entry.id).padStart(4)} ${entryLine(entry, style)}\n`

/** An entry with the lines that it rests on, and what each means. */
export function explainedText(entry: HistoryEntry, style: Style): string {
  const lines = entry.lines.map(({ atMs, pnn, event }) => {
    const { source, lineNumber, text, read } = event
    const time = new Date(atMs).toISOString().slice(11, 23)
    const place = source.machine === undefined ? `${source.file}:${lineNumber}` : source.file.replace(/^node \d+: /, '')
    return `  node ${pnn}  ${time} UTC  ${visible(place)}\n    ${visible(text)}\n    ${style.paint('quiet', `= ${MESSAGES[read.name].meaning}`)}\n`
  })
  const until =
    entry.notAfterMs === undefined ? '' : `  It took effect within ${durationText(Math.ceil(entry.notAfterMs - entry.atMs))}.\n`
  const none = lines.length === 0 ? '  A watch heard or saw that. A recording has no log lines.\n' : ''
  return `${historyLine(entry, style)}${until}${lines.join('')}${none}`
}

/** Who owned which address at a moment. */
export function ownersTable(owners: readonly OwnerThen[], now: Date): string {
  const rows = owners.map(({ address, owner, sinceMs }) => {
    const who = owner === undefined ? 'not known' : owner === null ? 'no node' : `node ${owner}`
    return [
      visible(address),
      who,
      sinceMs === undefined ? (owner === undefined ? '' : 'not known: before the beginning') : localTime(new Date(sinceMs), now),
    ]
  })
  return table(['Address', 'Owner', 'Since'], rows)
}

/** Less is shown as 0 %. */
const LEAST_SHARE = 0.000_5

/** The history in numbers. */
export function summaryText({ addresses, nodes, takeoverRuns, failedRuns, recoveries }: Summary): string {
  const percent = (share: number) => `${Math.round(share * 1_000) / 10} %`
  const shares = ({ shares: known, unknownShare }: (typeof addresses)[number]) =>
    [
      ...known.map(({ pnn, share }) => `node ${pnn}: ${percent(share)}`),
      ...(unknownShare < LEAST_SHARE ? [] : [`not known: ${percent(unknownShare)}`]),
    ].join(', ')
  return [
    table(
      ['Address', 'Moves', 'Away', 'Owned by'],
      addresses.map((each) => [visible(each.address), String(each.moves), durationText(each.awayMs), shares(each)]),
    ),
    table(
      ['Node', 'Not healthy', 'Bans', 'Script failures', 'Daemon starts'],
      nodes.map((each) => [each.pnn, durationText(each.unfitMs), each.bans, each.scriptFailures ?? '?', each.starts].map(String)),
    ),
    `Takeover runs: ${takeoverRuns}, ${failedRuns} of them failed. Recoveries: ${recoveries}.\n`,
  ].join('')
}

/** Messages that are not known, the most frequent first; of recordings, kinds of lines. */
export const unknownText = (logs: readonly ReadLog[], recorded?: RecordingCounts): string =>
  [
    ...logs.flatMap(({ file, counts }) => unknownLines(counts.unknown, `${file}: `)),
    ...unknownLines(recorded?.unknown ?? new Map(), ''),
  ].join('')

const unknownLines = (unknown: ReadonlyMap<string, number>, place: string): readonly string[] =>
  [...unknown]
    .sort(([, a], [, b]) => b - a)
    .map(([text, count]) => `${String(count).padStart(7)}  ${visible(place)}${visible(text)}\n`)
