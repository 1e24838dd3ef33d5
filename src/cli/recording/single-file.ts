import { CtdbtsError } from '../../lib/errors.ts'
import { isRecording } from '../../lib/recording/reader.ts'
import { AppendFile } from './append-file.ts'
import { CurrentFile } from './current-file.ts'
import type { RecordingStore } from './recorder.ts'

/** Enough to recognize a recording. */
const BEGINNING = 64

/** A recording in one file, behind what is in it. */
export class SingleFile extends CurrentFile implements RecordingStore {
  readonly name: string

  constructor(path: string) {
    super()
    this.name = path
  }

  isFull(): boolean {
    return false
  }

  async begin(text: string): Promise<void> {
    await this.close()
    this.file = await openRecording(this.name)
    await this.append(text)
  }
}

/**
 * Opens a file to append to it, if it is a recording, or makes it.
 * @throws CtdbtsError NO_FILE if it is something else; it stays as it is then. The system's errors.
 */
export async function openRecording(path: string): Promise<AppendFile> {
  const file = await AppendFile.open(path)
  try {
    if (file.size > 0 && !isRecording(await file.beginning(BEGINNING))) {
      throw new CtdbtsError('NO_FILE', `${path} exists and is not a recording`, { hint: 'name another file' })
    }
    await file.endLine()
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}
