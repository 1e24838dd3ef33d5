/** After the first failure, the second, …; then always the last. */
const DELAYS_MS = [1_000, 2_000, 4_000, 8_000, 15_000]
/** What does not mend before an administrator does something, and may cost something (a login that fails is often counted). */
const HOPELESS: ReadonlySet<string> = new Set([
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
const HOPELESS_MS = 60_000
/** The golden ratio: its multiples modulo 1 lie as far from each other as can be. */
const SPREAD = 0.618_033_988_75

/**
 * How long to wait before something is tried again, in milliseconds.
 * @param failures how often it has failed in a row; at least once.
 * @param code of the error.
 * @param which a number of what is tried: different ones are not all tried at the same moment.
 */
export function backOffMs(failures: number, code: string, which: number): number {
  const delayMs = DELAYS_MS[Math.min(failures, DELAYS_MS.length) - 1] ?? 0
  const spread = 0.8 + 0.4 * ((which * SPREAD) % 1)
  return Math.round((HOPELESS.has(code) && failures > 1 ? HOPELESS_MS : delayMs) * spread)
}
