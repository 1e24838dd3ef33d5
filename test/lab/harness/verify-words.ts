/** `verify` in tests of something else: tests before them may have brought one recovery after another, which it would report. */
export const VERIFY = ['verify', '--skip', 'recovery-repeated'] as const
