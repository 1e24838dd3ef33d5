import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CtdbtsError } from '../../lib/errors.ts'

/** With the names in it, and what ssh appends while it creates a socket, a path has to fit into a socket's address (104 bytes on macOS). */
const MAX_PARENT = 50
/** No character that ssh, or a shell, would read as something else. */
const PLAIN = /^\/[A-Za-z0-9_./-]*$/

/** A folder that only this user can enter. */
export interface PrivateFolder<T> {
  readonly path: string
  /** What was put there. */
  readonly content: T | undefined
}

/**
 * Creates a folder for sockets that only this user can enter.
 * @param fill puts something there; undefined where that is of no use in this folder. Then another one is tried, and if there is none, the first
 * is left empty.
 * @throws CtdbtsError SSH_FOLDER when there is no place for one.
 */
export function createPrivateFolder<T>(env: NodeJS.ProcessEnv, fill: (folder: string) => T | undefined): PrivateFolder<T> {
  const parents = [env.XDG_RUNTIME_DIR, tmpdir(), '/tmp'].filter((path) => path !== undefined && isUsable(path))
  let cause: unknown
  let first: string | undefined
  for (const parent of new Set(parents)) {
    try {
      const path = mkdtempSync(join(parent ?? '', 'ctdbts-'))
      const content = fill(path)
      if (content !== undefined) {
        if (first !== undefined) rmSync(first, { recursive: true })
        return { path, content }
      }
      if (first === undefined) first = path
      else rmSync(path, { recursive: true })
    } catch (error) {
      cause ??= error
    }
  }
  if (first !== undefined) return { path: first, content: undefined }
  throw new CtdbtsError('SSH_FOLDER', `cannot create a folder for the sockets of ssh in ${parents.join(' or ')}`, {
    hint: 'name a folder that exists, and whose path is short, with TMPDIR',
    cause,
  })
}

/** XDG_RUNTIME_DIR may still be that of the user who called sudo. */
function isUsable(path: string): boolean {
  if (!PLAIN.test(path) || path.length > MAX_PARENT) return false
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats !== undefined && (stats.uid === process.getuid?.() || (stats.mode & 0o1000) !== 0)
}
