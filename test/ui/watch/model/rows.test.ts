import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../../src/lib/cluster/node.ts'
import type { ClusterState } from '../../../../src/lib/watch/cluster-state.ts'
import type { Model } from '../../../../src/ui/watch/model/model.ts'
import { addressRows, layoutFor, logRows, nodeRows, rowKeys, timelineRows } from '../../../../src/ui/watch/model/rows.ts'
import {
  addressState,
  emptyPlan,
  entry,
  finding,
  logLine,
  makeClusterState,
  nodeState,
  START_MS,
  Watched,
} from '../../../support/watch-models.ts'

const modelOf = (cluster: ClusterState, more: Partial<Model> = {}): Model => ({ ...new Watched(cluster).model, ...more })
const addressKeys = (cluster: ClusterState, more: Partial<Model> = {}): string[] =>
  addressRows(modelOf(cluster, more)).map(({ key }) => key.replace('a:10.0.0.', ''))

const troubled = makeClusterState(3, [0, 1, 2, 0], {
  nodes: [
    nodeState(0),
    nodeState(1, { flags: NODE_FLAG.UNHEALTHY }),
    nodeState(2, { flags: NODE_FLAG.DISCONNECTED, answers: false }),
  ],
  addresses: [
    addressState('10.0.0.1', 0),
    addressState('10.0.0.2', 1, { kernel: 'missing', heldBy: [], sinceMs: START_MS }),
    addressState('10.0.0.3', null),
    addressState('10.0.0.4', 0, { interfaceName: 'bond0', sinceMs: START_MS + 5 }),
    addressState('10.0.0.21', 2, { claims: [0, 2] }),
    addressState('fd00::1', 1),
  ],
  findings: [finding('10.0.0.4', 'link-down')],
})

describe('a filter', () => {
  it.each([
    ['', ['1', '2', '3', '4', '21', 'a:fd00::1']],
    ['   ', ['1', '2', '3', '4', '21', 'a:fd00::1']],
    ['10.0.0.2', ['2', '21']],
    ['=10.0.0.2', ['2']],
    ['FD00', ['a:fd00::1']],
    ['10.0.0.0/24', ['1', '2', '3', '4', '21']],
    ['10.0.0.99/24', ['1', '2', '3', '4', '21']],
    ['10.0.0.0/30', ['1', '2', '3']],
    ['10.0.0.2/31', ['2', '3']],
    ['10.0.0.4/32', ['4']],
    ['10.0.0.0/22', ['1', '2', '3', '4', '21']],
    ['10.0.4.0/22', []],
    ['0.0.0.0/0', ['1', '2', '3', '4', '21']],
    ['10.0.0.0/33', []],
    ['10.0.0.0/', []],
    ['fd00::/64', ['a:fd00::1']],
    ['fd00::/9', ['a:fd00::1']],
    ['fd80::/9', []],
    ['node 1', ['2', 'a:fd00::1']],
    ['node1', ['2', 'a:fd00::1']],
    ['node', ['1', '2', '4', '21', 'a:fd00::1']],
    ['node 0', ['1', '4', '21']],
    ['2', ['2', '21']],
    ['missing', ['2']],
    ['unowned', ['3']],
    ['nobody', ['3']],
    ['away', ['3']],
    ['held', ['1', '4', '21', 'a:fd00::1']],
    ['unhealthy', ['2', 'a:fd00::1']],
    ['unhealthy 10.', ['2']],
    ['disconn', ['21']],
    ['bond0', ['4']],
    ['link-down', ['4']],
    ['nothing of that', []],
  ])('%j shows the addresses that match', (filter, expected) => {
    expect(addressKeys(troubled, { filter })).toEqual(expected)
  })

  it('shows the nodes that match, and the owners of matching addresses', () => {
    const size = { columns: 50, rows: 24 }
    const pnns = (filter: string) => nodeRows(modelOf(troubled, { filter, size })).map(({ pnn }) => pnn)
    expect(pnns('')).toEqual([0, 1, 2])
    expect(pnns('leader')).toEqual([0])
    expect(pnns('10.9.0.3')).toEqual([2])
    expect(pnns('unhealthy')).toEqual([1])
    expect(pnns('missing')).toEqual([1])
    expect(pnns('10.0.0.4')).toEqual([0])
    expect(pnns('running 10.9')).toEqual([0, 1, 2])
  })

  it('keeps all nodes where they are columns', () => {
    const model = modelOf(troubled, { filter: 'missing', size: { columns: 120, rows: 24 } })
    expect(layoutFor(model).map).toBe('matrix')
    expect(nodeRows(model)).toHaveLength(3)
  })

  it('shows matching timeline entries: by address, node, subnet, kind, words, cause', () => {
    const timeline = [
      entry(1, {
        pnns: [0, 1],
        addresses: ['10.0.0.1'],
        text: '10.0.0.1 moved from node 0 to node 1',
        cause: 'node 0 is DISABLED',
      }),
      entry(2, { pnns: [2], addresses: [], kind: 'health', what: 'unhealthy', text: 'node 2 is UNHEALTHY' }),
      entry(3, {
        pnns: [1],
        addresses: ['10.1.0.1'],
        kind: 'finding',
        what: 'appeared',
        text: '10.1.0.1 is missing',
        check: 'ip-missing',
      }),
    ]
    const ids = (filter: string) => timelineRows(modelOf(troubled, { timeline, filter })).map(({ id }) => id)
    expect(ids('')).toEqual([1, 2, 3])
    expect(ids('10.0.0.1')).toEqual([1])
    expect(ids('node 1')).toEqual([1, 3])
    expect(ids('10.1.0.0/24')).toEqual([3])
    expect(ids('health')).toEqual([2])
    expect(ids('disabled')).toEqual([1])
    expect(ids('ip-missing')).toEqual([3])
    expect(ids('moved node0')).toEqual([1])
  })

  it('does not touch the log', () => {
    expect(logRows(modelOf(troubled, { log: [{ id: 1, ...logLine('x') }], filter: 'nothing' }))).toHaveLength(1)
  })
})

describe('an order', () => {
  it.each([
    ['address', ['1', '2', '3', '4', '21', 'a:fd00::1']],
    ['owner', ['3', '1', '4', '2', 'a:fd00::1', '21']],
    ['since', ['4', '2', '1', '3', '21', 'a:fd00::1']],
    ['severity', ['2', '21', '3', '4', '1', 'a:fd00::1']],
  ] as const)('by %s', (sort, expected) => {
    expect(addressKeys(troubled, { sort })).toEqual(expected)
  })
})

describe('groups', () => {
  const headings = (grouping: 'node' | 'subnet', filter = '', cluster = troubled) =>
    addressRows(modelOf(cluster, { grouping, filter })).flatMap((row) =>
      row.kind === 'group' ? [`${row.key} ${row.label} ${row.count}`] : [],
    )

  it('by node: addresses without owner come first; nodes without addresses are shown too, unless there is a filter', () => {
    expect(headings('node')).toEqual(['g:- nobody 1', 'g:0 node 0 2', 'g:1 node 1 2', 'g:2 node 2 1'])
    expect(headings('node', '', makeClusterState(3, [1]))).toEqual(['g:0 node 0 0', 'g:1 node 1 1', 'g:2 node 2 0'])
    expect(headings('node', 'missing')).toEqual(['g:1 node 1 1'])
  })

  it('by subnet, in numerical order', () => {
    expect(headings('subnet')).toEqual(['g:10.0.0.0/24 10.0.0.0/24 5', 'g:fd00::/64 fd00::/64 1'])
    const wide = makeClusterState(1, [], {
      addresses: ['10.0.10.1', '10.0.9.1', '10.0.10.2'].map((address) => addressState(address, 0)),
    })
    expect(headings('subnet', '', wide)).toEqual(['g:10.0.9.0/24 10.0.9.0/24 1', 'g:10.0.10.0/24 10.0.10.0/24 2'])
  })

  it('come before their addresses, which are in order', () => {
    expect(addressKeys(troubled, { grouping: 'node', sort: 'since' })).toEqual([
      ...['g:-', '3', 'g:0', '4', '1', 'g:1', '2', 'a:fd00::1', 'g:2', '21'],
    ])
  })
})

describe('rows', () => {
  it('have their plans', () => {
    const plan = { address: '10.0.0.2', from: 1, to: 0, change: 'moved', reason: 'r', cannot: [], steps: [] } as const
    const preview = { edits: [], request: 1, planned: { state: 'done', plan: { ...emptyPlan, addresses: [plan] } } } as const
    const rows = addressRows(modelOf(troubled, { preview }))
    expect(rows.map((row) => row.kind === 'address' && row.plan?.to)).toEqual([
      undefined,
      0,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('stay the same objects while their inputs do not change', () => {
    const watched = new Watched(
      makeClusterState(
        64,
        Array.from({ length: 2_000 }, (_, index) => index % 64),
      ),
    )
    const panes = () => (['nodes', 'addresses', 'timeline', 'log'] as const).map((pane) => rowKeys(watched.model, pane))
    const before = { rows: addressRows(watched.model), layout: layoutFor(watched.model), keys: panes() }
    watched.press('j', 'j', 'G', 'p', '?', 'q').send({ kind: 'ticked', nowMs: START_MS })
    expect(addressRows(watched.model)).toBe(before.rows)
    expect(layoutFor(watched.model)).toBe(before.layout)
    for (const [index, keys] of panes().entries()) expect(keys).toBe(before.keys[index])
  })
})
