import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { statusReportOf } from '../../../src/lib/snapshot/views.ts'
import { makeSnapshot } from '../../support/snapshots.ts'

describe('the status report of a snapshot', () => {
  it('shows a node as partially online when a link is down and it has no flag', () => {
    const down = { interfaces: [{ name: 'eth1', linkUp: false, references: 0 }] }
    const snapshot = makeSnapshot({ owners: [0], flags: { 2: NODE_FLAG.DISABLED }, facts: { 1: down, 2: down } })
    expect(statusReportOf(snapshot, { node: undefined }).nodes.map(({ partiallyOnline }) => partiallyOnline)).toEqual([
      false,
      true,
      false,
    ])
  })
})
