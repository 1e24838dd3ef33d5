import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

/** By then a process that can be stopped has been; one that its shell cannot continue is not stopped at all. */
const SETTLE_MS = 300
/** To kill(2): all processes of the group that the caller is of. */
const OWN_GROUP = 0

/**
 * Stops this process as Ctrl-Z does, and settles when it goes on. Whoever listens for SIGTSTP must not any more. A terminal stops all
 * processes of its foreground: a shell does not get it back while a script that waits for this process runs.
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
