import { CtdbtsError } from '../lib/errors.ts'

/** One block of a file. */
const LEAST_BYTES = 64 << 10
const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1 << 10, M: 1 << 20, G: 1 << 30 }

/** The value of an option that takes a size: `500K`, `64M`, `2G`. @throws CtdbtsError USAGE. */
export function sizeOf(option: string, text: string): number {
  const [, number, unit = ''] = /^(\d{1,12})([KMG]?)(?:i?B)?$/i.exec(text) ?? []
  const bytes = Number(number) * (UNITS[unit.toUpperCase()] ?? 1)
  if (bytes >= LEAST_BYTES) return bytes
  throw new CtdbtsError('USAGE', `--${option} takes a size of at least 64K, not ${JSON.stringify(text)}`, {
    hint: 'write `500K`, `64M` or `2G`',
  })
}
