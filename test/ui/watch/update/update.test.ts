import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../../src/lib/cluster/node.ts'
import type { Pane } from '../../../../src/ui/watch/model/model.ts'
import { bodyRows } from '../../../../src/ui/watch/model/rows.ts'
import { makeSnapshot } from '../../../support/snapshots.ts'
import {
  addressState,
  entries,
  entry,
  logLine,
  makeClusterState,
  nodeState,
  START_MS,
  Watched,
} from '../../../support/watch-models.ts'

const sixty = (more: Parameters<typeof makeClusterState>[2] = {}) =>
  makeClusterState(
    3,
    Array.from({ length: 60 }, (_, index) => index % 3),
    more,
  )
const address = (index: number): string => `a:10.0.0.${index}`
const ordinals = (keys: readonly string[]): number[] => keys.map((key) => Number(key.slice(key.lastIndexOf(':') + 1)))

describe('the cursor', () => {
  it('stays on its row, and the row at its place on the screen, when rows are inserted before it', () => {
    const watched = new Watched(sixty()).press('G', 'k', 'k')
    const { tops } = watched.model
    const more = makeClusterState(3, [], { addresses: [addressState('9.9.9.9', 0), ...sixty().addresses] })
    expect(watched.observe(more).cursor()).toBe(address(58))
    expect(watched.model.tops.addresses).toBe(tops.addresses + 1)
  })

  it('stays on its row and in view when the order, the groups or the filter change', () => {
    const watched = new Watched(sixty()).press('pagedown', 'pagedown')
    const cursor = watched.cursor()
    for (const key of ['s', 's', 'o', 's', 'o', 's', 'f', 'f', 'f']) {
      expect(watched.press(key).cursor()).toBe(cursor)
      expect(watched.shown()).toContain(cursor)
    }
  })

  it('moves to the nearest row when its own disappears', () => {
    const watched = new Watched(sixty()).press('j', 'j', 'j')
    const without = (...gone: number[]) => sixty({ addresses: sixty().addresses.filter((_, index) => !gone.includes(index + 1)) })
    expect(watched.observe(without(4)).cursor()).toBe(address(5))
    expect(watched.observe(without(...Array.from({ length: 57 }, (_, index) => index + 4))).cursor()).toBe(address(3))
    expect(watched.observe(makeClusterState(3, [])).cursor()).toBeUndefined()
    expect(watched.observe(sixty()).cursor()).toBe(address(1))
  })

  it('stays in view when the terminal gets smaller, and larger again', () => {
    const watched = new Watched(sixty(), { size: { columns: 200, rows: 60 } }).press(...Array<string>(40).fill('j'))
    for (const [columns, rows] of [
      [80, 24],
      [40, 10],
      [20, 3],
      [1, 1],
      [200, 60],
    ] as const) {
      watched.resize(columns, rows)
      expect(watched.cursor()).toBe(address(41))
      if (bodyRows(watched.model, 'addresses') > 0) expect(watched.shown()).toContain(address(41))
    }
  })

  it('marks a column only where there are columns, and never focuses a hidden pane', () => {
    const watched = new Watched(sixty(), { size: { columns: 40, rows: 24 } }).press('shift+tab', 'j')
    expect(watched.model.pane).toBe('nodes')
    expect(watched.resize(200, 60).model).toMatchObject({ pane: 'addresses', cursors: { nodes: 'n:1' } })
  })
})

describe('timeline and log', () => {
  const follow = (pane: Pane, keys: string[], add: (watched: Watched, from: number, to: number) => void) => {
    const watched = new Watched(sixty(), { isSimulated: true, size: { columns: 200, rows: 20 } })
    add(watched, 1, 100)
    return {
      watched: watched.press(...keys),
      shown: () => ordinals(watched.shown(pane)),
      add: (from: number, to: number) => add(watched, from, to),
    }
  }
  const panes = [
    ['timeline', ['t'], (watched: Watched, from: number, to: number) => watched.observe(sixty(), entries(from, to))],
    [
      'log',
      ['t', 'tab'],
      (watched: Watched, from: number, to: number) =>
        watched.send({ kind: 'logged', lines: entries(from, to).map(({ id }) => logLine(`line ${id}`)) }),
    ],
  ] as const

  it.each(panes)('%s follows new entries', (pane, keys, add) => {
    const { shown, add: more } = follow(pane, [...keys], add)
    expect(shown().at(-1)).toBe(100)
    more(101, 110)
    expect(shown().at(-1)).toBe(110)
  })

  it.each(panes)('%s stays in place once scrolled up, and follows again from its end', (pane, keys, add) => {
    const { watched, shown, add: more } = follow(pane, [...keys], add)
    watched.press('pageup')
    const before = shown()
    more(101, 150)
    expect(shown()).toEqual(before)
    watched.press('G')
    more(151, 152)
    expect(shown().at(-1)).toBe(152)
  })

  it('keeps the last 10,000 entries and counts the dropped ones; the cursor stays on an existing row', () => {
    const watched = new Watched(sixty()).observe(sixty(), entries(1, 9_000)).press('t', 'g', 'j')
    watched.observe(sixty(), entries(9_001, 10_500))
    expect([watched.model.timeline.length, watched.model.droppedEntries, watched.model.timeline[0]?.id]).toEqual([
      10_000, 500, 501,
    ])
    expect(watched.cursor()).toBe('t:501')
  })

  it('keeps the last 2,000 lines of the log', () => {
    const watched = new Watched(sixty(), { isSimulated: true })
    watched.send({ kind: 'logged', lines: entries(1, 2_500).map(({ id }) => logLine(`line ${id}`)) })
    expect(watched.model.log).toHaveLength(2_000)
    expect(watched.model.log.at(-1)).toMatchObject({ id: 2_500, text: 'line 2500' })
    watched.send({ kind: 'logged', lines: [logLine('more')] })
    expect(watched.model.log.at(-1)?.id).toBe(2_501)
  })
})

describe('a pause', () => {
  const changed = sixty({ seenAtMs: START_MS + 9_000, addresses: [addressState('10.0.0.1', 2)] })

  it('freezes the screen, and loses nothing', () => {
    const watched = new Watched(sixty(), { isSimulated: true }).observe(sixty(), entries(1, 3)).press('p')
    const { cluster, timeline } = watched.model
    watched
      .observe(changed, entries(4, 5))
      .observe(changed, entries(6, 6))
      .send({ kind: 'logged', lines: [logLine('a')] })
    expect(watched.model.cluster).toBe(cluster)
    expect(watched.model.timeline).toBe(timeline)
    expect(watched.model.log).toEqual([])
    watched.takeEffects()
    watched.press('p')
    expect(watched.model.cluster).toBe(changed)
    expect(watched.model.timeline.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6])
    expect(watched.model.log.map(({ text }) => text)).toEqual(['a'])
    expect(watched.model.backlog).toBeUndefined()
    expect(watched.takeEffects()).toEqual([{ kind: 'poll', intervalMs: 2_000, isPaused: false }, { kind: 'sample' }])
  })

  it('shows one poll that was requested', () => {
    const watched = new Watched(sixty()).press('p').observe(changed, entries(1, 1)).press('r')
    watched.observe(changed, entries(2, 2))
    expect(watched.model.timeline).toEqual([])
    const newer = sixty({ seenAtMs: START_MS + 20_000 })
    expect(watched.observe(newer, entries(3, 3)).model).toMatchObject({ cluster: newer, isPaused: true })
    expect(watched.model.timeline.map(({ id }) => id)).toEqual([1, 2, 3])
    expect(watched.observe(changed, entries(4, 4)).model.cluster).toBe(newer)
    expect(watched.press('p').model.timeline.map(({ id }) => id)).toEqual([1, 2, 3, 4])
  })

  it('drops the oldest entries when it lasts too long, and says how many', () => {
    const watched = new Watched(sixty()).observe(sixty(), entries(1, 5)).press('p')
    watched.observe(sixty(), entries(6, 9_005)).observe(sixty(), entries(9_006, 12_005)).press('p')
    expect([watched.model.timeline[0]?.id, watched.model.timeline.length, watched.model.droppedEntries]).toEqual([
      2_006, 10_000, 2_005,
    ])
  })
})

describe('the filter', () => {
  it('applies while it is typed, and Esc restores the previous one', () => {
    const watched = new Watched(sixty()).press('/').send({ kind: 'typed', text: 'node1' })
    expect(watched.shown().every((key) => Number(key.slice(9)) % 3 === 2)).toBe(true)
    watched.press('enter', '/', 'ctrl+u').send({ kind: 'typed', text: 'node2' })
    expect(watched.model.filter).toBe('node2')
    expect(watched.press('escape').model).toMatchObject({ filter: 'node1' })
  })

  it('takes q, j and ? as characters, and pasted text as one line', () => {
    const watched = new Watched(sixty()).press('/', 'q', 'j', '?', ' ')
    watched.send({ kind: 'typed', text: 'a\r\nb\x1b[31m' })
    expect(watched.model.overlay).toMatchObject({ text: 'qj? a b [31m' })
    expect(watched.kinds).toEqual([])
  })

  it('deletes whole characters, and has a maximum length', () => {
    const watched = new Watched(sixty()).press('/').send({ kind: 'typed', text: 'e\u0301👩‍👩‍👧' })
    expect(watched.press('backspace').model.filter).toBe('e\u0301')
    expect(watched.press('backspace').model.filter).toBe('')
    watched.send({ kind: 'typed', text: 'x'.repeat(5_000) })
    expect(watched.model.filter).toHaveLength(1_000)
  })

  it('ignores pasted text outside of input lines: it does not press keys', () => {
    expect(new Watched(sixty()).send({ kind: 'typed', text: 'q' }).kinds).toEqual([])
  })
})

describe('an export', () => {
  it('writes the filtered entries to the named file', () => {
    const other = entry(2, { addresses: ['10.0.0.2'], pnns: [2], text: 'other' })
    const watched = new Watched(sixty())
      .observe(sixty(), [entry(1), other])
      .press('/')
      .send({ kind: 'typed', text: '=10.0.0.2' })
    watched.press('enter', 'e', 'ctrl+u').send({ kind: 'typed', text: ' a b.jsonl ' }).press('enter')
    expect(watched.takeEffects()).toEqual([{ kind: 'export', file: 'a b.jsonl', entries: [other] }])
    watched.send({ kind: 'reported', text: '1 entry in a b.jsonl', failed: false, nowMs: START_MS })
    expect(watched.model.notice).toMatchObject({ text: '1 entry in a b.jsonl', tone: 'good' })
  })

  it('needs a name', () => {
    const watched = new Watched(sixty()).press('e', 'ctrl+u', 'enter')
    expect([watched.model.overlay?.kind, watched.model.notice?.text]).toEqual(['input', 'Enter a file name'])
  })
})

describe('what if', () => {
  const edits = (watched: Watched) => watched.model.preview?.edits

  it('asks the planner, and shows the plan until Esc', () => {
    const watched = new Watched(sixty()).press('w').choose('node 0 is down')
    expect(watched.takeEffects()).toEqual([{ kind: 'plan', request: 1, edits: [{ kind: 'down', pnn: 0 }] }])
    expect(watched.model.preview?.planned.state).toBe('working')
    expect(watched.plan().model.preview?.planned.state).toBe('done')
    expect(watched.press('escape').model.preview).toBeUndefined()
  })

  it('adds up, with nodes that are down last; choosing one again removes it', () => {
    const watched = new Watched(sixty()).press('w').choose('node 0 is down').press('j', 'w').choose('eth1 of node 1')
    expect(edits(watched)).toEqual([
      { kind: 'link-down', pnn: 1, interfaceName: 'eth1' },
      { kind: 'down', pnn: 0 },
    ])
    watched.press('w')
    expect(watched.menu).toContain('x eth1 of node 1 has no link')
    expect(watched.menu).toContain('x node 0 is down')
    expect(edits(watched.choose('node 0 is down'))).toEqual([{ kind: 'link-down', pnn: 1, interfaceName: 'eth1' }])
    expect(watched.press('w').choose('eth1 of node 1').model.preview).toBeUndefined()
  })

  it('offers only what would be a change', () => {
    const nodes = [
      nodeState(0, { flags: NODE_FLAG.DISABLED, links: [{ name: 'eth1', linkUp: false }] }),
      nodeState(1, { flags: NODE_FLAG.DISCONNECTED }),
    ]
    const watched = new Watched(makeClusterState(2, [0, 1], { nodes })).press('w')
    expect(watched.menu).toEqual([
      'node 0 is down',
      'node 0 is enabled',
      'node 0 is stopped',
      'node 0 is banned',
      'eth1 of node 0 has a link',
      'no node knows 10.0.0.1',
    ])
    expect(watched.press('escape', 'j', 'w').menu).toEqual(['node 1 is up and healthy', 'no node knows 10.0.0.2'])
  })

  it('concerns the marked column before the owner', () => {
    const watched = new Watched(sixty(), { size: { columns: 200, rows: 60 } }).press('l', 'l', 'w')
    expect(watched.menu[0]).toBe('node 1 is down')
    expect(watched.menu).toContain('node 0 is down')
  })

  it('ignores results of older requests', () => {
    const watched = new Watched(sixty()).press('w').choose('node 0 is down').press('w').choose('node 0 is disabled')
    watched.send({ kind: 'planned', request: 1, planned: { state: 'failed', why: 'old' } })
    expect(watched.model.preview?.planned.state).toBe('working')
    expect(watched.plan().model.preview?.planned.state).toBe('done')
  })

  it('requests a new plan when the cluster changes, and shows the old one until then', () => {
    const watched = new Watched(sixty()).press('w').choose('node 0 is down').plan()
    watched.takeEffects()
    expect(watched.observe(sixty()).kinds).toEqual([])
    expect(watched.observe(sixty({ leader: 2 })).takeEffects()).toMatchObject([{ kind: 'plan', request: 2 }])
    expect(watched.model.preview?.planned.state).toBe('done')
    expect(watched.observe(sixty({ leader: 1 })).kinds).toEqual([])
    expect(watched.plan().takeEffects()).toMatchObject([{ kind: 'plan', request: 3 }])
  })

  it('waits for a request in between, and repeats its own afterwards', () => {
    const watched = new Watched(sixty()).press('w').choose('node 0 is down').press('a', 'enter')
    expect(watched.takeEffects()).toMatchObject([
      { request: 1, edits: [{ kind: 'down' }] },
      { request: 2, edits: [] },
    ])
    expect(watched.plan().press('n').takeEffects()).toMatchObject([{ kind: 'plan', request: 3, edits: [{ kind: 'down' }] }])
  })

  it('says what to do if nothing is selected', () => {
    expect(new Watched(makeClusterState(0, [])).press('w').model.notice?.text).toBe('Select a node or an address first')
  })
})

describe('an action', () => {
  it('is carried out once, after its plan was shown and confirmed', () => {
    const watched = new Watched(sixty()).press('a').choose('Disable node 0')
    expect(watched.takeEffects()).toEqual([{ kind: 'plan', request: 1, edits: [{ kind: 'disable', pnn: 0 }] }])
    expect(watched.press('y').model.notice?.text).toBe('Wait for the plan, then press y to confirm')
    expect(watched.kinds).toEqual([])
    watched.plan().press('y', 'y')
    expect(watched.takeEffects()).toEqual([{ kind: 'act', action: { kind: 'disable', pnn: 0 } }])
    expect(watched.model.running).toMatchObject({ text: 'disable node 0' })
  })

  it('can be confirmed when planning fails', () => {
    const watched = new Watched(sixty()).press('a').choose('Move 10.0.0.1 to node 2')
    const move = { kind: 'move', address: '10.0.0.1', pnn: 2 }
    expect(watched.takeEffects()).toEqual([{ kind: 'plan', request: 1, edits: [move] }])
    watched.send({ kind: 'planned', request: 1, planned: { state: 'failed', why: 'no leader' } }).press('y')
    expect(watched.takeEffects()).toEqual([{ kind: 'act', action: { kind: 'move', address: '10.0.0.1', to: 2 } }])
  })

  it('is based on the current state while the screen is paused', () => {
    const by = (owner: number, seconds: number) => {
      const snapshot = makeSnapshot({ nodes: 3, owners: [owner] })
      const addresses = [addressState('10.0.0.1', owner)]
      return makeClusterState(3, [], { addresses, snapshot, seenAtMs: START_MS + seconds * 1_000 })
    }
    const watched = new Watched(by(0, 0))
      .press('p')
      .observe({ ...by(0, 0), addresses: by(1, 0).addresses })
      .press('a')
    expect(watched.menu).toEqual([
      'Start a takeover run',
      'Disable node 0',
      'Disable node 1',
      'Move 10.0.0.1 to node 0',
      'Move 10.0.0.1 to node 2',
    ])
    watched.takeEffects()
    expect(watched.choose('Move 10.0.0.1 to node 2').kinds).toEqual(['sample', 'plan'])
    const shown = watched.model.cluster
    const seen = by(1, 5)
    expect(watched.plan().observe(seen).takeEffects()).toMatchObject([{ kind: 'plan', request: 2, snapshot: seen.snapshot }])
    expect(watched.press('y').kinds).toEqual([])
    expect(watched.plan().press('y').kinds).toEqual(['act'])
    expect(watched.model.cluster).toBe(shown)
  })

  it('is not confirmed by a y from before the cluster changed', () => {
    const watched = new Watched(sixty())
      .press('a', 'enter')
      .plan()
      .observe(sixty({ leader: 2 }))
    expect(watched.press('y').kinds).not.toContain('act')
    expect(watched.plan().press('y').kinds).toContain('act')
  })

  it('runs alone, and reports its end', () => {
    const watched = new Watched(sixty()).press('a', 'enter').plan().press('y', 'a')
    expect(watched.menu).toEqual([expect.stringMatching(/^Cancel .*takeover run$/)])
    watched.send({ kind: 'action-ended', text: 'the takeover run failed', failed: true, nowMs: START_MS })
    expect(watched.model.running).toBeUndefined()
    expect(watched.model.notice).toMatchObject({ text: 'the takeover run failed', tone: 'error' })
  })

  it('can be cancelled, but only once', () => {
    const watched = new Watched(sixty()).press('a').choose('Disable node 0').plan().press('y', 'a')
    watched.takeEffects()
    expect(watched.choose('Cancel disable node 0').takeEffects()).toEqual([{ kind: 'cancel' }])
    expect(watched.model).toMatchObject({ notice: { text: 'Cancelling disable node 0' }, running: { text: 'disable node 0' } })
    watched.press('a').send({ kind: 'action-ended', text: 'it was', failed: true, nowMs: START_MS })
    expect(watched.choose('Cancel disable node 0').takeEffects()).toEqual([])
    expect(watched.model.notice?.text).toBe('The action has already ended')
  })

  it('is not offered when read-only: the reason is shown', () => {
    const watched = new Watched(sixty(), { readOnly: 'read-only over SSH: see --no-read-only', isSimulated: true })
    for (const key of ['a', 'b']) {
      expect(watched.press(key).model.overlay).toBeUndefined()
      expect(watched.model.notice?.text).toBe('read-only over SSH: see --no-read-only')
    }
  })

  it('offers no move to a node that could not keep the address', () => {
    const nodes = [nodeState(0), nodeState(1, { flags: NODE_FLAG.DISABLED }), nodeState(2, { flags: NODE_FLAG.UNHEALTHY })]
    const watched = new Watched(makeClusterState(3, [0], { nodes }), { size: { columns: 120, rows: 24 } })
    expect(watched.press('a').menu).toEqual(['Start a takeover run', 'Disable node 0'])
  })

  it('offers what would change a node, and the nodes that know the address, the marked one first', () => {
    const nodes = [nodeState(0, { flags: NODE_FLAG.DISABLED }), nodeState(1), nodeState(2)]
    const watched = new Watched(makeClusterState(3, [0], { nodes }), { size: { columns: 120, rows: 24 } })
    expect(watched.press('a').menu).toEqual([
      'Start a takeover run',
      'Enable node 0',
      'Move 10.0.0.1 to node 1',
      'Move 10.0.0.1 to node 2',
    ])
    expect(watched.press('escape', 'l', 'l', 'l', 'a').menu).toEqual([
      'Start a takeover run',
      'Disable node 2',
      'Enable node 0',
      'Move 10.0.0.1 to node 2',
      'Move 10.0.0.1 to node 1',
    ])
  })
})

describe('a notice', () => {
  it('stays until the next key, or for some seconds; errors stay longer', () => {
    const watched = new Watched(sixty()).press('s')
    expect(watched.model.notice).toBeDefined()
    expect(watched.press('j').model.notice).toBeUndefined()
    watched.press('s').send({ kind: 'ticked', nowMs: watched.model.nowMs + 10_000 })
    expect(watched.model.notice).toBeUndefined()
    watched.send({ kind: 'reported', text: 'no', failed: true, nowMs: watched.model.nowMs })
    expect(watched.send({ kind: 'ticked', nowMs: watched.model.nowMs + 10_000 }).model.notice).toBeDefined()
    expect(watched.observe(sixty()).send({ kind: 'ticked', nowMs: watched.model.nowMs + 60_000 }).model.notice).toBeUndefined()
  })
})

describe('a text overlay', () => {
  it('is not scrolled past its end', () => {
    const watched = new Watched(sixty()).press('?', ...Array<string>(500).fill('j'))
    const { overlay } = watched.model
    expect(overlay?.kind === 'help' && overlay.top).toBeLessThan(100)
  })
})
