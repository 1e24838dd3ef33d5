import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'

/** A connection that is over; all that was under way on it ends with this. */
export function connectionClosed(name: string, why: string, cause?: unknown): CtdbtsError {
  return new CtdbtsError('SSH_CLOSED', `the connection to ${name} is over: ${why}`, {
    hint: 'see whether the host and its network are up, then try again',
    cause,
  })
}

/** Nothing came back within the limit. */
export function noAnswer(what: string, timeoutMs: number, hint: string): CtdbtsError {
  return new CtdbtsError('SSH_TIMEOUT', `${what} within ${timeoutMs / 1000} s`, { hint, exitStatus: EXIT_STATUS.timedOut })
}

const MAX_FAR_TEXT = 300

/** What the other side says, made fit for a message: harmless for a terminal, on one line, and not endless. */
export const farText = (text: string): string =>
  text
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, MAX_FAR_TEXT)

/** The text of whatever was thrown, which may be the other side's. */
export const reasonOf = (error: unknown): string => farText((error instanceof Error && error.message) || String(error))
