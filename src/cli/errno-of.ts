import { constants } from 'node:os'
import { EXIT_STATUS } from '../lib/errors.ts'

/** The exit status of ctdb after a failed system call: its errno. @param error what Node reports, with a `code` such as ENOENT. */
export const errnoOf = (error: unknown): number => {
  const { code = '' } = error as NodeJS.ErrnoException
  return (constants.errno as Record<string, number>)[code] ?? EXIT_STATUS.failure
}
