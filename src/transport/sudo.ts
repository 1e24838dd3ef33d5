import { CtdbtsError } from '../lib/errors.ts'
import { SHELL_STATUS } from '../lib/shell-status.ts'
import { remoteText } from './remote-text.ts'

/** Runs a command as root, provided that sudo needs no password. */
export const SUDO = ['sudo', '-n', '--'] as const

/** Exit status of sudo when it refuses. */
const REFUSED = 1

/** The error when sudo failed rather than the command; undefined when it did not. */
export function sudoRefusal(exitStatus: number | null, stderr: string, host: string): CtdbtsError | undefined {
  if (exitStatus === SHELL_STATUS.notFound && /(^|: )'?sudo'?: (command )?not found/m.test(stderr)) {
    return new CtdbtsError('SUDO', `sudo is not installed on ${host}`, { hint: 'install it there, or log in as root' })
  }
  if (exitStatus !== REFUSED) return undefined
  const line = stderr
    .split('\n')
    .find((text) => /^sudo: (?!.*: command not found)|^Sorry, user |is not in the sudoers file/.test(text))
  if (line === undefined) return undefined
  return new CtdbtsError('SUDO', `sudo on ${host} refused: ${remoteText(line.replace(/^sudo: /, ''))}`, {
    hint: 'allow it there without a password (NOPASSWD in sudoers), or log in as root',
  })
}
