import {
  chownSync,
  closeSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { CtdbtsError } from '../lib/errors.ts'
import type { Snapshot } from '../lib/snapshot/snapshot.ts'
import { type HostOptions, wantsHost } from './host-flags.ts'
import { type SimOptions, wantsSim } from './sim-flags.ts'

/** The options that say what to read: a cluster, or a snapshot of one. */
type SourceOptions = HostOptions & SimOptions & { readonly from?: string | undefined }

/** Makes the error of a command that does not take something. */
type Refuse = (what: string, hint: string) => CtdbtsError

/** More than any cluster has to say; a file of this size is something else. */
const MAX_SNAPSHOT_BYTES = 256 * 1024 * 1024

/**
 * Refuses a cluster beside a snapshot: it would be ignored.
 * @throws CtdbtsError USAGE, which `refuse` makes.
 */
export function checkFrom(options: SourceOptions, refuse: Refuse): void {
  if (options.from === undefined) return
  const other = wantsSim(options) ? '--sim' : wantsHost(options) ? '--host' : undefined
  if (other) throw refuse(`${other} together with --from`, 'leave out one of them')
}

/**
 * The snapshot that --from names; undefined without it.
 * @throws CtdbtsError as {@link checkFrom} and {@link readSnapshot}.
 */
export async function snapshotFrom(options: SourceOptions, refuse: Refuse): Promise<Snapshot | undefined> {
  checkFrom(options, refuse)
  return options.from === undefined ? undefined : await readSnapshot(options.from)
}

/**
 * Reads a snapshot from a file.
 * @throws CtdbtsError NO_FILE or BAD_SNAPSHOT.
 */
export async function readSnapshot(path: string): Promise<Snapshot> {
  // Loaded only here, so that other commands start faster.
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
 * Writes a file as a whole or not at all: an existing file stays until the new one is complete, which then gets its owner and mode. A link
 * is followed; a device or a pipe is written to.
 * @throws CtdbtsError NO_FILE with the reason.
 */
export function writeWhole(path: string, text: string): void {
  try {
    const before = statSync(path, { throwIfNoEntry: false })
    if (before && !before.isFile()) writeFileSync(path, text)
    else replaceFile(before ? realpathSync(path) : path, before, text)
  } catch (cause) {
    throw new CtdbtsError('NO_FILE', `cannot write ${path}: ${(cause as Error).message}`, { cause })
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
