/**
 * Sends a signal to all processes of a group.
 * @param leader the PID of the process with which the group began; undefined if it was never started.
 * @returns whether any process was there to get it.
 */
export function signalGroup(leader: number | undefined, signal: NodeJS.Signals): boolean {
  try {
    return leader !== undefined && process.kill(-leader, signal)
  } catch {
    // All have ended; or they run as root through sudo, and end when they find their pipes closed.
    return false
  }
}

/** The process with which a group begins; it has no PID if it could not be started. */
interface Leader {
  pid: number | undefined
}

/** The groups that are to end with this process. */
const running = new Set<Leader>()

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const

/**
 * Starts a process group that ends, by SIGTERM, when this process ends.
 * @returns what `start` returned, the leader, and a function that lets the group live on.
 */
export function startGroup<T extends { readonly pid?: number | undefined }>(start: () => T): { leader: T; release: () => void } {
  const group: Leader = { pid: undefined }
  const release = () => {
    if (running.delete(group) && running.size === 0) listen('off')
  }
  // One listener for all of them, as Node warns of more than ten; and before the start, so that no signal comes in between.
  if (running.size === 0) listen('on')
  running.add(group)
  try {
    const leader = start()
    group.pid = leader.pid
    return { leader, release }
  } catch (error) {
    release()
    throw error
  }
}

function listen(how: 'on' | 'off'): void {
  process[how]('exit', endAll)
  for (const signal of SIGNALS) process[how](signal, endedBy)
}

function endAll(): void {
  for (const { pid } of running) signalGroup(pid, 'SIGTERM')
}

/** A signal ends this process without `exit`, unless somebody else handles it. */
function endedBy(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  endAll()
  listen('off')
  process.kill(process.pid, signal)
}
