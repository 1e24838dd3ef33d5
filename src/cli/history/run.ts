import { formatIp, parseIp } from '../../lib/address/ip-text.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { History } from '../../lib/history/history.ts'
import type { LogSource } from '../../lib/history/log-event.ts'
import { ownersAt } from '../../lib/history/owners.ts'
import { parseTime, type TimeContext } from '../../lib/history/parse-time.ts'
import type { HistoryEntry } from '../../lib/history/story/entry.ts'
import { summaryOf } from '../../lib/history/summary.ts'
import { explainedJson, historyEntryJson, historyJson, ownersJson, summaryJson } from '../../ui/history/json.ts'
import {
  explainedText,
  historyHead,
  historyLine,
  ownersTable,
  recorderLines,
  recordingHead,
  summaryText,
  unknownText,
} from '../../ui/history/text.ts'
import { jsonLine } from '../../ui/json.ts'
import { painter } from '../../ui/table.ts'
import { visible } from '../../ui/visible.ts'
import { wantsHost } from '../host-flags.ts'
import { wantsColour } from '../output.ts'
import { printPaged } from '../pager.ts'
import { reportProblems } from '../report-error.ts'
import { type GlobalOptions, timeoutMsOf } from '../run-options.ts'
import type { SimOptions } from '../sim-flags.ts'
import { sizeOf } from '../size-option.ts'
import { timeContext } from '../time-context.ts'
import { writeWhole } from '../write-whole.ts'
import type { FetchedLogs } from './fetch-logs.ts'
import { ofLogs, type Read, readFiles } from './read-files.ts'
import { nameOf } from './read-logs.ts'
import type { RecordedRange } from './recorded-lines.ts'
import { noEntryText, ownersHead, pnnHint } from './remarks.ts'

/** The options of `history`. */
export interface HistoryOptions extends GlobalOptions, SimOptions {
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly address?: readonly string[] | undefined
  readonly at?: string | undefined
  readonly summary: boolean
  readonly explain?: number | undefined
  readonly unknown: boolean
  readonly html?: string | undefined
  readonly 'max-bytes': string
  readonly 'no-pager': boolean
}

/** Causes are looked for so long before what is asked for, and ends so long after it. */
const BEFORE_MS = 3_600_000
const AFTER_MS = 300_000

/**
 * Reads logs, or fetches those of a cluster, and prints what they tell.
 * @throws CtdbtsError NO_LOG, BAD_RECORDING, LOG_OF_WHICH_NODE, BAD_TIME, BAD_ADDRESS, NO_ENTRY; when no node of the cluster can be reached.
 */
export async function runHistory(files: readonly string[], given: HistoryOptions): Promise<void> {
  const options = { ...given, address: given.address?.map(addressOf) }
  const context = timeContext(Date.now())
  const range = { sinceMs: timeOf('since', options.since, context), untilMs: timeOf('until', options.until, context) }
  const atMs = timeOf('at', options.at, context)
  const fetch = () => fetched(options, { ...range, ...(atMs !== undefined && { untilMs: atMs }) }, context)
  const isFetched = files.length === 0 || wantsHost(options)
  const asked = widened({ sinceMs: range.sinceMs ?? atMs, untilMs: atMs ?? range.untilMs })
  const { problems, notes, ...read } =
    files.length > 0 ? await readFiles(files, asked, context, isFetched ? fetch : undefined) : ofLogs(await fetch())
  if (problems.length > 0) process.exitCode = 1
  reportProblems(problems, options.json ? 'json' : 'own')
  for (const note of notes) process.stderr.write(`ctdbts: ${visible(note)}\n`)
  const history = told(read, isFetched)
  const style = { now: new Date(context.nowMs), paint: painter(wantsColour(process.stdout, process.env)) }
  const wanted = { options, range, atMs, style }
  if (options.html !== undefined) return await writePage(options.html, history, read, wanted)
  await printPaged(() => output(history, read, wanted), { noPager: options.json || options['no-pager'] })
}

/** With the time for causes and ends. */
const widened = ({ sinceMs, untilMs }: RecordedRange): RecordedRange => ({
  sinceMs: sinceMs === undefined ? undefined : sinceMs - BEFORE_MS,
  untilMs: untilMs === undefined ? undefined : untilMs + AFTER_MS,
})

/** The logs of a cluster, as far as they say something of that time. */
async function fetched(options: HistoryOptions, range: RecordedRange, context: TimeContext): Promise<FetchedLogs> {
  const { fetchLogs } = await import('./fetch-logs.ts')
  const logs = await fetchLogs(
    options,
    {
      ...widened(range),
      maxBytes: sizeOf('max-bytes', options['max-bytes']),
      timeoutMs: timeoutMsOf(options),
    },
    context,
  )
  const [first] = logs.problems
  if (first && logs.store.logs.length === 0) throw noneFetched(logs.problems, first)
  return logs
}

function noneFetched(problems: readonly CtdbtsError[], first: CtdbtsError): CtdbtsError {
  return problems.length === 1 ? first : first.with({ message: problems.map(({ message }) => message).join('; ') })
}

interface Wanted {
  readonly options: HistoryOptions
  readonly range: RecordedRange
  readonly atMs: number | undefined
  readonly style: Parameters<typeof historyLine>[1]
}

/** What the options ask for, piece by piece. */
function output(history: History, read: Read, wanted: Wanted): Iterable<string> {
  const { options, atMs, style } = wanted
  const either = (document: () => unknown, text: () => string) => [options.json ? `${jsonLine(document())}\n` : text()]
  if (options.explain !== undefined) {
    const entry = entryOf(history, options.explain)
    return either(
      () => explainedJson(entry),
      () => explainedText(entry, style),
    )
  }
  if (atMs !== undefined) {
    const owners = ownersAt(history.owners, atMs)
    return either(
      () => ownersJson(atMs, owners),
      () => `${ownersHead(history, atMs)}${ownersTable(owners, style.now)}`,
    )
  }
  if (options.summary) {
    const summary = summaryOf(history)
    return either(
      () => summaryJson(summary),
      () => summaryText(summary),
    )
  }
  return options.unknown && !options.json ? [unknownText(read.logs, read.counts)] : story(history, read, wanted)
}

function* story(history: History, read: Read, { options, range, style }: Wanted): Generator<string> {
  const { logs, counts, parts } = read
  yield options.json
    ? `${jsonLine(historyJson(history, logs, counts, parts?.recorded.recorders))}\n`
    : headOf(history, read, style.now)
  let isEmpty = true
  for (const entry of history.entries) {
    if (!isWanted(entry, options, range)) continue
    isEmpty = false
    yield options.json ? `${jsonLine(historyEntryJson(entry))}\n` : historyLine(entry, style)
  }
  if (isEmpty && !options.json) yield noEntryText({ addresses: options.address ?? [], node: options.node }, range)
}

/** What was read, as text. */
function headOf(history: History, { logs, counts, parts }: Read, now: Date): string {
  const recorded = counts ? recordingHead(parts?.recorded ?? history, counts, now) : ''
  const logged = counts === undefined || logs.length > 0 ? historyHead(parts?.logged ?? history, logs, now) : ''
  return `${recorded}${logged}${recorderLines(parts?.recorded.recorders ?? []).join('')}`
}

async function writePage(file: string, history: History, read: Read, { options, range, style }: Wanted): Promise<void> {
  const { historyPage } = await import('../../ui/history/page/page.ts')
  const { address: addresses = [] } = options
  const entries = history.entries.filter((entry) => isWanted(entry, options, range))
  const about = headOf(history, read, style.now).trimEnd().split('\n')
  writeWhole(file, historyPage({ history, entries, addresses, ...range, about }))
}

/** @throws CtdbtsError if there is nothing to tell, or it cannot be told which node a log is from. */
function told({ history, logs, counts }: Read, isFetched: boolean): History {
  if (history.fromMs === undefined && counts) {
    throw new CtdbtsError('BAD_RECORDING', 'no sample of a cluster in what was read of the recording', {
      hint: 'ask for another time with --since, --until or --at',
    })
  }
  if (history.fromMs === undefined) {
    const files = logs.map(({ file }) => nameOf(file))
    throw new CtdbtsError('NO_LOG', `no known line of CTDB in ${files.join(', ')}`, {
      hint: isFetched
        ? 'ask for an earlier time with --since'
        : 'name the log files of CTDB: /var/log/log.ctdb, /var/log/ctdb/log.ctdb, or the output of `journalctl -u ctdb`',
    })
  }
  if (history.unknown.length === 0) return history
  const [first] = history.unknown
  const names = history.unknown.map(sourceName)
  throw new CtdbtsError('LOG_OF_WHICH_NODE', `cannot tell which node wrote ${names.join(', ')}`, {
    hint: pnnHint(first?.file ?? 'FILE'),
  })
}

const sourceName = ({ file, host }: LogSource): string => `${nameOf(file)}${host === '' ? '' : ` (${host})`}`

function entryOf({ entries }: History, id: number): HistoryEntry {
  const entry = entries.find((each) => each.id === id)
  if (entry) return entry
  throw new CtdbtsError('NO_ENTRY', `there is no entry ${id}`, { hint: `the history has the entries 1 to ${entries.length}` })
}

const isWanted = (
  { atMs, pnns, addresses }: HistoryEntry,
  { address = [], node }: HistoryOptions,
  { sinceMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY }: RecordedRange,
): boolean =>
  atMs >= sinceMs &&
  atMs <= untilMs &&
  (address.length === 0 || addresses.some((each) => address.includes(each))) &&
  (node === undefined || node === -1 || pnns.includes(node))

/** As logs and recordings write it. */
function addressOf(text: string): string {
  const ip = parseIp(text)
  if (ip) return formatIp(ip)
  throw new CtdbtsError('BAD_ADDRESS', `--address takes an IP address, not ${JSON.stringify(text)}`)
}

function timeOf(option: string, text: string | undefined, context: TimeContext): number | undefined {
  if (text === undefined) return undefined
  const ms = parseTime(text, context)
  if (ms !== undefined) return ms
  throw new CtdbtsError('BAD_TIME', `--${option} takes a time, not ${JSON.stringify(text)}`, {
    hint: 'write `2 hours ago`, `2026-11-28 18:53`, `18:53:30`, or ISO 8601',
  })
}
