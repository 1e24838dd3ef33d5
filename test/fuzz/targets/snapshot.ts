import assert from 'node:assert/strict'
import { parseSnapshot } from '../../../src/lib/snapshot/parse.ts'
import { textOf } from '../shown.ts'
import { smallSnapshots } from '../snapshots.ts'
import type { FuzzTarget } from '../target.ts'

export const target: FuzzTarget = {
  covers: ['src/lib/snapshot/{parse,schema}.ts'],
  refusals: ['BAD_SNAPSHOT'],
  isJson: true,
  seeds: smallSnapshots,
  check(input) {
    const snapshot = parseSnapshot(textOf(input), 'FILE')
    assert.deepEqual(parseSnapshot(JSON.stringify(snapshot), 'FILE'), snapshot)
  },
}
