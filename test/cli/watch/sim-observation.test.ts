import { expect, it } from 'vitest'
import { simObservation } from '../../../src/cli/watch/sim-observation.ts'

it.each([
  ['crash 1', [1], []],
  ['restart-network leader', [2], []],
  ['part 0,1', [0, 1], []],
  ['heal', [], []],
  ['add-address 1 10.0.0.7/24 eth0', [1], ['10.0.0.7']],
])('knows what %j concerns', (line, pnns, addresses) => {
  expect(simObservation(line, 2, 5)).toEqual({ kind: 'done', atMs: 5, text: line, isFault: true, pnns, addresses })
})

it('treats a takeover run as a request, not as a fault', () => {
  expect(simObservation('run', 0, 5)).toMatchObject({ isFault: false })
})

it('names no leader if there is none', () => {
  expect(simObservation('crash leader', null, 5)).toMatchObject({ pnns: [] })
})

it('refuses an invalid command', () => {
  expect(() => simObservation('explode', 0, 5)).toThrow('there is no command "explode"')
})
