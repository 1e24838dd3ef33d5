import { ERRNO } from '../../lib/errno.ts'
import type { ErrorCode } from '../../lib/error-codes.ts'
import { ControlFailedError, NoAnswerError } from '../../transport/client/errors.ts'

/** What ctdb says, before `, ret=STATUS`, when one control of a longer request fails. */
export interface ControlWords {
  /** When no answer comes in time. */
  readonly silent: string
  /** When the node refuses. */
  readonly refused: string
}

/** Of an error about which ctdb prints nothing. It ends with this exit status. */
export const silent = (exitStatus: number) => ({ exitStatus, ctdbText: { stderr: [] } })

/** For `catch`: reports an unanswered or refused control in ctdb's words for it, with this code. */
export const inWords =
  (code: ErrorCode, { silent, refused }: ControlWords) =>
  (error: unknown): never => {
    const line =
      error instanceof NoAnswerError
        ? `${silent}, ret=${ERRNO.ETIMEDOUT}`
        : error instanceof ControlFailedError
          ? `${refused}, ret=${error.status}`
          : undefined
    if (line === undefined) throw error
    const failure = error as ControlFailedError | NoAnswerError
    throw failure.with({ code, message: `${line}: ${failure.message}`, ctdbText: { stderr: [line] }, cause: error })
  }
