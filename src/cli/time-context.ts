import type { TimeContext } from '../lib/history/parse-time.ts'

/** What times on the command line and on the screen are relative to: this time, and the zone of this machine. */
export const timeContext = (nowMs: number): TimeContext => ({
  nowMs,
  fromLocal: (localMs) => {
    const local = new Date(localMs)
    const date = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()] as const
    return (
      new Date(...date, local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()).getTime() +
      (((localMs % 1_000) + 1_000) % 1_000)
    )
  },
  toLocal: (ms) => ms - new Date(ms).getTimezoneOffset() * 60_000,
})
