import type { AppendFile } from './append-file.ts'

/** A place to record to, of which one file is open at a time; none before the first, and after a failure. */
export abstract class CurrentFile {
  protected file: AppendFile | undefined

  async append(text: string): Promise<void> {
    await this.file?.append(text)
  }

  async close(): Promise<void> {
    const { file } = this
    this.file = undefined
    await file?.close()
  }
}
