import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Model, Overlay } from '../../../../src/ui/watch/model/model.ts'
import { frameText } from '../../../../src/ui/watch/terminal/frame-text.tsx'
import { logLine } from '../../../support/watch-models.ts'
import { entry, finding, NOW, type Watched, watched } from '../models.ts'
import { previewOf } from './previews.ts'

const PLAIN = { background: 'none', ascii: false } as const
const screen = (model: Model): string => stripVTControlCharacters(frameText(model, PLAIN)).replaceAll(/ +$/gm, '')
const lineWith = (model: Model, what: string): string | undefined =>
  screen(model)
    .split('\n')
    .find((line) => line.includes(what))

const small: Watched = { nodes: 4, addresses: 20, columns: 80, rows: 24 }
/** Node 2 is unhealthy, node 3 has lost an address from its kernel, nobody has 10.0.0.7, node 1 has 10.0.0.8 too. */
const ill: Watched = {
  ...small,
  nodeChanges: { 2: { flags: 2, links: [{ name: 'eth1', linkUp: false }], sinceMs: NOW - 65_000 } },
  addressChanges: {
    3: { kernel: 'missing', heldBy: [], awaySinceMs: NOW - 12_000 },
    5: { sinceMs: NOW - 3000 },
    6: { owner: null, claims: [], heldBy: [], kernel: 'none', interfaceName: null, awaySinceMs: NOW - 3000 },
    7: { kernel: 'twice', heldBy: [1, 3] },
  },
}
const happened = [
  entry(1, { text: 'node 2 became UNHEALTHY', kind: 'health', tone: 'error', pnns: [2], addresses: [] }),
  entry(2, { text: '10.0.0.7 is on no node', tone: 'error', addresses: ['10.0.0.7'], cause: 'node 2 became UNHEALTHY' }),
  entry(3, {
    text: '10.0.0.6 moved from node 2 to node 1',
    tone: 'good',
    addresses: ['10.0.0.6'],
    from: 2,
    to: 1,
    awayMs: 1200,
    cause: 'node 2 became UNHEALTHY',
  }),
]
const over = (overlay: Overlay, more: Partial<Watched> = {}): Model =>
  watched({ ...ill, ...more, model: { overlay, ...more.model } })

describe('the screen', () => {
  it('shows all of 4 nodes and 20 addresses on 80 × 24', () => {
    expect(screen(watched(ill))).toMatchSnapshot()
  })

  it('has the timeline and the log beside the map on 200 × 60', () => {
    const log = [{ id: 1, ...logLine('11:59:58 node2 ctdb-recoverd: Trigger takeoverrun') }]
    const model = { timeline: happened, log, isSimulated: true, title: 'an embedded cluster' }
    expect(screen(watched({ ...ill, columns: 200, rows: 60, model }))).toMatchSnapshot()
  })

  it('is of use on 40 × 10', () => {
    expect(screen(watched({ ...ill, columns: 40, rows: 10 }))).toMatchSnapshot()
    expect(screen(watched({ ...ill, columns: 40, rows: 10, model: { pane: 'nodes' } }))).toMatchSnapshot()
  })

  it('still shows something on 20 × 3', () => {
    expect(screen(watched({ ...ill, columns: 20, rows: 3, model: { pane: 'timeline' } }))).toMatchSnapshot()
  })

  it('shows a part of 64 nodes and 2,000 addresses', () => {
    const size = { ...ill, nodes: 64, addresses: 2000, columns: 120, rows: 30 }
    const model = { tops: { nodes: 3, addresses: 700, timeline: 0, log: 0 } }
    expect(screen(watched({ ...size, model }))).toMatchSnapshot()
  })

  it('says in words how many addresses are shown, next to the node states', () => {
    const secondLine = (more: Partial<Watched>) => screen(watched({ ...small, ...more })).split('\n')[2]
    expect(secondLine({})).toMatch(/^all 20 +OK /)
    expect(secondLine({ columns: 100, addressChanges: { 0: { address: '172.16.146.131' } } })).toMatch(/^20 addresses +OK /)
    expect(secondLine({ model: { filter: 'node 1' } })).toMatch(/^5 of 20 +OK /)
  })

  it('shows addresses in groups under a heading for each node', () => {
    expect(screen(watched({ ...ill, columns: 100, model: { grouping: 'node' } }))).toMatchSnapshot()
  })

  it('shows long addresses in full where there is room, else cut', () => {
    const address = 'fd00:1111:2222:3333:4444:5555:6666:7777'
    const made = { ...small, addressChanges: { 0: { address } } }
    expect(screen(watched({ ...made, columns: 100 }))).toContain(address)
    expect(lineWith(watched({ ...made, columns: 40 }), 'fd00')).toBe('fd00:1111:2222:3333:4444:55… ● node 0')
  })
})

describe('the title line', () => {
  const title = (cluster: Partial<Model['cluster']>, model: Partial<Model> = {}, columns = 120) =>
    screen(watched({ ...small, columns, cluster, model })).split('\n')[0]

  it('shows the age of the state, a pause, and that the watch is read-only', () => {
    expect(title({}, { isPaused: true, readOnly: 'over SSH' })).toMatch(/PAUSED · READ-ONLY · every 2 s · seen 1 s ago$/)
    expect(title({}, { isPaused: true, readOnly: 'over SSH' }, 80)).toMatch(/PAUSED .* 1 s ago$/)
  })

  it('shows a running recovery or takeover run, and for how long it has run', () => {
    expect(title({ recoverySinceMs: NOW - 4000 })).toContain('recovery for 4 s')
    expect(title({ takeoverRunSinceMs: NOW - 2000 })).toContain('takeover run for 2 s')
  })

  it('says that there is no leader', () => {
    expect(title({ leader: null })).toContain('✗ no leader')
  })

  it('says that no node can be reached, why, and when the next retry is', () => {
    const blind = { why: 'connection refused', sinceMs: NOW - 9000, retryAtMs: NOW + 3000 }
    expect(title({ blind })).toContain('✗ cannot reach any node: connection refused · retry in 3 s')
  })

  it('says that a look is late, and then of nothing that it is in good order', () => {
    const late = watched({ ...small, cluster: { seenAtMs: NOW - 9_000 } })
    expect(screen(late)).toMatch(/late 9 s$/m)
    expect(screen(late)).not.toMatch(/OK|● held/)
    expect(screen(watched(small))).not.toMatch(/late|not seen/)
    const wide = { ...small, columns: 200, rows: 50 }
    expect(screen(watched({ ...wide, cluster: { seenAtMs: NOW - 9_000 } }))).toMatch(/not seen/)
    expect(screen(watched({ ...wide, cluster: { seenAtMs: NOW - 9_000 }, model: { isPaused: true } }))).not.toMatch(
      /late|not seen/,
    )
  })

  it('says that nothing is known yet', () => {
    const model = watched(small)
    const { snapshot: _, seenAtMs: __, ...cluster } = model.cluster
    expect(screen({ ...model, cluster: { ...cluster, nodes: [], addresses: [] } })).toContain('connecting …')
  })
})

describe('a new timeline entry', () => {
  const news = { timeline: [entry(58, { text: '10.0.0.7 is on no node', tone: 'error' })] }
  const bottom = (model: Partial<Model>, size = {}) =>
    screen(watched({ ...small, ...size, model }))
      .split('\n')
      .at(-1)

  it('is in the bottom line while the timeline is hidden', () => {
    expect(bottom(news)).toBe('11:59:58 ✗ 10.0.0.7 is on no node')
    expect(bottom(news, { columns: 200, rows: 60 })).toMatch(/^\? help/)
  })

  it('disappears after ten seconds', () => {
    expect(bottom({ ...news, nowMs: NOW + 8000 })).toMatch(/^\? help/)
  })
})

describe('a node that cannot be reached', () => {
  const blind = { why: 'connection refused', sinceMs: NOW - 9000, retryAtMs: NOW + 3000 }
  const made = { ...small, nodeChanges: { 2: { answers: false, blind } } }

  it('is marked in its column, and the bottom line says why', () => {
    const lines = screen(watched(made)).split('\n')
    expect(lines[2]).toContain('no answer')
    expect(lines.at(-1)).toBe('? node 2: connection refused · retry in 3 s')
  })

  it('shows the reason in the node pane', () => {
    const model = { grouping: 'node' as const, pane: 'nodes' as const }
    expect(lineWith(watched({ ...made, columns: 120, model }), '? no answer')).toContain('connection refused, retry in 3 s')
  })
})

describe('a preview', () => {
  it('shows on the map where the addresses would go, and ends with Esc', () => {
    const preview = previewOf([{ kind: 'down', pnn: 1 }], small)
    expect(screen(watched({ ...small, model: { preview } }))).toMatchSnapshot()
    expect(lineWith(watched({ ...small, columns: 100, model: { preview, grouping: 'node' } }), '10.0.0.2 ')).toContain(
      'node 1 → 3',
    )
  })

  it('leaves the bottom line to the keys of an overlay', () => {
    const preview = previewOf([{ kind: 'down', pnn: 1 }], small)
    const overlay = { kind: 'menu', title: 'What if …', items: [], cursor: 0 } as const
    expect(
      screen(watched({ ...small, model: { preview, overlay } }))
        .split('\n')
        .at(-1),
    ).toBe('Enter choose  Esc close')
  })

  it('says that planning is in progress, or why it failed', () => {
    const edits = [{ kind: 'down' as const, pnn: 1 }]
    const bottom = (planned: NonNullable<Model['preview']>['planned']) =>
      screen(watched({ ...small, model: { preview: { edits, request: 1, planned } } }))
        .split('\n')
        .at(-1)
    expect(bottom({ state: 'working' })).toBe('Esc clears · what if node 1 is down · planning …')
    expect(bottom({ state: 'failed', why: 'node 1 is down already' })).toContain('node 1 is down already')
  })
})

describe('an overlay', () => {
  const findings = [finding('10.0.0.4 is missing on node 3', { addresses: ['10.0.0.4'], nodes: [3] })]

  it('shows the details of an address, which nodes can host it, and why it is where it is', () => {
    expect(screen(over({ kind: 'address', address: '10.0.0.4', top: 0 }, { rows: 40, cluster: { findings } }))).toMatchSnapshot()
  })

  it('shows the details of a node', () => {
    expect(screen(over({ kind: 'node', pnn: 3, top: 0 }, { rows: 60, cluster: { findings } }))).toMatchSnapshot()
  })

  it('shows all details of a timeline entry', () => {
    expect(screen(over({ kind: 'entry', id: 3, top: 0 }, { model: { timeline: happened } }))).toMatchSnapshot()
  })

  it('shows the keys', () => {
    expect(screen(over({ kind: 'help', top: 0 }))).toMatchSnapshot()
  })

  it('can be scrolled to its end, and no further', () => {
    const last = screen(over({ kind: 'help', top: 1000 }))
    expect(last).toContain('an interface without a link')
    expect(last).toMatch(/↑ \d+ more ─/)
    expect(last).not.toContain('↓ 1 more')
  })

  it('shows a menu with its cursor, and what is on already', () => {
    const items = [{ label: 'node 1 is down', isOn: true }, { label: 'node 1 is disabled' }]
    expect(screen(over({ kind: 'menu', title: 'What if …', items, cursor: 1 }))).toMatchSnapshot()
  })

  it('asks for confirmation of a change, and shows its plan', () => {
    const { planned } = previewOf([{ kind: 'disable', pnn: 1 }], small)
    const question = { kind: 'confirm', action: { kind: 'disable', pnn: 1 }, request: 1, top: 0 } as const
    expect(screen(over({ ...question, planned }, { rows: 40 }))).toMatchSnapshot()
    expect(screen(over({ ...question, planned: { state: 'working' } }))).toContain('Planning the takeover run …')
    expect(screen(over({ ...question, planned: { state: 'failed', why: 'no leader' } }))).toContain(
      'Cannot plan the takeover run: no leader',
    )
  })

  it('leaves the bottom line to the input, and shows its end', () => {
    const input = { kind: 'input', of: 'filter', before: '' } as const
    expect(
      screen(over({ ...input, text: '10.0' }))
        .split('\n')
        .at(-1),
    ).toBe('/10.0')
    expect(
      screen(over({ ...input, text: `${'x'.repeat(100)}end` }))
        .split('\n')
        .at(-1),
    ).toMatch(/^\/x{75}end$/)
  })
})

describe('untrusted text', () => {
  const nasty = '\x1b[31mred\x07'

  it('is made safe to show, wherever it comes from', () => {
    const model = {
      title: nasty,
      filter: '',
      isSimulated: true,
      timeline: [entry(1, { text: nasty, cause: nasty })],
      log: [{ id: 1, ...logLine(nasty) }],
      notice: { text: nasty, tone: 'error' as const, untilMs: NOW + 1 },
    }
    const changes = {
      addressChanges: { 0: { interfaceName: nasty } },
      nodeChanges: { 0: { links: [{ name: nasty, linkUp: true }] } },
    }
    const made = { ...small, ...changes, columns: 200, rows: 60, model }
    const frames = [
      watched(made),
      watched({
        ...made,
        model: { ...model, overlay: { kind: 'node', pnn: 0, top: 0 } },
        cluster: { findings: [finding(nasty, { nodes: [0] })] },
      }),
      watched({ ...made, model: { ...model, overlay: { kind: 'menu', title: nasty, items: [{ label: nasty }], cursor: 0 } } }),
      watched({ ...made, model: { ...model, overlay: { kind: 'entry', id: 1, top: 0 } } }),
    ].map((each) => frameText(each, PLAIN))
    for (const frame of frames) {
      expect(frame).toContain('\\x1b[31mred\\x07')
      expect(frame).not.toContain('\x1b[31m')
      expect(frame).not.toContain('\x07')
    }
  })
})
