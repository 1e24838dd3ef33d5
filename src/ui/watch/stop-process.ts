import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

/** By then a process that can be stopped has been; one that its shell cannot continue is not stopped at all. */
const SETTLE_MS = 300

/** Stops this process as Ctrl-Z does, and settles when it goes on. Whoever listens for SIGTSTP must not any more. */
export async function stopProcess(): Promise<void> {
  const ended = new AbortController()
  const { signal } = ended
  const continued = once(process, 'SIGCONT', { signal })
  process.kill(process.pid, 'SIGTSTP')
  await Promise.race([continued, sleep(SETTLE_MS, undefined, { signal })])
  ended.abort()
  await continued.catch(() => {})
}
