/** How much a daemon logs: its names by number, as CTDB has them; the numbers in between count as the graver name. */
const NAMES = ['ERROR', 'WARNING', 'WARNING', 'NOTICE', 'NOTICE', 'INFO', 'INFO', 'INFO', 'INFO', 'INFO', 'DEBUG'] as const

/** The names that can be set. */
export const DEBUG_LEVELS = ['ERROR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'] as const

/** The name of a level; `UNKNOWN` for a number that CTDB has none for. */
export const debugLevelName = (level: number): string => NAMES[level] ?? 'UNKNOWN'

/**
 * The number of a level as CTDB reads it: a number up to 10 (whatever follows it), or the beginning of a name, in any case. Undefined
 * when it is neither.
 */
export function parseDebugLevel(text: string): number | undefined {
  const digits = /^\d+/.exec(text)?.[0]
  if (digits !== undefined) return Number(digits) < NAMES.length ? Number(digits) : undefined
  const index = NAMES.findIndex((name) => name.startsWith(text.toUpperCase()))
  return index === -1 ? undefined : index
}
