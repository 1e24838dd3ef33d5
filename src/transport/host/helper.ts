import type { ExecLimits, HostAccess } from '../host-access.ts'

/** Where CTDB's helper programs are installed: by Linux's distributions, and by a Samba built from source. */
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
  /** What it printed, unless that went out at once. */
  readonly stdout: string
}

/** What the real tool's child ends with when there is nothing to run: 64 and ENOENT. */
export const NO_HELPER_STATUS = 66

// What differs comes as parameters, so that nothing of it is ever read by the shell: the word, and where the helper may be.
const SCRIPT = `word=$1; shift; for path do [ -x "$path" ] && exec "$path" "$word"; done; exit ${NO_HELPER_STATUS}`

/**
 * Runs the helper of a name on another machine with one word, where it is installed. It calls the `ctdb` that is there.
 * @throws CtdbtsError as HostAccess.exec.
 */
export async function runHelperOn(
  access: HostAccess,
  name: string,
  word: string,
  limits: ExecLimits,
): Promise<HelperResult & { readonly stderr: string }> {
  const paths = HELPER_FOLDERS.map((folder) => `${folder}/${name}`)
  const { exitStatus, stdout, stderr } = await access.exec(['sh', '-c', SCRIPT, 'ctdbts', word, ...paths], limits)
  return { exitStatus, stdout: stdout.toString(), stderr }
}
