import { mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CtdbtsError } from '../../lib/errors.ts'

/** With the names in it, and what ssh appends while it creates a socket, a path has to fit into a socket's address (104 bytes on macOS). */
const MAX_PARENT = 50
/** No character that ssh, or a shell, would read as something else. */
const PLAIN = /^\/[A-Za-z0-9_./-]*$/

/**
 * Creates a folder for sockets that only this user can enter.
 * @throws CtdbtsError SSH_FOLDER when there is no place for one.
 */
export function createPrivateFolder(env: NodeJS.ProcessEnv): string {
  const parents = [env.XDG_RUNTIME_DIR, tmpdir(), '/tmp'].filter((path) => path !== undefined && isUsable(path))
  let cause: unknown
  for (const parent of parents) {
    try {
      return mkdtempSync(join(parent ?? '', 'ctdbts-'))
    } catch (error) {
      cause ??= error
    }
  }
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
