/** A log level of CTDB. */
export type Level = 'ERR' | 'WARNING' | 'NOTICE' | 'INFO' | 'DEBUG'

/** All log levels, the most severe first. */
export const LEVELS = ['ERR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'] as const satisfies readonly Level[]
