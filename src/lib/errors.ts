import type { ErrorCode } from './error-codes.ts'

/**
 * What the process exits with. 110 is ETIMEDOUT, which the real `ctdb` returns when a node does not answer in time. What can happen to an SSH
 * connection has the number of the system's error that is nearest to it, too, and a missing program that with which a shell reports one.
 */
export const EXIT_STATUS = {
  ok: 0,
  failure: 1,
  /** EACCES */
  loginRefused: 13,
  /** ENOTTY */
  noTerminal: 25,
  /** ECONNRESET */
  connectionEnded: 104,
  timedOut: 110,
  /** ECONNREFUSED */
  connectionRefused: 111,
  /** EHOSTUNREACH */
  unreachable: 113,
  /** ENOKEY */
  unknownKey: 126,
  noProgram: 127,
  /** EKEYREVOKED */
  badKey: 128,
} as const

/** What an error has besides its code and message. */
export interface ErrorDetails {
  /** What to try next, one sentence. */
  readonly hint?: string | undefined
  /** Exit status of a command that ends with this error; 1 unless given. */
  readonly exitStatus?: number | undefined
  /** What the real `ctdb` prints in this case, where it has words of its own for it. */
  readonly ctdbText?: CtdbText | undefined
  readonly cause?: unknown
}

/** Words of ctdb, for scripts that look for them. */
export interface CtdbText {
  readonly stderr: readonly string[]
  /** Exactly as printed; ctdb sometimes has no newline at the end. */
  readonly stdout?: string
}

/**
 * Every failure that a user can meet: says what went wrong and where (`message`), what to do next (`hint`), and carries a stable `code` for
 * programs.
 *
 * @example
 * ```ts
 * import { CtdbtsError, openCluster } from 'ctdbts'
 *
 * try {
 *   using cluster = await openCluster({ hosts: ['node1'] })
 *   await cluster.moveIp('192.0.2.1', 2)
 * } catch (error) {
 *   if (!(error instanceof CtdbtsError)) throw error
 *   if (error.code === 'GAVE_UP') console.log('the address did not move:', error.message)
 *   else console.log(error.message, error.hint ?? '')
 * }
 * ```
 */
export class CtdbtsError extends Error {
  override readonly name: string = 'CtdbtsError'
  /** What went wrong, for programs; docs/error-codes.md lists all codes. */
  readonly code: ErrorCode
  /** What to do next. */
  readonly hint: string | undefined
  /** Exit status of a command that ends with this error. */
  readonly exitStatus: number
  /** What the real `ctdb` prints in this case, where it has words of its own for it. */
  readonly ctdbText: CtdbText | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.hint = details.hint
    this.exitStatus = details.exitStatus ?? EXIT_STATUS.failure
    this.ctdbText = details.ctdbText
  }

  /**
   * A copy of this error in which `changes` replace what they name; everything else, the cause included, stays. A detail that is given as
   * `undefined` is removed. The copy of a subclass is a plain CtdbtsError.
   */
  with(changes: ErrorDetails & { readonly code?: ErrorCode; readonly message?: string }): CtdbtsError {
    const { hint, exitStatus, ctdbText, cause } = this
    const { code = this.code, message = this.message, ...details } = changes
    return new CtdbtsError(code, message, { hint, exitStatus, ctdbText, cause, ...details })
  }
}

/** Why something was ended before its end, by a signal or the limit of -T: no failure of what it was doing. */
export class EndedError extends CtdbtsError {}

/** A failure for which ctdb has one line, which says enough to be our message too. */
export const saidByCtdb = (code: ErrorCode, line: string, details: Omit<ErrorDetails, 'ctdbText'> = {}): CtdbtsError =>
  new CtdbtsError(code, line, { ...details, ctdbText: { stderr: [line] } })

/**
 * The same failure told with more context: as `error`, but for what `changes` gives. Anything else than a CtdbtsError with words of
 * ctdb (a bug, a lost connection), and an EndedError, is thrown on as it is.
 */
export function retell(
  error: unknown,
  changes: { code: ErrorCode; context: string; exitStatus: number; addStderr?: string; stdout?: string },
): never {
  if (!(error instanceof CtdbtsError) || !error.ctdbText || error instanceof EndedError) throw error
  const { stderr } = error.ctdbText
  throw error.with({
    code: changes.code,
    message: `${changes.context}: ${error.message}`,
    exitStatus: changes.exitStatus,
    ctdbText: {
      stderr: changes.addStderr === undefined ? stderr : [...stderr, changes.addStderr],
      ...(changes.stdout === undefined ? {} : { stdout: changes.stdout }),
    },
    cause: error,
  })
}

/** For `catch`: what ctdb says itself of a control that failed, behind the words that the control has. */
export const adding =
  (code: ErrorCode, line: string) =>
  (error: unknown): never => {
    const exitStatus = error instanceof CtdbtsError ? error.exitStatus : EXIT_STATUS.failure
    return retell(error, { code, context: line, exitStatus, addStderr: line })
  }

/** The same failure without ctdb's words: told in ours wherever it is told. */
export function inOwnWords(error: unknown): unknown {
  return error instanceof CtdbtsError && error.ctdbText ? error.with({ ctdbText: undefined }) : error
}
