import assert from 'node:assert/strict'
import { parseTransaction } from '../../../src/lib/cluster/transaction-text.ts'
import { visibleLines } from '../../../src/ui/visible.ts'
import { assertHarmless } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

export const target: FuzzTarget = {
  covers: ['src/lib/cluster/{transaction-text,record-text}.ts'],
  refusals: [],
  seeds: () => ['"key" "value"\n  "0x00ff"\t"0x"\n"gone" ""\n', '"0x1" "odd"\n"open\nno quotes\n"a""b"\n'],
  check(input) {
    const problems: string[] = []
    const changes = parseTransaction(input, (problem) => problems.push(problem))
    // Each line may have one: to look at all would take longer than to find them.
    for (const problem of problems.slice(0, 1000)) assertHarmless(visibleLines(problem).replaceAll('\t', ''))
    for (const { key } of changes) assert.ok(key.length > 0)
    // Lines are cut at 1023 bytes: longer ones cannot be written.
    const short = changes.filter(({ key, value }) => key.length + value.length < 400)
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
    const written = short.map(({ key, value }) => `"0x${hex(key)}" "0x${hex(value)}"\n`).join('')
    const plain = ({ key, value }: (typeof changes)[number]) => [hex(key), hex(value)]
    const again = parseTransaction(Buffer.from(written), (problem) => assert.fail(problem))
    assert.deepEqual(again.map(plain), short.map(plain))
  },
}
