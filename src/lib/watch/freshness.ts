/** No look takes so long: what seems to be so much newer was told before the clock was set back. */
const LONGEST_LOOK_MS = 60_000

/** Whether something was told since a look began, which then may show what was before. */
export const isToldSince = (toldMs: number | undefined, beganMs: number): boolean =>
  toldMs !== undefined && toldMs >= beganMs && toldMs <= beganMs + LONGEST_LOOK_MS
