/** Whether there is a process with this id. One that another program has by now counts as alive. */
export function isAlive(pid: number): boolean {
  // To the kernel 0 is the caller's own group of processes.
  if (pid === 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
