/** Delays after the first failure, the second, …; the last one repeats. */
const DELAYS_MS = [1_000, 2_000, 4_000, 8_000, 15_000]
/** Problems that only an administrator can solve. Frequent retries could do harm: servers often count failed logins. */
const PERMANENT: ReadonlySet<string> = new Set([
  'SSH_AUTH',
  'SSH_KEY',
  'SSH_CONFIG',
  'HOST_KEY_UNKNOWN',
  'HOST_KEY_REVOKED',
  'HOST_KEY_CHANGED',
  'HOST_KEY_AUTHORITY',
  'SUDO',
  'NO_PERMISSION',
  'WRONG_NODE',
])
const PERMANENT_MS = 60_000
/** The golden ratio: its multiples modulo 1 are spread as evenly as possible. */
const SPREAD = 0.618_033_988_75

/**
 * The delay before the next try, in milliseconds.
 * @param failures number of failures in a row, at least 1.
 * @param code of the error.
 * @param index of what is tried; different ones get different delays, so that they are not all tried at the same moment.
 */
export function backOffMs(failures: number, code: string, index: number): number {
  const delayMs = DELAYS_MS[Math.min(failures, DELAYS_MS.length) - 1] ?? 0
  const spread = 0.8 + 0.4 * ((index * SPREAD) % 1)
  return Math.round((PERMANENT.has(code) && failures > 1 ? PERMANENT_MS : delayMs) * spread)
}
