import { ERRNO } from '../../lib/errno.ts'
import type { ExecLimits, HostAccess } from '../host-access.ts'

/** Where Linux distributions, and a Samba built from source, install CTDB's helper programs. */
export const HELPER_FOLDERS = [
  '/usr/libexec/ctdb',
  '/usr/lib/ctdb',
  '/usr/local/samba/libexec/ctdb',
  '/usr/local/libexec/ctdb',
] as const

/** How a helper ended. */
export interface HelperResult {
  /** Null when a signal ended it. */
  readonly exitStatus: number | null
  /** The number of that signal, where it is known. */
  readonly signal?: number | undefined
  /** Its output, unless that was passed through to standard output. */
  readonly stdout: string
}

/** The exit status of ctdb's child process when there is no helper to run. */
export const NO_HELPER_STATUS = 64 + ERRNO.ENOENT

// The word and the possible paths come as positional parameters, so that the shell never interprets them.
const SCRIPT = `word=$1; shift; for path do [ -x "$path" ] && exec "$path" "$word"; done; exit ${NO_HELPER_STATUS}`

/**
 * Runs an installed helper on another machine, with one word as its argument. The helper calls the `ctdb` of that machine.
 * @throws CtdbtsError as HostAccess.exec.
 */
export async function runHelperOn(
  access: HostAccess,
  name: string,
  word: string,
  limits: ExecLimits,
): Promise<HelperResult & { readonly stderr: string }> {
  const paths = HELPER_FOLDERS.map((folder) => `${folder}/${name}`)
  const { exitStatus, stdout, stderr } = await access.exec(['sh', '-c', SCRIPT, 'ctdbts-helper', word, ...paths], limits)
  return { exitStatus, stdout: stdout.toString(), stderr }
}
