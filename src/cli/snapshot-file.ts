import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { CtdbtsError } from '../lib/errors.ts'
import type { Snapshot } from '../lib/snapshot/snapshot.ts'

/** More than any cluster has to say; a file of this size is something else. */
const MAX_SNAPSHOT_BYTES = 256 * 1024 * 1024

/**
 * Reads a snapshot from a file.
 * @throws CtdbtsError NO_FILE or BAD_SNAPSHOT.
 */
export async function readSnapshot(path: string): Promise<Snapshot> {
  // Checking snapshots is for those who use them; the others start faster without.
  const { parseSnapshot } = await import('../lib/snapshot/parse.ts')
  return parseSnapshot(readText(path), path)
}

function readText(path: string): string {
  try {
    const { size } = statSync(path)
    if (size <= MAX_SNAPSHOT_BYTES) return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new CtdbtsError('NO_FILE', `cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
  throw new CtdbtsError('BAD_SNAPSHOT', `${path} is larger than any snapshot (${MAX_SNAPSHOT_BYTES} bytes)`)
}

/**
 * Writes a file so that it is there as a whole or not at all: an earlier one stays until the new one is complete.
 * @throws CtdbtsError NO_FILE with the reason.
 */
export function writeWhole(path: string, text: string): void {
  const draft = `${path}.${process.pid}.new`
  try {
    writeFileSync(draft, text)
    renameSync(draft, path)
  } catch (cause) {
    rmSync(draft, { force: true })
    throw new CtdbtsError('NO_FILE', `cannot write ${path}: ${(cause as Error).message}`, { cause })
  }
}
