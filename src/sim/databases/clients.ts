/** The processes that have files of databases open, as a daemon would know them by their connections. */
export class Clients {
  private readonly files = new Map<number, number>()

  /** Whether the process with this PID has a file open. */
  has(pid: number): boolean {
    return this.files.has(pid)
  }

  /** A process has opened a file. */
  opened(pid: number): void {
    this.files.set(pid, (this.files.get(pid) ?? 0) + 1)
  }

  /** A process has closed a file, or ended. */
  closed(pid: number): void {
    const left = (this.files.get(pid) ?? 0) - 1
    if (left > 0) this.files.set(pid, left)
    else this.files.delete(pid)
  }
}
