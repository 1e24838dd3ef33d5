/**
 * How `ctdb` handles the exit status of a helper program: from 64 on, it reads it as an error number, which it prints and exits with. Its
 * `event` runs such a program, too.
 */
export function helperStatus(title: string, exitStatus: number): { status: number; line?: string } {
  const status = exitStatus & 0xff
  if (status < 64 || status === 255) return { status }
  return { status: status - 64, line: `${title} failed with error ${status - 64}` }
}
