import { CtdbtsError } from '../../lib/errors.ts'
import type { LogText, LogTexts } from '../../lib/history/log-text.ts'
import { LOG_REPLACED, type LogFile } from '../../lib/host/log-script.ts'
import { lastLineOf } from '../../lib/last-line.ts'
import type { RunLogs } from './run-logs.ts'

/** So much is read at a time: at first, and when more was written meanwhile, only the end of it. */
export const MOST_BYTES = 1 << 16

const LEFT_OUT = 'more was written than is read at a time: what was before this is left out'

/** A line of ours among those of the log. */
export const ownLine = (text: string): LogText => ({ atMs: Date.now(), text: `ctdbts: ${text}` })

/** Makes lines of what is read piece by piece. */
export class NewLines {
  private readonly texts: LogTexts
  private isFollowed: boolean
  private rest = ''

  /** @param isFollowed whether the log was read before: otherwise the end of it is what is wanted. */
  constructor(texts: LogTexts, isFollowed: boolean) {
    this.texts = texts
    this.isFollowed = isFollowed
  }

  /** @param isCut what came before is left out, and the beginning of the first line is missing. */
  of(bytes: Buffer, isCut: boolean): readonly LogText[] {
    const notes = isCut && this.isFollowed ? [ownLine(LEFT_OUT)] : []
    this.isFollowed = true
    const text = bytes.toString('latin1')
    const lines = (isCut ? text.slice(text.indexOf('\n') + 1) : this.rest + text).split('\n')
    this.rest = (lines.pop() ?? '').slice(0, MOST_BYTES)
    return [...notes, ...lines.flatMap((line) => this.texts.read(line) ?? [])]
  }
}

/** A log file, and how far it was read. */
export class FollowedFile {
  readonly kind = 'file'
  readonly path: string
  private readonly inode: string
  private from = 0
  private readonly lines: NewLines

  constructor({ inode, path }: LogFile, lines: NewLines) {
    this.inode = inode
    this.path = path
    this.lines = lines
  }

  /** Whether nothing was in it so far. */
  get isEmpty(): boolean {
    return this.from === 0
  }

  /** Whether rotation has made this file of it. */
  isNow({ inode, path }: LogFile): boolean {
    return inode === this.inode && path !== this.path
  }

  /**
   * What is new in it. How far it was read changes only with that.
   * @param where the machine, for messages.
   * @param path where it is by now: rotation renames it.
   * @returns undefined if the file there is another one, or has become shorter.
   */
  async read(run: RunLogs, where: string, path: string): Promise<readonly LogText[] | undefined> {
    const { inode, from } = this
    const { output, exitStatus, stderr } = await run(['tail', inode, path, String(from), String(MOST_BYTES)], MOST_BYTES)
    if (exitStatus === LOG_REPLACED) return undefined
    const head = output.indexOf('\n')
    const begin = Number(output.toString('latin1', 0, head))
    if (exitStatus !== 0 || head === -1 || !Number.isSafeInteger(begin)) {
      throw new CtdbtsError('NO_LOG', `cannot read ${path} on ${where}: ${lastLineOf(stderr)}`)
    }
    const bytes = output.subarray(head + 1)
    this.from = begin + bytes.length
    return this.lines.of(bytes, begin > from)
  }
}
