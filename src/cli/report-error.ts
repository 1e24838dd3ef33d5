import { type CtdbText, CtdbtsError, EXIT_STATUS } from '../lib/errors.ts'
import { jsonText } from '../ui/json.ts'
import { visibleLines } from '../ui/visible.ts'

/** How failures are told: in the real tool's words where it has any, in ours with a hint, or as JSON on stdout. */
export type ErrorStyle = 'ctdb' | 'own' | 'json'

/**
 * Tells the user of a failure and sets the exit status. Something that is no CtdbtsError is a bug of ours: its message is
 * shown, its stack only when CTDBTS_DEBUG asks for it.
 */
export function reportError(error: unknown, style: ErrorStyle): void {
  const known = error instanceof CtdbtsError ? error : undefined
  process.exitCode = known?.exitStatus ?? EXIT_STATUS.failure
  if (style === 'json') {
    const { code, message, hint } = known ?? { code: 'BUG', message: String(error), hint: undefined }
    process.stdout.write(`${jsonText({ formatVersion: 1, error: { code, message, ...(hint && { hint }) } })}\n`)
  } else if (known?.ctdbText && style === 'ctdb') {
    tellAsCtdb(known.ctdbText)
  } else if (known) {
    process.stderr.write(`ctdbts: ${visibleLines(known.message)}\n${known.hint ? `  ${visibleLines(known.hint)}\n` : ''}`)
  } else {
    process.stderr.write(`ctdbts: this should not have happened, please report it: ${visibleLines(String(error))}\n`)
  }
  if (process.env.CTDBTS_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`)
}

/** Problems on the way to a result that is worth showing: one line each on stderr. */
export function reportProblems(problems: readonly CtdbtsError[], style: ErrorStyle): void {
  for (const problem of problems) {
    if (problem.ctdbText && style === 'ctdb') tellAsCtdb(problem.ctdbText)
    else process.stderr.write(`ctdbts: ${visibleLines(problem.message)}\n`)
  }
}

function tellAsCtdb({ stdout, stderr }: CtdbText): void {
  // In this order, as the client library speaks first: it shows where both go to one place.
  process.stderr.write(stderr.map((line) => `${visibleLines(line)}\n`).join(''))
  process.stdout.write(visibleLines(stdout ?? ''))
}
