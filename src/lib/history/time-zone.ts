/** A local time, given as if it were UTC, as milliseconds since 1970. */
export type FromLocal = (localMs: number) => number

const MINUTE_MS = 60_000

/**
 * The time zone of a machine.
 * @param offset as `date +%z` prints it: `+0200`.
 * @param zoneLink where /etc/localtime leads. The zone that it names counts only if its offset is the same, as the machine may have another TZ.
 * @param nowMs when that was.
 * @returns undefined if there is no offset.
 */
export function zoneOf(offset: string, zoneLink: string, nowMs: number): FromLocal | undefined {
  const fixedMs = offsetMs(offset)
  if (fixedMs === undefined) return undefined
  const name = /\/zoneinfo\/(?:posix\/)?(.+)$/.exec(zoneLink)?.[1]
  const zone = name === undefined ? undefined : namedZone(name)
  if (zone?.(nowMs) !== fixedMs) return (localMs) => localMs - fixedMs
  return (localMs) => {
    // The offset a moment before a change may be that after it.
    const guess = localMs - zone(localMs)
    return localMs - zone(guess)
  }
}

function offsetMs(text: string): number | undefined {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(text.trim()) ?? []
  return sign === undefined ? undefined : (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -MINUTE_MS : MINUTE_MS)
}

/** How far the clocks of a zone are ahead of UTC at a moment, in milliseconds; undefined if there is no such zone. */
function namedZone(timeZone: string): ((ms: number) => number) | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    return (ms) => {
      const text = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? ''
      // UTC itself is `GMT`.
      return offsetMs(text.replace('GMT', '')) ?? 0
    }
  } catch {
    return undefined
  }
}
