import { expect, it } from 'vitest'
import { bytesText } from '../../src/ui/bytes.ts'

it.each([
  [0, '0 B'],
  [1_023, '1023 B'],
  [1_536, '1.5 KiB'],
  [421_888, '412 KiB'],
  [1_048_575, '1 MiB'],
  [64 << 20, '64 MiB'],
  [3_000 * 2 ** 40, '3000 TiB'],
])('%i bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text)
})
