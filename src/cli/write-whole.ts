import { chownSync, closeSync, openSync, realpathSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs'
import { CtdbtsError } from '../lib/errors.ts'

/**
 * Writes a file as a whole or not at all: an existing file stays until the new one is complete, which then gets its owner and mode. A link
 * is followed; a device or a pipe is written to.
 * @throws CtdbtsError NOT_WRITTEN with the reason.
 */
export function writeWhole(path: string, text: string): void {
  try {
    const before = statSync(path, { throwIfNoEntry: false })
    if (before && !before.isFile()) writeFileSync(path, text)
    else replaceFile(before ? realpathSync(path) : path, before, text)
  } catch (cause) {
    throw new CtdbtsError('NOT_WRITTEN', `cannot write ${path}: ${(cause as Error).message}`, { cause })
  }
}

function replaceFile(path: string, before: Stats | undefined, text: string): void {
  const draft = `${path}.${process.pid}.new`
  // An existing file or link of this name is not ours.
  const descriptor = openSync(draft, 'wx', before?.mode)
  try {
    try {
      writeFileSync(descriptor, text)
    } finally {
      closeSync(descriptor)
    }
    if (before && process.getuid?.() === 0) chownSync(draft, before.uid, before.gid)
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}
