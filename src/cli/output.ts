import { EXIT_STATUS } from '../lib/errors.ts'

/**
 * Makes a closed or full output end the program in good order: a reader that has seen enough (`| head`) is no failure; a full disk is
 * one, and is said.
 */
export function guardOutput(): void {
  // oclif's own listener throws whatever is not EPIPE: a stack trace for a full disk.
  process.stdout.removeAllListeners('error')
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT_STATUS.ok)
    process.stderr.write(`ctdbts: cannot write the output: ${error.message}\n`)
    process.exit(EXIT_STATUS.failure)
  })
  // Nothing can be said any more; whoever closed it does not want to hear.
  process.stderr.on('error', () => process.exit(EXIT_STATUS.failure))
}

/** Whether colours are welcome: only on a terminal that has them, and not under NO_COLOR (https://no-color.org). */
export const wantsColour = (stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean =>
  stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb' && stream.hasColors()
