/** No sample takes this long: a report that seems so much newer was made before the clock was set back. */
const LONGEST_LOOK_MS = 60_000

/** Whether something was reported since a sample began. The sample may then show an older state. */
export const isReportedSince = (reportedMs: number | undefined, beganMs: number): boolean =>
  reportedMs !== undefined && reportedMs >= beganMs && reportedMs <= beganMs + LONGEST_LOOK_MS
