import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppendFile } from './append-file.ts'
import { CurrentFile } from './current-file.ts'
import type { RecordingStore } from './recorder.ts'
import { openRecording } from './single-file.ts'

export interface FolderLimits {
  /** A file that is larger is followed by another one, if it has more than the whole sample with which each begins. */
  readonly maxBytes: number
  /** So many files are kept. */
  readonly keep: number
}

const DAY_MS = 86_400_000
/** So many whole samples fit into a file, however large they are: else a few samples would replace all files. */
const LEAST_SAMPLES = 4
/** The names of the files, by the time at which they begin. Nothing else in the folder is touched. */
const NAME = /^ctdbts-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z)\.jsonl$/

/** Recordings in a folder: a file for each day, or for so many bytes, and no more than so many of them. */
export class RecordingFolder extends CurrentFile implements RecordingStore {
  readonly name: string
  private readonly limits: FolderLimits
  private beganMs = 0
  private leastBytes = 0

  constructor(path: string, limits: FolderLimits) {
    super()
    this.name = path
    this.limits = limits
  }

  /** Makes the folder, if there is none. @throws the system's errors. */
  async prepare(): Promise<void> {
    await mkdir(this.name, { recursive: true, mode: 0o750 })
  }

  isFull(waiting: number, nowMs: number): boolean {
    return this.file !== undefined && this.isOver(this.file.size + waiting, this.beganMs, nowMs)
  }

  async begin(text: string, nowMs: number): Promise<void> {
    await this.close()
    await this.prepare()
    this.leastBytes = LEAST_SAMPLES * text.length
    const names = await this.names()
    const last = names.at(-1)
    if (last !== undefined) await this.reopen(last, nowMs)
    if (!this.file) await this.create(names, nowMs)
    await this.append(text)
  }

  /** Goes on in the last file, if there is room in it: who starts again and again must not replace what was recorded before. */
  private async reopen(name: string, nowMs: number): Promise<void> {
    const file = await openRecording(join(this.name, name))
    this.beganMs = timeIn(name)
    if (this.isOver(file.size, this.beganMs, nowMs)) await file.close()
    else this.file = file
  }

  private async create(names: readonly string[], nowMs: number): Promise<void> {
    const surplus = names.slice(0, Math.max(0, names.length - this.limits.keep + 1))
    for (const name of surplus) await rm(join(this.name, name), { force: true })
    // The order of the names is that of the files, also when the clock was set back.
    const last = names.at(-1)
    this.beganMs = last === undefined ? nowMs : Math.max(nowMs, timeIn(last) + 1)
    this.file = await AppendFile.open(join(this.name, nameAt(this.beganMs)), true)
    await syncFolder(this.name)
  }

  private isOver(bytes: number, beganMs: number, nowMs: number): boolean {
    return bytes >= Math.max(this.limits.maxBytes, this.leastBytes) || nowMs - beganMs >= DAY_MS
  }

  private async names(): Promise<readonly string[]> {
    return await recordingNames(this.name)
  }
}

/** The names of the files of a recording in a folder, in the order in which they began. @throws the system's errors. */
export const recordingNames = async (path: string): Promise<readonly string[]> =>
  (await readdir(path)).filter((name) => NAME.test(name)).sort()

const nameAt = (ms: number): string => `ctdbts-${new Date(ms).toISOString().replaceAll(':', '-')}.jsonl`

const timeIn = (name: string): number => {
  const [, time = ''] = NAME.exec(name) ?? []
  return Date.parse(time.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:'))
}

/** So that a new file is still there after a power cut. Not all file systems can do that. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  await handle.sync().catch(() => {})
  await handle.close()
}
