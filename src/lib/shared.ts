/** The same plain data, sharing all parts that equal an earlier value, so that unchanged data is in memory only once. */
export function sharedWith<T>(earlier: T | undefined, now: T): T
export function sharedWith(earlier: unknown, now: unknown): unknown {
  if (Array.isArray(now)) return Array.isArray(earlier) ? sharedList(earlier, now) : now
  if (isRecord(now)) return isRecord(earlier) && !Array.isArray(earlier) ? sharedRecord(earlier, now) : now
  // Equal texts are shared too.
  return now === earlier ? earlier : now
}

function sharedList(earlier: readonly unknown[], now: readonly unknown[]): readonly unknown[] {
  const list = now.map((each, index) => sharedWith(earlier[index], each))
  return list.length === earlier.length && list.every((each, index) => each === earlier[index]) ? earlier : list
}

type PlainRecord = Readonly<Record<string, unknown>>

function sharedRecord(earlier: PlainRecord, now: PlainRecord): PlainRecord {
  const keys = Object.keys(now)
  const record = Object.fromEntries(keys.map((key) => [key, sharedWith(earlier[key], now[key])]))
  const isSame =
    keys.length === Object.keys(earlier).length && keys.every((key) => key in earlier && record[key] === earlier[key])
  return isSame ? earlier : record
}

const isRecord = (value: unknown): value is PlainRecord => typeof value === 'object' && value !== null
