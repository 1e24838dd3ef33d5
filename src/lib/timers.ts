/** setTimeout's own limit, nearly 25 days; what is further away is as good as never. */
export const MAX_TIMER_MS = 0x7fff_ffff
