import { type CtdbText, CtdbtsError, EXIT_STATUS } from '../lib/errors.ts'
import type { ErrorDocument } from '../ui/documents/common.ts'
import { jsonText } from '../ui/json.ts'
import { visibleLines } from '../ui/visible.ts'

/** How failures are reported: in the words of `ctdb` where it has any, in ours with a hint, or as JSON on stdout. */
export type ErrorStyle = 'ctdb' | 'own' | 'json'

/** How problems are reported beside a result: our own tables and documents come with our own messages. */
export const errorStyleOf = ({ json, table }: { readonly json: boolean; readonly table: boolean }): ErrorStyle =>
  json || table ? 'own' : 'ctdb'

/** What a part of the program that cannot be loaded means; undefined for other errors. */
function missingPart(error: unknown): CtdbtsError | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') return undefined
  return new CtdbtsError('PROGRAM_CHANGED', 'a part of ctdbts is missing: it was updated or removed while it ran', {
    cause: error,
    hint: 'start it again; if that does not help, install it again',
  })
}

/**
 * Reports a failure and sets the exit status. Anything but a CtdbtsError is a bug of ours: its message is printed, and its stack if
 * CTDBTS_DEBUG is set.
 */
export function reportError(error: unknown, style: ErrorStyle): void {
  const known = error instanceof CtdbtsError ? error : missingPart(error)
  process.exitCode = known?.exitStatus ?? EXIT_STATUS.failure
  if (style === 'json') {
    const { code, message, hint } = known ?? { code: 'BUG', message: String(error), hint: undefined }
    process.stdout.write(
      `${jsonText({ formatVersion: 1, error: { code, message, ...(hint && { hint }) } } satisfies ErrorDocument)}\n`,
    )
  } else if (known?.ctdbText && style === 'ctdb') {
    printAsCtdb(known.ctdbText)
  } else if (known) {
    process.stderr.write(`ctdbts: ${visibleLines(known.message)}\n${known.hint ? `  ${visibleLines(known.hint)}\n` : ''}`)
  } else {
    process.stderr.write(`ctdbts: internal error, please report it: ${visibleLines(String(error))}\n`)
  }
  if (process.env.CTDBTS_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`)
}

/** Reports problems beside a result: one line each on stderr. */
export function reportProblems(problems: readonly CtdbtsError[], style: ErrorStyle): void {
  for (const problem of problems) {
    if (problem.ctdbText && style === 'ctdb') printAsCtdb(problem.ctdbText)
    else process.stderr.write(`ctdbts: ${visibleLines(problem.message)}\n`)
  }
}

function printAsCtdb({ stdout, stderr }: CtdbText): void {
  // In this order, as the client library prints first, which shows when both go to the same place.
  process.stderr.write(stderr.map((line) => `${visibleLines(line)}\n`).join(''))
  process.stdout.write(visibleLines(stdout ?? ''))
}
