import { describe, expect, it } from 'vitest'
import { namedNodes, nodesAsNamed } from '../../../src/lib/cluster/node-list.ts'

const NODES = [0, 1, 2, 8].map((pnn) => ({ pnn }))
const named = (word: string | undefined) => namedNodes(NODES, word, 2).map(({ pnn }) => pnn)

describe('the nodes that an argument names', () => {
  it.each([
    [undefined, [2]],
    ['all', [0, 1, 2, 8]],
    ['1', [1]],
    ['2,0', [2, 0]],
    ['1,1,0x1', [1]],
    ['010,', [8]],
    ['1abc', [1]],
    [',', []],
    ['', []],
  ])('%j: %j', (word, pnns) => {
    expect(named(word)).toEqual(pnns)
  })

  it('are repeated as often as they are named when they are shown', () => {
    expect(nodesAsNamed(NODES, '1,1,0x1,0', 2).map(({ pnn }) => pnn)).toEqual([1, 1, 1, 0])
  })

  it.each([
    ['x', 'Invalid node x'],
    ['1,ALL', 'Invalid node ALL'],
    ['-1', 'Invalid node -1'],
    ['0,9', 'Node 9 does not exist'],
  ])('refuses %j in the words of ctdb', (word, line) => {
    expect(() => named(word)).toThrow(expect.objectContaining({ message: line, ctdbText: { stderr: [line] }, exitStatus: 1 }))
  })
})
