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
