const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** A number of bytes for people: `512 B`, `64 MiB`, `1.5 GiB`. */
export function bytesText(bytes: number): string {
  let [size, unit] = [bytes, 0]
  // What would be rounded to 1024 gets the next unit.
  while (size >= 1_023.95 && unit < UNITS.length - 1) {
    size /= 1_024
    unit += 1
  }
  return `${Math.round(size * 10) / 10} ${UNITS[unit]}`
}
