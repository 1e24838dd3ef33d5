import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'

/** The connection has ended; everything in progress on it fails with this. */
export function connectionClosed(name: string, why: string, cause?: unknown): CtdbtsError {
  return new CtdbtsError('SSH_CLOSED', `the SSH connection to ${name} has ended: ${why}`, {
    hint: 'check that the host and its network are up, then retry',
    cause,
  })
}

/** There was no answer within the time limit. @param what what did not happen: `no answer from node1`. */
export function noAnswer(what: string, timeoutMs: number, hint: string): CtdbtsError {
  return new CtdbtsError('SSH_TIMEOUT', `${what} within ${timeoutMs / 1000} s`, { hint, exitStatus: EXIT_STATUS.timedOut })
}
