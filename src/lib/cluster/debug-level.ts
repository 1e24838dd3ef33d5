/** CTDB's names of log levels by number. Numbers in between have the name of the more severe level. */
const NAMES = ['ERROR', 'WARNING', 'WARNING', 'NOTICE', 'NOTICE', 'INFO', 'INFO', 'INFO', 'INFO', 'INFO', 'DEBUG'] as const

/** The names that can be set. */
export const DEBUG_LEVELS = ['ERROR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'] as const

/** The name of a level; `UNKNOWN` for a number without a name. */
export const debugLevelName = (level: number): string => NAMES[level] ?? 'UNKNOWN'

/**
 * The number of a level as CTDB reads it: a number up to 10 (ignoring anything after it), or the beginning of a name in upper or lower case.
 * Undefined if it is neither.
 */
export function parseDebugLevel(text: string): number | undefined {
  const digits = /^\d+/.exec(text)?.[0]
  if (digits !== undefined) return Number(digits) < NAMES.length ? Number(digits) : undefined
  const index = NAMES.findIndex((name) => name.startsWith(text.toUpperCase()))
  return index === -1 ? undefined : index
}
