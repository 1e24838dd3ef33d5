/** The limit of setTimeout, almost 25 days. Anything later counts as never. */
export const MAX_TIMER_MS = 0x7fff_ffff
