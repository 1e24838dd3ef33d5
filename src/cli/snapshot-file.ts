import { readFileSync, statSync } from 'node:fs'
import { CtdbtsError } from '../lib/errors.ts'
import type { Snapshot } from '../lib/snapshot/snapshot.ts'
import { type HostOptions, wantsHost } from './host-flags.ts'
import { type SimOptions, wantsSim } from './sim-flags.ts'

/** The options that say what to read: a cluster, or a snapshot of one. */
type SourceOptions = HostOptions & SimOptions & { readonly from?: string | undefined }

/** Makes the error of a command that does not take something. */
export type Refuse = (what: string, hint: string) => CtdbtsError

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
