/** What the process exits with. 110 is ETIMEDOUT, which the real `ctdb` returns when a node does not answer in time. */
export const EXIT_STATUS = { ok: 0, failure: 1, timedOut: 110 } as const

export interface ErrorDetails {
  /** What to try next, one sentence. */
  readonly hint?: string
  /** Exit status of a command that ends with this error; 1 unless given. */
  readonly exitStatus?: number
  /** What the real `ctdb` prints in this case, where it has words of its own for it. */
  readonly ctdbText?: CtdbText
  readonly cause?: unknown
}

/** Words of the real tool, for scripts that look for them. */
export interface CtdbText {
  readonly stderr: readonly string[]
  /** Exactly as printed; the real tool sometimes has no newline at the end. */
  readonly stdout?: string
}

/**
 * Every failure that a user can meet: says what went wrong and where (`message`), what to do next (`hint`),
 * and carries a stable `code` for programs, from which the exit status follows.
 */
export class CtdbtsError extends Error {
  override readonly name: string = 'CtdbtsError'
  readonly code: string
  readonly hint: string | undefined
  readonly exitStatus: number
  readonly ctdbText: CtdbText | undefined

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.hint = details.hint
    this.exitStatus = details.exitStatus ?? EXIT_STATUS.failure
    this.ctdbText = details.ctdbText
  }
}

/** Why something was ended before its end, by a signal or the limit of -T: no failure of what it was doing. */
export class EndedError extends CtdbtsError {}

/** A failure for which the real tool has one line, which says enough to be our message too. */
export const saidByCtdb = (code: string, line: string, details: Omit<ErrorDetails, 'ctdbText'> = {}): CtdbtsError =>
  new CtdbtsError(code, line, { ...details, ctdbText: { stderr: [line] } })

/**
 * The same failure told with more context: as `error`, but for what `changes` gives. Anything else than a CtdbtsError with words of
 * the real tool (a bug, a lost connection), and an EndedError, is thrown on as it is.
 */
export function retell(
  error: unknown,
  changes: { code: string; context: string; exitStatus: number; addStderr?: string; stdout?: string },
): never {
  if (!(error instanceof CtdbtsError) || !error.ctdbText || error instanceof EndedError) throw error
  const { stderr } = error.ctdbText
  throw new CtdbtsError(changes.code, `${changes.context}: ${error.message}`, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    exitStatus: changes.exitStatus,
    ctdbText: {
      stderr: changes.addStderr === undefined ? stderr : [...stderr, changes.addStderr],
      ...(changes.stdout === undefined ? {} : { stdout: changes.stdout }),
    },
    cause: error,
  })
}

/** For `catch`: what the real tool says itself of a control that failed, behind the words that the control has. */
export const adding =
  (code: string, line: string) =>
  (error: unknown): never => {
    const exitStatus = error instanceof CtdbtsError ? error.exitStatus : EXIT_STATUS.failure
    return retell(error, { code, context: line, exitStatus, addStderr: line })
  }

/** The same failure without the real tool's words: told in ours wherever it is told. */
export function inOwnWords(error: unknown): unknown {
  if (!(error instanceof CtdbtsError) || !error.ctdbText) return error
  const { code, message, hint, exitStatus, cause } = error
  return new CtdbtsError(code, message, { ...(hint !== undefined && { hint }), exitStatus, cause })
}
