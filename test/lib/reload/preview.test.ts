import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { isAsPromised, reloadOutcome } from '../../../src/lib/reload/outcome.ts'
import { previewReload } from '../../../src/lib/reload/preview.ts'
import type { HostFacts } from '../../../src/lib/snapshot/host-facts.ts'
import type { NodeFacts, Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { previewText } from '../../../src/ui/reload.ts'
import { ADDRESSES, healthyCluster, withFlags } from '../../support/audit-cluster.ts'

const ALL = [0, 1, 2]
const NEW = '10.0.0.9'
const FILE = ADDRESSES.map((address) => `${address}/24 eth1\n`).join('')

/** The healthy cluster with other facts about some nodes. */
const changed = (
  pnns: readonly number[],
  change: (facts: NodeFacts) => Partial<NodeFacts>,
  cluster = healthyCluster(),
): Snapshot => ({
  ...cluster,
  nodes: cluster.nodes.map((facts) => (pnns.includes(facts.pnn) ? { ...facts, ...change(facts) } : facts)),
})

const withHost = (pnns: readonly number[], host: Partial<HostFacts>, cluster?: Snapshot): Snapshot =>
  changed(pnns, (facts) => ({ host: { reachedBy: 'test', daemonAnswers: true, ...facts.host, ...host } }), cluster)

const withFile = (pnns: readonly number[], publicAddressesFile: string | null, cluster?: Snapshot) =>
  withHost(pnns, { publicAddressesFile }, cluster)

const own = (pnn: number): string[] =>
  (healthyCluster().nodes[pnn]?.known ?? []).filter(({ owner }) => owner === pnn).map(({ address }) => address)

const moved = (snapshot: Snapshot, chosen = ALL) =>
  previewReload(snapshot, chosen)
    .plan.addresses.filter(({ from, to }) => from !== to)
    .map(({ address, from, to }) => ({ address, from, to }))

describe('a preview of a reload', () => {
  it('has no changes where all files list what the daemons know', () => {
    const preview = previewReload(healthyCluster(), ALL)
    expect(preview.nodes).toEqual(
      ALL.map((pnn) => ({
        pnn,
        verdict: 'reloads',
        file: 'there',
        comes: [],
        goes: [],
        stays: 6,
        ignored: [],
        leaving: [],
        badLines: [],
      })),
    )
    expect(preview).toMatchObject({ isCertain: true, warnings: [], plan: { failures: [], forceRebalance: [] } })
    expect(moved(healthyCluster())).toEqual([])
  })

  it('shows what is added and removed, node by node, sorted by address, in whatever notation', () => {
    const file = `::ffff:${ADDRESSES[1]}/24 eth1\n${NEW}/26 eth1,eth7\n10.0.0.10/24 eth1\n${ADDRESSES[0]}/24 eth1\n`
    const links = ['eth1', 'eth7'].map((name) => ({ name, up: true, carrier: true }))
    const [node, other] = previewReload(withHost([0], { publicAddressesFile: file, links }), [0, 1]).nodes
    expect(node).toMatchObject({
      comes: [
        { address: NEW, maskBits: 26, interfaces: ['eth1', 'eth7'] },
        { address: '10.0.0.10', maskBits: 24, interfaces: ['eth1'] },
      ],
      goes: ADDRESSES.slice(2),
      stays: 2,
    })
    expect(other).toMatchObject({ comes: [], goes: [] })
  })

  it('plans with what the leader will be told: nodes that get addresses may receive more', () => {
    const cluster = withFile([1, 2], `${FILE}${NEW}/24 eth1\n`)
    expect(previewReload(cluster, ALL).plan.forceRebalance).toEqual([1, 2])
    expect(moved(cluster)).toContainEqual({ address: NEW, from: null, to: expect.toSatisfy((pnn) => pnn === 1 || pnn === 2) })
  })

  it('assumes a link on an interface that is new to the daemon', () => {
    const links = ['eth1', 'eth7'].map((name) => ({ name, up: true, carrier: false }))
    const cluster = withHost([1], { publicAddressesFile: `${FILE}${NEW}/24 eth7\n`, links })
    expect(moved(cluster)).toContainEqual({ address: NEW, from: null, to: 1 })
  })

  it('moves an address that one node loses, and releases one that all nodes lose', () => {
    const [address = ''] = own(1)
    const file = FILE.replace(`${address}/24 eth1\n`, '')
    expect(moved(withFile([1], file))).toEqual([{ address, from: 1, to: expect.toSatisfy((pnn) => pnn === 0 || pnn === 2) }])
    expect(moved(withFile(ALL, file))).toEqual([{ address, from: 1, to: null }])
    expect(previewText(previewReload(withFile([1], file), [1]), (_mood, text) => text)).toContain(
      'node 1 cannot host it: the address is being removed from its public addresses',
    )
  })

  it('ignores the files of nodes that were not chosen', () => {
    expect(moved(withFile([1], ''), [0, 2])).toEqual([])
  })

  it.each([
    ['nonsense\n', 'line 1: "nonsense" is not an IP address'],
    [`${FILE}${NEW} eth1\n`, `line 7: "" is not a mask for ${NEW}`],
    [`${FILE}${NEW}/24 eth9\n`, `the node has no interface eth9, which the file names for ${NEW}`],
  ])('says why a daemon will reject its file, and plans without it: %j', (file, why) => {
    const preview = previewReload(withFile([0], file), ALL)
    expect(preview.nodes[0]).toMatchObject({ verdict: 'rejects', why, comes: [], goes: [], stays: 6 })
    expect(preview.isCertain).toBe(true)
    expect(moved(withFile([0], file))).toEqual([])
  })

  it('does not call an interface absent where the links were not seen', () => {
    expect(
      previewReload(withHost([0], { publicAddressesFile: `${NEW}/24 eth9\n`, links: undefined }), [0]).nodes[0]?.verdict,
    ).toBe('reloads')
  })

  it('distinguishes an empty file from a missing one, with which the takeover run fails', () => {
    const empty = previewReload(withFile([1], '# none\n'), [1])
    expect(empty.nodes[0]).toMatchObject({ file: 'empty', goes: ADDRESSES, stays: 0 })
    expect(empty.plan.failures).toEqual([])
    const missing = previewReload(withFile([1], null), [1])
    expect(missing.nodes[0]).toMatchObject({ file: 'missing', goes: ADDRESSES })
    expect(missing.plan.failures).toEqual([
      expect.stringMatching(/^node 1 has no public addresses file, without which .* will stay on it/),
    ])
  })

  it('shows which edits are ignored, and where that was seen', () => {
    const [mine = ''] = own(0)
    const [other = ''] = own(1)
    const file = FILE.replace(`${mine}/24`, `${mine}/26`).replace(`${other}/24 eth1`, `${other}/25 eth1,eth2`)
    const links = ['eth1', 'eth2'].map((name) => ({ name, up: true, carrier: true }))
    expect(previewReload(withHost([0], { publicAddressesFile: file, links }), [0]).nodes[0]?.ignored).toEqual(
      [
        { address: mine, what: 'mask', file: '/26', stays: '/24', seenOn: 0 },
        { address: other, what: 'mask', file: '/25', stays: '/24', seenOn: 1 },
        { address: other, what: 'interfaces', file: 'eth1,eth2', stays: 'eth1', seenOn: 0 },
      ].toSorted((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0)),
    )
  })

  it('shows that an address that is listed again was deleted before and still goes', () => {
    const [address = ''] = own(2)
    const cluster = changed([2], ({ available }) => ({ available: available?.filter((each) => each !== address) }))
    expect(previewReload(cluster, ALL).nodes.map(({ leaving }) => leaving)).toEqual([[], [], [address]])
    expect(moved(cluster)).toEqual([expect.objectContaining({ address, from: 2 })])
  })

  it('is unknown if the file, or what the daemon knows, cannot be read', () => {
    const missing = [{ fact: 'host', code: 'SSH', message: 'no route to host', hint: 'look for it' }]
    const preview = previewReload(
      changed([1], () => ({ host: undefined, missing })),
      ALL,
    )
    expect(preview.nodes[1]).toMatchObject({ verdict: 'unknown', why: 'no route to host', hint: 'look for it' })
    expect(preview.isCertain).toBe(false)
    expect(preview.plan.notes).toContain('the addresses of node 1 are assumed to stay as they are')
    const silent = changed([1], () => ({ known: undefined, available: undefined, runState: undefined, missing }))
    expect(previewReload(silent, [0, 1])).toMatchObject({
      nodes: [{ verdict: 'reloads' }, { verdict: 'unknown' }],
      warnings: [expect.stringMatching(/^node 1 is connected but does not answer/), expect.stringContaining('not at rest')],
    })
  })

  it('leaves out inactive nodes', () => {
    const stopped = withFlags(healthyCluster(), 1, NODE_FLAG.STOPPED)
    expect(previewReload(stopped, ALL).nodes.map(({ verdict }) => verdict)).toEqual(['reloads', 'left out', 'reloads'])
  })

  it('shows no raw text from files and errors', () => {
    const hostile = '\x1b]0;owned\x07\u202e\r'
    const missing = [{ fact: 'host', code: 'SSH', message: hostile, hint: hostile }]
    const cluster = changed(
      [1],
      () => ({ host: undefined, missing }),
      withFile([0], `${NEW}/24 ${hostile} ${hostile}\n${hostile}\n`),
    )
    const links = [{ name: hostile, up: true, carrier: true }]
    const taken = withHost(
      [2],
      { publicAddressesFile: `${NEW}/24 ${hostile} ${hostile}\n${ADDRESSES[0]}/24 ${hostile}\n`, links },
      cluster,
    )
    const text = previewText(previewReload(taken, ALL), (_mood, shown) => shown)
    expect(text).toContain('owned')
    expect(text).not.toMatch(/(?![\n\t])[\p{Cc}\u202e]/u)
  })
})

describe('the outcome of a reload', () => {
  const before = withFile(ALL, FILE.replace(`${ADDRESSES[0]}/24 eth1\n`, ''))
  const preview = previewReload(before, ALL)
  const after = changed(ALL, ({ known }) => ({ known: known?.filter(({ address }) => address !== ADDRESSES[0]) }), before)

  it('is as promised when the daemons know what their files list, and all addresses are where planned', () => {
    const outcome = reloadOutcome(preview, ALL, after)
    expect(outcome.nodes).toEqual(ALL.map((pnn) => ({ pnn, state: 'as its file', missing: [], surplus: [] })))
    expect([outcome.moves?.asPlanned, isAsPromised(outcome)]).toEqual([true, true])
  })

  it('is not as promised when a daemon does not know them, or an address is elsewhere', () => {
    const outcome = reloadOutcome(preview, ALL, before)
    expect(outcome.nodes[0]).toMatchObject({ state: 'not as its file', missing: [], surplus: [ADDRESSES[0]] })
    expect([outcome.moves?.asPlanned, isAsPromised(outcome)]).toEqual([false, false])
    const elsewhere = changed(ALL, ({ known }) => ({ known: known?.map((each) => ({ ...each, owner: 0 })) }), after)
    expect(isAsPromised(reloadOutcome(preview, ALL, elsewhere))).toBe(false)
  })

  it('promises no moves when not all files could be read', () => {
    const blind = previewReload(
      changed([1], () => ({ host: undefined })),
      ALL,
    )
    expect(reloadOutcome(blind, ALL, after)).toMatchObject({ moves: null })
    expect(isAsPromised(reloadOutcome(blind, ALL, after))).toBe(true)
  })

  it('is unknown for a node that cannot be read afterwards', () => {
    const outcome = reloadOutcome(
      preview,
      ALL,
      changed([2], () => ({ known: undefined, missing: [] }), after),
    )
    expect(outcome.nodes[2]).toMatchObject({ state: 'unknown', why: expect.any(String) })
  })
})
