import type { FileHandle } from 'node:fs/promises'

/** Writes all bytes at a place of a file: on a disk that is nearly full, the system writes only some of them at first. @throws the system's error. */
export async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten
  }
}
