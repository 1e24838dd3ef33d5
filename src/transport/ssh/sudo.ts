import { CtdbtsError } from '../../lib/errors.ts'
import { farText } from './errors.ts'

/** What makes a command run as root, if that needs no password. */
export const SUDO = ['sudo', '-n', '--'] as const

/** sudo's own status when it refuses, and a shell's when there is no sudo. */
const REFUSED = 1
const NOT_FOUND = 127

/** That sudo, rather than the command, has failed; undefined when it has not. */
export function sudoRefusal(exitStatus: number | null, stderr: string, place: string): CtdbtsError | undefined {
  if (exitStatus === NOT_FOUND && /(^|: )'?sudo'?: (command )?not found/m.test(stderr)) {
    return new CtdbtsError('SUDO', `there is no sudo on ${place}`, { hint: 'install it there, or log in as root' })
  }
  if (exitStatus !== REFUSED) return undefined
  const line = stderr
    .split('\n')
    .find((text) => /^sudo: (?!.*: command not found)|^Sorry, user |is not in the sudoers file/.test(text))
  if (line === undefined) return undefined
  return new CtdbtsError('SUDO', `sudo refuses on ${place}: ${farText(line.replace(/^sudo: /, ''))}`, {
    hint: 'allow it there without a password (NOPASSWD in sudoers), or log in as root',
  })
}
