import assert from 'node:assert/strict'
import { commandIndex, cutCommandLine, type OptionShape } from '../../../src/cli/popt.ts'
import { editsOf, whatIfFlags } from '../../../src/cli/what-if-flags.ts'
import { leadingUnsigned, lenientInt } from '../../../src/lib/c-number.ts'
import { parseDebugLevel } from '../../../src/lib/cluster/debug-level.ts'
import { nodesAsNamed } from '../../../src/lib/cluster/node-list.ts'
import { textOf } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

const SHAPES: readonly OptionShape[] = [
  { long: 'node', char: 'n', takesValue: true },
  { long: 'timelimit', char: 't', takesValue: true, integer: true },
  { long: 'separator', char: 'x', takesValue: true },
  { long: 'machinereadable', char: 'X', takesValue: false },
  { long: 'host', takesValue: true, repeatable: true },
]

/** Words as in an argument vector, one a line; the first also as the value of everything that takes one. */
export const target: FuzzTarget = {
  covers: ['src/cli/popt.ts', 'src/cli/what-if-flags.ts', 'src/lib/c-number.ts', 'src/lib/cluster/{debug-level,node-list}.ts'],
  refusals: ['INVALID_OPTION', 'BAD_OPTION', 'BAD_NODE_LIST', 'NO_SUCH_NODE'],
  words: [
    '--node=1',
    '-Xn1',
    '-x,',
    '--',
    '0x1f',
    '017',
    '2147483648',
    'all',
    '10.0.0.1/24@0,1',
    'TUNABLE=1',
    '1:eth0',
    'NOTICE',
  ],
  seeds: () => ['-n\n1\nip\n-X', '--node=0\n-t10\n--host=a\n--host=b\n--\n-x', '0,1', '10.0.0.1/24@0,1', '1:eth0', 'A=1'],
  check(input) {
    // No command line is longer.
    const argv = textOf(input).split('\n').slice(0, 1000)
    const [word = ''] = argv
    assert.ok(Number.isInteger(lenientInt(word)))
    const level = parseDebugLevel(word)
    assert.ok(level === undefined || (level >= 0 && level <= 10))
    assert.ok((leadingUnsigned(word) ?? 0) >= 0)
    const { options, words } = cutCommandLine(argv, SHAPES)
    // What was cut once is cut in the same way again.
    assert.deepEqual(cutCommandLine([...options, '--', ...words], SHAPES), { options, words })
    assert.ok(commandIndex(argv, SHAPES) < argv.length)
    editsOf({ [Object.keys(whatIfFlags)[argv.length % 13] ?? '']: [word] })
    nodesAsNamed([{ pnn: 0 }, { pnn: 1 }], word, 0)
  },
}
