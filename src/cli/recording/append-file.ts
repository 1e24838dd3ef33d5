import { type FileHandle, open } from 'node:fs/promises'

/** A power cut may cost what was written in this time; a killed process costs nothing of it. */
const SYNC_EVERY_MS = 5_000

/** A file to which whole pieces of text are appended. */
export class AppendFile {
  private readonly handle: FileHandle
  private length: number
  private syncedMs = Number.NEGATIVE_INFINITY

  private constructor(handle: FileHandle, length: number) {
    this.handle = handle
    this.length = length
  }

  /** @param isNew the file must not exist. @throws the system's error. */
  static async open(path: string, isNew = false): Promise<AppendFile> {
    const handle = await open(path, isNew ? 'ax+' : 'a+', 0o640)
    return new AppendFile(handle, (await handle.stat()).size)
  }

  get size(): number {
    return this.length
  }

  /** The beginning of the file. */
  async beginning(length: number): Promise<string> {
    return await this.read(0, length)
  }

  /** Ends a line that a crash has cut, so that it does not become one with what follows. */
  async endLine(): Promise<void> {
    if (this.length > 0 && (await this.read(this.length - 1, 1)) !== '\n') await this.append('\n')
  }

  /** Appends all of it, or nothing. @throws the system's error. */
  async append(text: string): Promise<void> {
    const bytes = Buffer.from(text)
    let written = 0
    try {
      while (written < bytes.length) written += (await this.handle.write(bytes, written)).bytesWritten
      this.length += written
      if (performance.now() - this.syncedMs > SYNC_EVERY_MS) await this.sync()
    } catch (error) {
      await this.takeBack(written)
      throw error
    }
  }

  async close(): Promise<void> {
    try {
      await this.sync()
    } finally {
      await this.handle.close()
    }
  }

  /** Pipes and devices cannot be synchronized. @throws Error also when somebody has removed the file. */
  private async sync(): Promise<void> {
    this.syncedMs = performance.now()
    if ((await this.handle.stat()).nlink === 0) throw new Error('the file was removed')
    await this.handle.datasync().catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EINVAL' && error.code !== 'ENOTSUP') throw error
    })
  }

  /** Removes a part of a text, unless somebody else has written to the file too. */
  private async takeBack(written: number): Promise<void> {
    const stats = await this.handle.stat().catch(() => undefined)
    if (stats?.isFile() && written > 0 && stats.size === this.length + written) {
      await this.handle.truncate(this.length).catch(() => {})
    }
  }

  private async read(position: number, length: number): Promise<string> {
    const { buffer, bytesRead } = await this.handle.read(Buffer.alloc(length), 0, length, position)
    return buffer.toString('utf8', 0, bytesRead)
  }
}
