import { CtdbtsError } from '../../lib/errors.ts'
import { type LogText, LogTexts } from '../../lib/history/log-text.ts'
import { zoneOf } from '../../lib/history/time-zone.ts'
import { type LogFile, parseFoundLogs } from '../../lib/host/log-script.ts'
import { lastLineOf } from '../../lib/last-line.ts'
import { machineOf } from '../../transport/host-access.ts'
import type { ExaminedMachine } from '../reach/cluster.ts'
import { placeOf } from './machine-log.ts'
import { type RunLogs, runnerOn } from './run-logs.ts'

/** So much is read at a time: at first, and when more was written meanwhile, only the end of it. */
const MOST_BYTES = 1 << 16
const FIND_BYTES = 1 << 20
/** What journalctl prints behind the lines. */
const CURSOR = /^-- cursor: (\S+)$/
/** Exit status of the script if the file is another one by now. */
const REPLACED = 3

/** How far a log was read. */
type Progress = FileProgress | { readonly kind: 'journal'; readonly cursor: string }

interface FileProgress {
  readonly kind: 'file'
  readonly path: string
  readonly inode: string
  readonly from: number
}

/** The machine, and what runs the script there. */
interface Tools {
  readonly machine: ExaminedMachine
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
  private progress: Progress | undefined
  private texts: LogTexts | undefined
  private rest = ''

  constructor(options: TailOptions) {
    this.options = options
  }

  /**
   * The new lines.
   * @param machine of the node, as it is reached now.
   * @throws CtdbtsError NO_LOG if it cannot be read; what ended the connection to the machine.
   */
  async read(machine: ExaminedMachine): Promise<readonly LogText[]> {
    const { progress } = this
    const tools = { machine, run: runnerOn(machine.access, this.options) }
    if (progress?.kind === 'journal') return await this.journal(tools, progress.cursor)
    if (progress) return (await this.file(tools, progress)) ?? (await this.begin(tools, progress))
    return await this.begin(tools)
  }

  /** @param former how far the log was read before it was replaced by another file. */
  private async begin(tools: Tools, former?: FileProgress): Promise<readonly LogText[]> {
    const { machine, run } = tools
    this.progress = undefined
    const place = placeOf(machine)
    const where = machineOf(machine.access)
    const { files, offset, zoneLink } = parseFoundLogs((await run(['find', ...place.paths], FIND_BYTES)).output)
    const fromLocal = zoneOf(offset, zoneLink, Date.now()) ?? this.options.fromLocal
    this.texts = new LogTexts({
      fromLocal,
      // The log may be followed for days, and years begin.
      get nowMs() {
        return Date.now()
      },
    })
    const before = former ? await this.endOf(tools, former, files) : []
    this.rest = ''
    const isInJournal = place.kind === 'syslog' && (await this.journal(tools, ''))
    if (isInJournal && this.progress) return isInJournal
    const [log] = files.filter(({ path, log: own }) => path === own).sort((a, b) => b.writtenMs - a.writtenMs)
    const paths = place.paths.join(', ')
    if (!log) throw new CtdbtsError('NO_LOG', `no log on ${where}: nothing of CTDB in the journal, and no file ${paths}`)
    if (!log.isReadable) throw new CtdbtsError('NO_LOG', `cannot read ${log.path} on ${where}: log in as root, or use --sudo`)
    const since = await this.file(tools, { kind: 'file', path: log.path, inode: log.inode, from: 0 })
    return [...before, ...(since ?? [])]
  }

  /** What a file got before rotation put another one in its place, and gave it another name. */
  private async endOf(tools: Tools, former: FileProgress, files: readonly LogFile[]): Promise<readonly LogText[]> {
    const file = files.find(({ path, inode }) => inode === former.inode && path !== former.path)
    const lines = file?.isReadable ? await this.file(tools, { ...former, path: file.path }) : undefined
    this.progress = undefined
    return (
      lines ?? [{ atMs: Date.now(), text: 'ctdbts: the log was rotated or cut off: what was written just before may be missing' }]
    )
  }

  /** @returns undefined if the file is another one by now. */
  private async file({ machine, run }: Tools, progress: FileProgress): Promise<readonly LogText[] | undefined> {
    const { path, inode, from } = progress
    const { output, exitStatus, stderr } = await run(['tail', inode, path, String(from), String(MOST_BYTES)], MOST_BYTES)
    if (exitStatus === REPLACED) return undefined
    const head = output.indexOf('\n')
    const begin = Number(output.toString('latin1', 0, head))
    if (exitStatus !== 0 || head === -1 || !Number.isSafeInteger(begin)) {
      throw new CtdbtsError('NO_LOG', `cannot read ${path} on ${machineOf(machine.access)}: ${lastLineOf(stderr)}`)
    }
    const bytes = output.subarray(head + 1)
    this.progress = { ...progress, from: begin + bytes.length }
    return this.linesIn(bytes, begin > from)
  }

  private async journal({ run }: Tools, cursor: string): Promise<readonly LogText[]> {
    const { output, stderr } = await run(['journal-tail', cursor, String(MOST_BYTES)], MOST_BYTES)
    const lines = output.toString('latin1').split('\n')
    const next = lines.findLast((line) => CURSOR.test(line))
    const found = CURSOR.exec(next ?? '')?.[1] ?? cursor
    // After a reinstallation, the journal does not have the place any more.
    const isLost = output.length === 0 && stderr.trim() !== ''
    this.progress = found === '' || isLost ? undefined : { kind: 'journal', cursor: found }
    return this.linesIn(output, output.length >= MOST_BYTES)
  }

  /** @param isCut the beginning of the first line is missing. */
  private linesIn(bytes: Buffer, isCut: boolean): readonly LogText[] {
    const text = bytes.toString('latin1')
    const lines = (isCut ? text.slice(text.indexOf('\n') + 1) : this.rest + text).split('\n')
    this.rest = (lines.pop() ?? '').slice(0, MOST_BYTES)
    return lines.flatMap((line) => this.texts?.read(line) ?? [])
  }
}
