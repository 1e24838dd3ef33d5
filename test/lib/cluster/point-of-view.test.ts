import { expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { viewLimitOf } from '../../../src/lib/cluster/point-of-view.ts'

const { DISCONNECTED, DELETED, BANNED, UNKNOWN } = NODE_FLAG

it.each([
  { what: 'the only node of a cluster', flags: [0], limit: undefined },
  { what: 'a node that sees another', flags: [0, DISCONNECTED, 0], limit: undefined },
  { what: 'a banned node that sees another', flags: [BANNED, 0], limit: undefined },
  { what: 'a node that sees no other', flags: [0, DISCONNECTED, DISCONNECTED | BANNED, DELETED], limit: 'alone' },
  { what: 'a node beside deleted ones', flags: [0, DELETED], limit: undefined },
  { what: 'a node that has just started', flags: [0, UNKNOWN, DISCONNECTED], limit: 'starting' },
])('the view of $what is limited: $limit', ({ flags, limit }) => {
  const nodes = flags.map((each, pnn) => ({ pnn, flags: each }))
  expect(viewLimitOf(0, nodes)).toBe(limit)
})
