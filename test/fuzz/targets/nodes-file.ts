import assert from 'node:assert/strict'
import { parseIp } from '../../../src/lib/address/ip-text.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { addressesIn, clusterNodes, readNodesList } from '../../../src/lib/cluster/nodes-list.ts'
import { visibleLines } from '../../../src/ui/visible.ts'
import { assertHarmless, textOf } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

export const target: FuzzTarget = {
  covers: ['src/lib/cluster/{nodes-list,file-line}.ts'],
  refusals: ['BAD_FILE'],
  seeds: () => ['10.0.0.1\n#10.0.0.2\n\n\t10.0.0.3 \r\n[fd00::1]\n::ffff:10.0.0.4\n', 'node1\n'],
  check(input) {
    const text = textOf(input)
    for (const address of addressesIn(text)) assert.ok(parseIp(address))
    const read = readNodesList(text)
    if ('invalid' in read) {
      assert.ok(read.line >= 1 && text.split('\n')[read.line - 1]?.includes(read.invalid))
    } else {
      const written = read.nodes
        .map(({ flags, address }) => `${flags === NODE_FLAG.DELETED ? '#' : ''}${address.address}\n`)
        .join('')
      assert.deepEqual(readNodesList(written), read)
    }
    assertHarmless(visibleLines(messageOf(() => clusterNodes(text, 'nodes'))))
    clusterNodes(text, 'nodes')
  },
}

const messageOf = (step: () => unknown): string => {
  try {
    step()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}
