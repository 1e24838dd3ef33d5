const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** A number of bytes for people: `64 MiB`, `1.5 GiB`. */
export function bytesText(bytes: number): string {
  let [size, unit] = [bytes, 0]
  while (size >= 1_024 && unit < UNITS.length - 1) {
    size /= 1_024
    unit += 1
  }
  return `${Math.round(size * 10) / 10} ${UNITS[unit]}`
}
