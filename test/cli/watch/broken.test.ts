import { expect, it } from 'vitest'
import { broken } from '../../../src/cli/watch/broken.ts'

it.each([
  ['crash 1', [1], []],
  ['restart-network leader', [2], []],
  ['part 0,1', [0, 1], []],
  ['heal', [], []],
  ['add-address 1 10.0.0.7/24 eth0', [1], ['10.0.0.7']],
])('knows whom %j is about', (line, pnns, addresses) => {
  expect(broken(line, 2, 5)).toEqual({ kind: 'done', atMs: 5, text: line, isFault: true, pnns, addresses })
})

it('takes a takeover run for what was asked for, and not for a fault', () => {
  expect(broken('run', 0, 5)).toMatchObject({ isFault: false })
})

it('names no leader where nobody leads', () => {
  expect(broken('crash leader', null, 5)).toMatchObject({ pnns: [] })
})

it('refuses what is no command', () => {
  expect(() => broken('explode', 0, 5)).toThrow('there is no command "explode"')
})
