import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

/** By then the process has been stopped, if at all: the kernel does not stop a process that no shell could continue. */
const SETTLE_MS = 300
/** For kill(2): all processes of the caller's process group. */
const OWN_GROUP = 0

/**
 * Stops this process as Ctrl-Z does, and resolves when it continues. Remove listeners for SIGTSTP before. Like a terminal, it stops the
 * whole process group: the shell does not get the terminal back while a script that waits for this process runs.
 */
export async function stopProcess(): Promise<void> {
  const ended = new AbortController()
  const { signal } = ended
  const continued = once(process, 'SIGCONT', { signal })
  process.kill(OWN_GROUP, 'SIGTSTP')
  await Promise.race([continued, sleep(SETTLE_MS, undefined, { signal })])
  ended.abort()
  await continued.catch(() => {})
}
