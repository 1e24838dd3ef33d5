import { expect, it } from 'vitest'
import { bytesText } from '../../src/ui/bytes.ts'

it('shows numbers of bytes with at most one decimal', () => {
  expect([0, 1_023, 1_536, 64 << 20, 2 ** 40].map(bytesText)).toEqual(['0 B', '1023 B', '1.5 KiB', '64 MiB', '1 TiB'])
})
