import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { MapEntry, Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { factsIn, findingIn, healthyCluster, withAll, withoutNode } from '../../support/audit-cluster.ts'

// Situations around the files of nodes that administrators have reported publicly, and their neighbours.

const good = healthyCluster()

describe('nodes files that all say the same, but differ from the node map', () => {
  const listing = (change: (address: string, pnn: number) => Partial<MapEntry>): Snapshot =>
    withAll(good, ({ nodesFile = [] }) => ({
      nodesFile: nodesFile.map((entry) => ({ ...entry, ...change(entry.address, entry.pnn) })),
    }))
  const remedyOf = (snapshot: Snapshot) => findingIn(snapshot, 'nodes-file-drift').remedy

  it('cannot delete a node that is connected', () => {
    const deleted = listing((_, pnn) => (pnn === 2 ? { flags: NODE_FLAG.DELETED } : {}))
    expect(remedyOf(deleted)).toMatch(
      /^If this list of nodes is right: stop ctdbd on node 2: .* If this list of nodes is right: run `ctdb reloadnodes`/,
    )
    expect(
      remedyOf(withAll(withoutNode(good, 2), ({ nodesFile }) => (nodesFile ? { nodesFile: factsIn(deleted, 0).nodesFile } : {}))),
    ).not.toMatch(/stop/)
  })

  it('cannot give a number to another node', () => {
    expect(remedyOf(listing((address, pnn) => (pnn === 1 ? { address: '10.9.0.77' } : { address })))).toMatch(
      /^`ctdb reloadnodes` refuses this list, in which PNN 1 is another node or missing\..* stop ctdbd on all nodes, and only then start/,
    )
    const shorter = withAll(good, ({ nodesFile }) => ({ nodesFile: nodesFile?.slice(0, 2) }))
    expect(remedyOf(shorter)).toMatch(/PNN 2 is another node or missing/)
  })
})
