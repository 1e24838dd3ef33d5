import { CtdbtsError } from '../../lib/errors.ts'
import { type LogText, LogTexts } from '../../lib/history/log-text.ts'
import { zoneOf } from '../../lib/history/time-zone.ts'
import { type LogFile, parseFoundLogs } from '../../lib/host/log-script.ts'
import { machineOf } from '../../transport/host-access.ts'
import type { ExaminedMachine } from '../reach/cluster.ts'
import { FollowedFile, MOST_BYTES, NewLines, ownLine } from './followed-file.ts'
import { placeOf } from './machine-log.ts'
import { type RunLogs, runnerOn } from './run-logs.ts'

const FIND_BYTES = 1 << 20
/** What journalctl prints behind the lines. */
const CURSOR = /^-- cursor: (\S+)$/
/** When what was left of a log is not to be had. */
const LOST = 'the log was rotated or cut off: what was written just before may be missing'

/** The journal, and how far it was read. */
interface FollowedJournal {
  readonly kind: 'journal'
  readonly cursor: string
  readonly lines: NewLines
}

/** A file that rotation has renamed. Until CTDB opens its log anew, it writes there. */
interface Former {
  readonly file: FollowedFile
  readonly path: string
}

/** The machine, and what runs the script there. */
interface Tools {
  readonly machine: ExaminedMachine
  /** The machine, for messages. */
  readonly where: string
  readonly run: RunLogs
}

export interface TailOptions {
  /** Time limit for each command, in milliseconds. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** The zone of machines of which it is not known. */
  readonly fromLocal: (localMs: number) => number
}

/** Reads what is new in the log of a node: at first its end. */
export class LogTail {
  private readonly options: TailOptions
  private current: FollowedFile | FollowedJournal | undefined
  private former: Former | undefined
  /** What was read, and has not been returned, as something failed behind it. */
  private unread: LogText[] = []

  constructor(options: TailOptions) {
    this.options = options
  }

  /**
   * The new lines.
   * @param machine of the node, as it is reached now.
   * @throws CtdbtsError NO_LOG if it cannot be read; what ended the connection to the machine.
   */
  async read(machine: ExaminedMachine): Promise<readonly LogText[]> {
    try {
      await this.look({ machine, where: machineOf(machine.access), run: runnerOn(machine.access, this.options) })
    } catch (error) {
      // What lasts fails again the next time.
      if (this.unread.length === 0) throw error
    }
    return this.unread.splice(0)
  }

  private async look(tools: Tools): Promise<void> {
    const { current, former } = this
    if (former) await this.lookBack(tools, former)
    if (current?.kind === 'journal') return await this.followJournal(tools, current)
    const lines = await current?.read(tools.run, tools.where, current.path)
    if (lines) this.unread.push(...lines)
    else await this.begin(tools, current)
  }

  /** The last time, once there is something in the log that came behind. */
  private async lookBack({ run, where }: Tools, former: Former): Promise<void> {
    const isLast = this.current?.kind !== 'file' || !this.current.isEmpty
    const lines = await former.file.read(run, where, former.path)
    this.unread.push(...(lines ?? [ownLine(LOST)]))
    if (isLast || !lines) this.former = undefined
  }

  /** @param old what was read until now, which is no longer there, or was cut off. */
  private async begin(tools: Tools, old?: FollowedFile): Promise<void> {
    const { machine, where, run } = tools
    const place = placeOf(machine)
    const { files, offset, zoneLink } = parseFoundLogs((await run(['find', ...place.paths], FIND_BYTES)).output)
    const fromLocal = zoneOf(offset, zoneLink, Date.now()) ?? this.options.fromLocal
    const texts = new LogTexts({
      fromLocal,
      // The log may be followed for days, and years begin.
      get nowMs() {
        return Date.now()
      },
    })
    const lines = new NewLines(texts, old !== undefined)
    const former = old && (await this.endOf(tools, old, files))
    const isLost = old && (!former || hasBetween(files, former.path))
    const next = (place.kind === 'syslog' && (await this.inJournal(tools, lines))) || (await inFile())
    if (!next) return
    this.unread.push(...(isLost ? [ownLine(LOST)] : []), ...next.lines)
    this.current = next.log
    if (former) this.former = former

    async function inFile() {
      const [log] = files.filter(({ path, log: own }) => path === own).sort((a, b) => b.writtenMs - a.writtenMs)
      // CTDB writes on where it did, until there is another.
      if (!log && former) return undefined
      const paths = place.paths.join(', ')
      if (!log) throw new CtdbtsError('NO_LOG', `no log on ${where}: nothing of CTDB in the journal, and no file ${paths}`)
      if (!log.isReadable) throw new CtdbtsError('NO_LOG', `cannot read ${log.path} on ${where}: log in as root, or use --sudo`)
      const file = new FollowedFile(log, lines)
      const found = await file.read(run, where, log.path)
      return found && { log: file, lines: found }
    }
  }

  /** Reads what a file got before rotation put another one in its place. @returns undefined if it is not to be had. */
  private async endOf({ run, where }: Tools, file: FollowedFile, files: readonly LogFile[]): Promise<Former | undefined> {
    const now = files.find((each) => file.isNow(each))
    const lines = now?.isReadable ? await file.read(run, where, now.path) : undefined
    this.unread.push(...(lines ?? []))
    return now && lines && { file, path: now.path }
  }

  /** @returns undefined if there is nothing in the journal. */
  private async inJournal({ run }: Tools, lines: NewLines) {
    const { output, cursor } = await newInJournal(run, '')
    return cursor ? { log: { kind: 'journal', cursor, lines } as const, lines: lines.of(output, isFull(output)) } : undefined
  }

  private async followJournal({ run }: Tools, { cursor, lines }: FollowedJournal): Promise<void> {
    const { output, cursor: next = cursor, stderr } = await newInJournal(run, cursor)
    // After a reinstallation, the journal does not have the place any more.
    const isLost = output.length === 0 && stderr.trim() !== ''
    this.current = isLost ? undefined : { kind: 'journal', cursor: next, lines }
    this.unread.push(...lines.of(output, isFull(output)))
  }
}

const isFull = (output: Buffer): boolean => output.length >= MOST_BYTES

/** @returns no cursor if journalctl names none. */
async function newInJournal(run: RunLogs, cursor: string) {
  const { output, stderr } = await run(['journal-tail', cursor, String(MOST_BYTES)], MOST_BYTES)
  const last = output
    .toString('latin1')
    .split('\n')
    .findLast((line) => CURSOR.test(line))
  return { output, stderr, cursor: CURSOR.exec(last ?? '')?.[1] }
}

/** Whether there was another rotation behind the one that gave a file this name. */
function hasBetween(files: readonly LogFile[], former: string): boolean {
  const own = files.find(({ path }) => path === former)
  return files.some((each) => own && each.log === own.log && each.path !== each.log && each.writtenMs > own.writtenMs)
}
