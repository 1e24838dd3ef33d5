/**
 * What the real tool makes of the exit status of a program that it has run: 64 and more it takes for an error number, which it says and
 * ends with. Its `event` runs such a program too.
 */
export function helperStatus(title: string, exitStatus: number): { status: number; line?: string } {
  const status = exitStatus & 0xff
  if (status < 64 || status === 255) return { status }
  return { status: status - 64, line: `${title} failed with error ${status - 64}` }
}
