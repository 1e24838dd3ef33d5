import { describe, expect, it } from 'vitest'
import { parseSnapshot } from '../../../src/lib/snapshot/parse.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { makeSnapshot } from '../../support/snapshots.ts'

const good = makeSnapshot({ owners: [0, 1, null] })
// biome-ignore lint/suspicious/noExplicitAny: the tests break what the type promises.
const broken = (damage: (snapshot: any) => void): string => {
  const copy: Snapshot = structuredClone(good)
  damage(copy)
  return JSON.stringify(copy)
}

describe('a snapshot', () => {
  it('is read as it was written', () => {
    expect(parseSnapshot(JSON.stringify(good), 'FILE')).toEqual(good)
  })

  it('may be of a newer minor version, with unknown fields', () => {
    const newer = broken((snapshot) => {
      snapshot.formatVersion = '1.7'
      snapshot.nodes[0].weather = 'fine'
    })
    expect(parseSnapshot(newer, 'FILE').nodes[0]).toEqual(good.nodes[0])
  })

  it.each([
    ['a missing field', broken((it) => delete it.nodes[1].known[0].owner), /nodes\[1\]\.known\[0\]\.owner: /],
    ['a missing list', broken((it) => delete it.nodeMap), /nodeMap: /],
    ['a wrong version', broken((it) => (it.formatVersion = '2.0')), /its formatVersion is "2\.0"; this ctdbts reads 1\.x/],
    ['no version', broken((it) => delete it.formatVersion), /it has no formatVersion/],
    [
      'what is no address',
      broken((it) => (it.nodes[0].known[2].address = '10.0.0.300')),
      /nodes\[0\]\.known\[2\]\.address: "10\.0\.0\.300" is not an IP address/,
    ],
    [
      'a PNN out of range',
      broken((it) => (it.nodes[0].known[0].owner = 77)),
      /nodes\[0\]\.known\[0\]\.owner: node 77 is not in the node map/,
    ],
    ['a PNN that is none', broken((it) => (it.askedNode = -1)), /askedNode: /],
    ['a node twice', broken((it) => (it.nodeMap[1].pnn = 0)), /nodeMap: it has the same PNN twice/],
    ['another document', '[1, 2]', /it has no formatVersion/],
    ['nothing', '', /it is not JSON/],
    ['50 MB of garbage', 'x{'.repeat(25_000_000), /it is not JSON/],
  ])('with %s is refused with one clear error', (_, text, message) => {
    expect(() => parseSnapshot(text, 'FILE')).toThrow(message)
    expect(() => parseSnapshot(text, 'FILE')).toThrow(/^cannot read the snapshot FILE: .{1,200}$/)
  })
})
