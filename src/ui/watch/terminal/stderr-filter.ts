const SHOW_CURSOR = '\x1b[?25h'

/**
 * Drops what Ink writes to standard error at the end of the process to show the cursor again, unless that is a terminal: in a file it is
 * noise. Ink shows the cursor on standard output as well.
 */
export function dropExitSequence(stderr: NodeJS.WriteStream): void {
  if (stderr.isTTY) return
  const write = stderr.write.bind(stderr) as (...args: unknown[]) => boolean
  stderr.write = (...args: unknown[]) => args[0] === SHOW_CURSOR || write(...args)
}
