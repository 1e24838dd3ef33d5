import { localTime } from '../../../lib/local-time.ts'

/** A time in at most eight columns: `14:05:10`, or `03-04` on another day than today. */
export function clockText(atMs: number, nowMs: number): string {
  const text = localTime(new Date(atMs), new Date(nowMs))
  return text.includes(' ') ? text.slice(5, 10) : text
}

/** A duration: `7 s`, `12 min`, `3 h`, `4 d`. */
export function ageText(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000))
  if (seconds < 100) return `${seconds} s`
  if (seconds < 100 * 60) return `${Math.floor(seconds / 60)} min`
  if (seconds < 100 * 3600) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}
