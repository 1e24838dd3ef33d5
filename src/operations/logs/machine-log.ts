import { CtdbtsError } from '../../lib/errors.ts'
import { type LogPlace, logPlace } from '../../lib/history/log-place.ts'
import type { TimeSettings } from '../../lib/history/time-settings.ts'
import { zoneOf } from '../../lib/history/time-zone.ts'
import { type FoundLogs, parseFoundLogs } from '../../lib/host/log-script.ts'
import { lastLineOf } from '../../lib/last-line.ts'
import { machineOf } from '../../transport/host-access.ts'
import type { ExaminedMachine } from '../reach/cluster.ts'
import { type FilePart, LogFiles } from './log-files.ts'
import { AT_LIMIT, type LogWishes, type RunLogs, runnerOn } from './run-logs.ts'

/** A part of a log, which is read while it is taken. */
interface LogPiece {
  /** Of the file, or `journal`. */
  readonly place: string
  readonly chunks: AsyncIterable<Buffer>
}

/** The log of a machine. */
export interface MachineLog {
  /** Of the log that is written to at present. */
  readonly place: string
  /** Undefined if not known. */
  readonly fromLocal: TimeSettings['fromLocal'] | undefined
  /** The parts in the order of time. */
  readonly pieces: readonly LogPiece[]
  /** What is not read though it was wanted, and why. */
  readonly left: readonly string[]
}

const FIND_BYTES = 1 << 20
const JOURNAL = 'the journal'
const JOURNAL_CHUNK = 1 << 20

/**
 * Finds the log of a node by its ctdb.conf, and which parts of it are wanted.
 * @throws CtdbtsError NO_LOG; what ended the connection to the machine.
 */
export async function findMachineLog(machine: ExaminedMachine, wishes: LogWishes): Promise<MachineLog> {
  const run = runnerOn(machine.access, wishes)
  const place = placeOf(machine)
  const found = parseFoundLogs((await run(['find', ...place.paths], FIND_BYTES)).output)
  const fromLocal = zoneOf(found.offset, found.zoneLink, wishes.times.nowMs)
  const zoned = { ...wishes, times: { ...wishes.times, ...(fromLocal && { fromLocal }) } }
  const journal = place.kind === 'syslog' ? await readJournal(run, wishes) : undefined
  if (journal?.bytes) return { place: JOURNAL, fromLocal, ...journal }
  return { fromLocal, ...(await inFiles(machine, run, { place, found, said: journal?.said ?? '' }, zoned)) }
}

/** A place of a log that can be read. */
export type KnownPlace = Exclude<LogPlace, { readonly kind: 'unknown' }>

/** Where the log of a node is, by its ctdb.conf. @throws CtdbtsError NO_LOG if that is not known. */
export function placeOf({ access, facts }: ExaminedMachine): KnownPlace {
  if (facts.configFile === undefined) {
    throw new CtdbtsError('NO_LOG', `ctdb.conf on ${machineOf(access)} could not be read, which says where the log is`, {
      hint: 'log in as root, or use --sudo',
    })
  }
  const place = logPlace(facts.configFile)
  if (place.kind !== 'unknown') return place
  throw new CtdbtsError(
    'NO_LOG',
    `ctdb.conf on ${machineOf(access)} has the log at ${JSON.stringify(place.location)}, which is neither an absolute path nor syslog`,
  )
}

interface JournalLog extends Pick<MachineLog, 'pieces' | 'left'> {
  readonly bytes: number
  /** What journalctl said about errors. */
  readonly said: string
}

async function readJournal(run: RunLogs, { sinceMs, untilMs, maxBytes }: LogWishes): Promise<JournalLog> {
  const time = (ms: number | undefined) => (ms === undefined ? '' : `@${Math.floor(ms / 1_000)}`)
  const untilEnd = untilMs === undefined ? undefined : untilMs + 1_000
  const { output, stderr } = await run(['journal', time(sinceMs), time(untilEnd), String(maxBytes)], maxBytes)
  const isCut = output.length >= maxBytes
  // The first line may be cut.
  const whole = isCut ? output.subarray(output.indexOf('\n') + 1) : output
  return {
    bytes: whole.length,
    said: stderr.trim(),
    pieces: [{ place: JOURNAL, chunks: slices(whole) }],
    left: isCut ? [`the older part of ${JOURNAL} was not read: ${AT_LIMIT}`] : [],
  }
}

async function* slices(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += JOURNAL_CHUNK) yield bytes.subarray(at, at + JOURNAL_CHUNK)
}

interface Places {
  readonly place: KnownPlace
  readonly found: FoundLogs
  readonly said: string
}

async function inFiles(
  { access }: ExaminedMachine,
  run: RunLogs,
  { place, found, said }: Places,
  wishes: LogWishes,
): Promise<Pick<MachineLog, 'place' | 'pieces' | 'left'>> {
  const files = new LogFiles(run, machineOf(access), wishes)
  const parts = await files.choose(found.files)
  if (parts) return { place: parts.log, left: parts.left, pieces: parts.parts.map((part) => pieceOf(files, part)) }
  const paths = place.paths.join(', ')
  if (place.kind === 'file') throw new CtdbtsError('NO_LOG', `there is no log on ${machineOf(access)}: no file ${paths}`)
  const why = said === '' ? '' : `: ${lastLineOf(said)}`
  throw new CtdbtsError(
    'NO_LOG',
    `CTDB on ${machineOf(access)} logs to syslog, but the journal has nothing of it${why}, and there is no ${paths}`,
    { hint: 'only root and the group systemd-journal can read the journal: log in as root, or use --sudo' },
  )
}

const pieceOf = (files: LogFiles, part: FilePart): LogPiece => ({ place: part.file.path, chunks: files.read(part) })
