import { CtdbtsError, EXIT_STATUS } from '../lib/errors.ts'

const MAX_NAME = 60

/** How messages name a command: a shell script by its `$0` (`sh` if it has none), anything else by its words, cut to 60 characters. */
export function commandName(argv: readonly string[]): string {
  const [program, option, , scriptName = 'sh'] = argv
  if (program === 'sh' && option === '-c') return scriptName
  const line = argv.join(' ')
  return line.length > MAX_NAME ? `${line.slice(0, MAX_NAME - 1)}…` : line
}

/** EXEC_FAILED: a command could not be started. @param why the reason that the system gives. */
export const execFailed = (argv: readonly string[], machine: string, why: string | undefined, cause: unknown): CtdbtsError =>
  new CtdbtsError('EXEC_FAILED', `\`${commandName(argv)}\` on ${machine} cannot be started: ${why}`, {
    hint: 'check that the program is installed, and that you may run it',
    cause,
  })

/** EXEC_TIMEOUT: a command did not end in time, and was stopped. */
export const execTimeout = (argv: readonly string[], machine: string, timeoutMs: number): CtdbtsError =>
  new CtdbtsError('EXEC_TIMEOUT', `\`${commandName(argv)}\` on ${machine} did not end within ${timeoutMs / 1000} s`, {
    hint: 'check whether the machine is hung or overloaded',
    exitStatus: EXIT_STATUS.timedOut,
  })

/** EXEC_OUTPUT: a command printed more than it may, and was stopped. */
export const execOutput = (argv: readonly string[], machine: string, maxBytes: number): CtdbtsError =>
  new CtdbtsError('EXEC_OUTPUT', `\`${commandName(argv)}\` on ${machine} printed more than ${maxBytes} bytes`, {
    hint: 'run it there, and check what it prints',
  })

/** EXEC_FAILED: a container, or another root folder, in which our scripts cannot run. */
export const noNullDevice = (machine: string): CtdbtsError =>
  new CtdbtsError('EXEC_FAILED', `there is no /dev/null on ${machine}`, {
    hint: 'mount /dev there (`mount --rbind /dev ROOT/dev`)',
  })
