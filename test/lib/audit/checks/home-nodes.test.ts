import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../../src/lib/audit/audit.ts'
import type { Snapshot } from '../../../../src/lib/snapshot/snapshot.ts'
import {
  ADDRESSES,
  findingIn,
  findingsIn,
  healthyCluster,
  withFacts,
  withHost,
  withHosts,
} from '../../../support/audit-cluster.ts'

const DETERMINISTIC = { IPAllocAlgorithm: 0 }
const made = (tunables: Readonly<Record<string, number>>, text: string | null, version = '4.21.3'): Snapshot =>
  withHosts(healthyCluster({ tunables }), () => ({ homeNodesFile: text, version }))
const homesFound = (snapshot: Snapshot) =>
  findingsIn(snapshot)
    .filter(({ id }) => id.startsWith('home-nodes'))
    .map(({ id, severity, message }) => `${id}, ${severity}: ${message}`)

/** The i-th address, in descending order, is due on node i mod 3: these are the homes that nothing moves for. */
const HOMES = ADDRESSES.toReversed()
  .map((address, index) => `${address} ${index % 3}\n`)
  .join('')

describe('home nodes', () => {
  it.each<[string, Snapshot]>([
    ['a file that says what is', made(DETERMINISTIC, HOMES)],
    ['no file', made(DETERMINISTIC, null)],
    ['no file, and another algorithm', made({}, null)],
    ['no file, of a version before', made(DETERMINISTIC, null, '4.17.12-Debian')],
  ])('are right: %s', (_, snapshot) => {
    // Each version has known bugs.
    expect(findingsIn(snapshot).filter(({ id }) => id !== 'known-bug')).toEqual([])
  })

  it.each<[string, Snapshot, string]>([
    [
      'nothing reads with another algorithm',
      made({}, HOMES),
      'home-nodes-unused, info: the home_nodes file on nodes 0, 1 and 2 is not read: only the deterministic algorithm goes by it',
    ],
    [
      'nothing reads before 4.20',
      made(DETERMINISTIC, HOMES, '4.19.6'),
      'home-nodes-unused, info: the home_nodes file on nodes 0, 1 and 2 is not read: CTDB 4.19.6 does not know it',
    ],
    [
      'a comment spoils',
      made(DETERMINISTIC, `# homes of all\n${HOMES}`),
      'home-nodes-lint, warning: line 1 of home_nodes on nodes 0, 1 and 2 is faulty, so CTDB ignores the whole file',
    ],
    [
      'name a node that is not there',
      made(DETERMINISTIC, `${HOMES}10.0.0.1 7\n10.0.0.2\n`),
      'home-nodes-lint, warning: lines 7 and 8 of home_nodes on nodes 0, 1 and 2 are faulty, and place no address',
    ],
    [
      'name an address that no node knows',
      made(DETERMINISTIC, `${HOMES}10.0.0.77 1\n`),
      'home-nodes-lint, warning: line 7 of home_nodes on nodes 0, 1 and 2 is faulty, and places no address',
    ],
    [
      'differ',
      withHost(made(DETERMINISTIC, HOMES), 2, () => ({ homeNodesFile: null })),
      'home-nodes-differ, warning: the home_nodes files differ: that of nodes 0 and 1, that of node 2',
    ],
  ])('%s', (_, snapshot, finding) => {
    expect(homesFound(snapshot)).toEqual([finding])
  })

  it('are due where the file says, which the plan and its audit know', () => {
    const snapshot = made(DETERMINISTIC, '10.0.0.6 1\n')
    expect(findingIn(snapshot, 'imbalance')).toMatchObject({
      addresses: ['10.0.0.6'],
      evidence: [expect.stringMatching(/^plan: 10\.0\.0\.6 from node 0 to node 1: .*home/)],
    })
  })

  it('differ only if that has an effect', () => {
    const more = `${HOMES}10.0.0.77 1\n10.0.0.1 9\n`
    const differing = withHost(made(DETERMINISTIC, HOMES), 2, () => ({ homeNodesFile: more }))
    expect(findingsIn(differing).map(({ id }) => id)).not.toContain('home-nodes-differ')
  })

  it('are not held by NoIPFailback, so it is not advised', () => {
    expect(findingIn(made(DETERMINISTIC, '10.0.0.6 1\n'), 'imbalance').remedy).not.toContain('NoIPFailback')
    expect(findingIn(made(DETERMINISTIC, HOMES, '4.19.6'), 'home-nodes-unused').remedy).toBe(
      'If the homes are meant, install CTDB 4.20 or newer. If not, delete the file.',
    )
  })

  it('of a node that cannot lead do not matter', () => {
    const able = withFacts(made(DETERMINISTIC, HOMES), 2, () => ({ capabilities: { leader: false, lmaster: true } }))
    expect(homesFound(withHost(able, 2, () => ({ homeNodesFile: null })))).toEqual([])
  })

  it('that were not read leave unknown what a takeover run would move', () => {
    const unread = withHosts(made(DETERMINISTIC, null), () => ({ homeNodesFile: undefined }))
    const { unknown } = auditSamples([unread, unread])
    expect(unknown.filter(({ id }) => id === 'imbalance')).toMatchObject([{ pnn: 0, fact: 'host.homeNodesFile' }])
    const old = withHosts(unread, () => ({ version: '4.17.12-Debian' }))
    expect(auditSamples([old, old]).unknown).toEqual([])
  })
})
