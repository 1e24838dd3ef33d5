import { CtdbtsError } from '../../lib/errors.ts'
import { firstTimeIn } from '../../lib/history/time-settings.ts'
import { LOG_BLOCK, LOG_REPLACED, type LogFile } from '../../lib/host/log-script.ts'
import { firstBlockSince } from './find-part.ts'
import { AT_LIMIT, type LogWishes, type RunLogs } from './run-logs.ts'

/** A part of a file, in blocks; the last one may end earlier. */
export interface FilePart {
  readonly file: LogFile
  readonly fromBlock: number
  /** After the last one. */
  readonly toBlock: number
}

/** Which parts of the files of a log are to be read, in the order of time. */
export interface ChosenParts {
  readonly log: string
  readonly parts: readonly FilePart[]
  /** What is not read though it was wanted, and why. */
  readonly left: readonly string[]
}

/** 4 MiB at a time. */
const CHUNK_BLOCKS = 64

const isCompressed = ({ path }: LogFile): boolean => /\.(gz|zst|xz|bz2)$/.test(path)
const blocksOf = ({ bytes }: LogFile): number => Math.ceil(bytes / LOG_BLOCK)

/** The log itself first, and then the latest. */
const byAge = (a: LogFile, b: LogFile): number => Number(b.path === b.log) - Number(a.path === a.log) || b.writtenMs - a.writtenMs

/** Reads the log of a machine from its file, and from those that rotation has left beside it. */
export class LogFiles {
  private readonly run: RunLogs
  private readonly machine: string
  private readonly wishes: LogWishes

  constructor(run: RunLogs, machine: string, wishes: LogWishes) {
    this.run = run
    this.machine = machine
    this.wishes = wishes
  }

  /**
   * Goes back in time as far as is wanted, and as the limit allows.
   * @returns undefined if there are no files.
   * @throws CtdbtsError NO_LOG if none can be read.
   */
  async choose(all: readonly LogFile[]): Promise<ChosenParts | undefined> {
    // A daemon writes to its log: another place has that of an earlier installation.
    const [latest] = all.toSorted((a, b) => b.writtenMs - a.writtenMs)
    if (!latest) return undefined
    const files = all.filter(({ log }) => log === latest.log).sort(byAge)
    if (files[0]?.isReadable === false) throw this.unreadable(files[0].path)
    const { parts, left } = await this.backwards(files)
    return { log: latest.log, parts: parts.toReversed(), left: left === undefined ? [] : [left] }
  }

  /** Takes parts of these files, the latest first. */
  private async backwards(files: readonly LogFile[]): Promise<{ readonly parts: readonly FilePart[]; readonly left?: string }> {
    const { sinceMs = Number.NEGATIVE_INFINITY, maxBytes } = this.wishes
    const parts: FilePart[] = []
    let room = Math.floor(maxBytes / LOG_BLOCK)
    for (const file of files.filter(({ bytes, writtenMs }) => bytes > 0 && writtenMs >= sinceMs)) {
      if (!file.isReadable) return { parts, left: `${file.path} and what is older was not read: there is no permission` }
      const part = await this.wantedPart(file)
      const blocks = part.toBlock - part.fromBlock
      if (blocks > room) {
        // Of compressed files, only the beginning could be read.
        if (room === 0 || isCompressed(file)) return { parts, left: `${file.path} and what is older was not read: ${AT_LIMIT}` }
        return {
          parts: [...parts, { ...part, fromBlock: part.toBlock - room }],
          left: `the older part of ${file.path} was not read: ${AT_LIMIT}`,
        }
      }
      parts.push(part)
      room -= blocks
      if (part.fromBlock > 0) break
    }
    return { parts }
  }

  /** The whole lines of a part. @throws CtdbtsError LOG_REPLACED, and what ended the connection. */
  async *read(part: FilePart): AsyncGenerator<Buffer> {
    const { file, fromBlock, toBlock } = part
    const isPacked = isCompressed(file)
    let isFirst = fromBlock > 0
    let rest = Buffer.alloc(0)
    for (let block = fromBlock; block < toBlock; block += CHUNK_BLOCKS) {
      const read = await this.blocks(file, block, Math.min(CHUNK_BLOCKS, toBlock - block))
      if (isPacked) {
        yield read
        continue
      }
      const bytes = Buffer.concat([rest, isFirst ? read.subarray(read.indexOf(LINE_END) + 1) : read])
      isFirst = false
      const end = bytes.lastIndexOf(LINE_END) + 1
      yield bytes.subarray(0, end)
      // A line that goes on behind this part, or is being written, would say something else. A longer one is none of CTDB's.
      rest = bytes.length - end > LOG_BLOCK ? Buffer.alloc(0) : bytes.subarray(end)
    }
  }

  private async wantedPart(file: LogFile): Promise<FilePart> {
    const { sinceMs, untilMs, times } = this.wishes
    const all = blocksOf(file)
    if (isCompressed(file)) return { file, fromBlock: 0, toBlock: all }
    const known = new Map<number, Promise<number | undefined>>()
    const timeOf = (block: number) => {
      const time = known.get(block) ?? this.blocks(file, block, 1).then((bytes) => firstTimeIn(bytes.toString('latin1'), times))
      known.set(block, time)
      return time
    }
    const toBlock = untilMs === undefined ? all : 1 + (await firstBlockSince(untilMs, all, timeOf))
    return { file, fromBlock: sinceMs === undefined ? 0 : await firstBlockSince(sinceMs, toBlock, timeOf), toBlock }
  }

  private async blocks({ path, inode, bytes }: LogFile, block: number, count: number): Promise<Buffer> {
    const maxBytes = count * LOG_BLOCK
    const { output, exitStatus } = await this.run(['read', inode, path, String(block), String(count)], maxBytes)
    const least = Math.min(maxBytes, bytes - block * LOG_BLOCK)
    if (exitStatus === LOG_REPLACED || (exitStatus === 0 && output.length < least)) {
      throw new CtdbtsError('LOG_REPLACED', `${path} on ${this.machine} was rotated or cut off while it was read`, {
        hint: 'run the command again',
      })
    }
    if (exitStatus !== 0) throw this.unreadable(path)
    // It may have grown since.
    return output.subarray(0, least)
  }

  private unreadable(path: string): CtdbtsError {
    return new CtdbtsError('NO_LOG', `cannot read ${path} on ${this.machine}`, { hint: 'log in as root, or use --sudo' })
  }
}

const LINE_END = 0x0a
