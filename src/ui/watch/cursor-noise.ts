const SHOW_CURSOR = '\x1b[?25h'

/**
 * Keeps out of standard error what Ink writes there when the process ends, so that the cursor is seen again: on a terminal that is
 * right, in a file it is noise. The cursor is shown on the screen itself as well.
 */
export function dropCursorNoise(stderr: NodeJS.WriteStream): void {
  if (stderr.isTTY) return
  const write = stderr.write.bind(stderr) as (...args: unknown[]) => boolean
  stderr.write = (...args: unknown[]) => args[0] === SHOW_CURSOR || write(...args)
}
