import { describe, expect, it } from 'vitest'
import type { AddressPlan } from '../../../../src/lib/takeover/plan.ts'
import type { Pane } from '../../../../src/ui/watch/model/model.ts'
import { layoutFor } from '../../../../src/ui/watch/model/rows.ts'
import type { KeyContext } from '../../../../src/ui/watch/update/key-binding.ts'
import { hints, keyHelp } from '../../../../src/ui/watch/update/key-help.ts'
import { KEY_BINDINGS } from '../../../../src/ui/watch/update/keys.ts'
import { entries, makeClusterState, Watched } from '../../../support/watch-models.ts'

/** Three nodes and 60 addresses, where nodes are columns; the timeline is beside it. */
const wide = () =>
  new Watched(
    makeClusterState(
      3,
      Array.from({ length: 60 }, (_, index) => index % 3),
    ),
    {
      isSimulated: true,
      size: { columns: 200, rows: 30 },
    },
  ).observe(
    makeClusterState(
      3,
      Array.from({ length: 60 }, (_, index) => index % 3),
    ),
    entries(1, 50),
  )

/** The same, without room for columns. */
const narrow = () => wide().resize(40, 24)

const address = (index: number): string => `a:10.0.0.${index}`
const ofOverlay = (watched: Watched) => watched.model.overlay?.kind
const page = 27

const manyMoves = Array.from({ length: 60 }, (_, index): AddressPlan => {
  return { address: `10.0.0.${index + 1}`, from: 0, to: 1, change: 'moved', reason: 'x', cannot: [], steps: [] }
})

/** What each key does, context by context. The test fails for a key that has no case here. */
const CASES: { readonly [C in KeyContext]: Readonly<Record<string, () => void>> } = {
  panes: {
    j: () => expect(wide().press('j').cursor()).toBe(address(2)),
    down: () => expect(wide().press('down', 'down').cursor()).toBe(address(3)),
    k: () => expect(wide().press('j', 'j', 'k').cursor()).toBe(address(2)),
    up: () => expect(wide().press('up').cursor()).toBe(address(1)),
    h: () => expect(wide().press('l', 'l', 'h').model.cursors.nodes).toBe('n:0'),
    left: () => {
      expect(wide().press('l', 'left', 'left').model.cursors.nodes).toBeUndefined()
      expect(wide().press('t', 'left').model.pane).toBe('addresses')
    },
    l: () => expect(wide().press('l', 'l', 'l', 'l').model.cursors.nodes).toBe('n:2'),
    right: () => expect(narrow().press('right').model.pane).toBe('timeline'),
    g: () => expect(wide().press('G', 'g').cursor()).toBe(address(1)),
    home: () => expect(wide().press('end', 'home').cursor()).toBe(address(1)),
    G: () => {
      const watched = wide().press('G')
      expect(watched.cursor()).toBe(address(60))
      expect(watched.shown().at(-1)).toBe(address(60))
    },
    end: () => expect(wide().press('end').cursor()).toBe(address(60)),
    pagedown: () => expect(wide().press('pagedown').cursor()).toBe(address(1 + page - 1)),
    pageup: () => expect(wide().press('G', 'pageup').cursor()).toBe(address(60 - page + 1)),
    'ctrl+d': () => expect(wide().press('ctrl+d').cursor()).toBe(address(14)),
    'ctrl+u': () => expect(wide().press('G', 'ctrl+u').cursor()).toBe(address(60 - 13)),
    tab: () => expect(panesOf('tab')).toEqual(['timeline', 'log', 'nodes', 'addresses']),
    'shift+tab': () => expect(panesOf('shift+tab')).toEqual(['nodes', 'log', 'timeline', 'addresses']),
    t: () => expect(wide().press('t').model.pane).toBe('timeline'),
    enter: () => {
      expect(wide().press('j', 'enter').model.overlay).toEqual({ kind: 'address', address: '10.0.0.2', top: 0 })
      expect(wide().press('t', 'enter').model.overlay).toEqual({ kind: 'entry', id: 50, top: 0 })
      expect(narrow().press('shift+tab', 'j', 'enter').model.overlay).toEqual({ kind: 'node', pnn: 1, top: 0 })
      expect(wide().press('o', 'enter').model.overlay).toEqual({ kind: 'node', pnn: 0, top: 0 })
      expect(ofOverlay(wide().press('o', 'o', 'enter'))).toBeUndefined()
      expect(ofOverlay(wide().press('t', 'tab', 'enter'))).toBeUndefined()
    },
    n: () => {
      expect(wide().press('j', 'n').model.overlay).toEqual({ kind: 'node', pnn: 1, top: 0 })
      expect(wide().press('l', 'l', 'l', 'n').model.overlay).toEqual({ kind: 'node', pnn: 2, top: 0 })
    },
    '/': () => expect(wide().press('/').model.overlay).toEqual({ kind: 'input', of: 'filter', text: '', before: '' }),
    f: () => {
      const watched = wide().press('j', 'f')
      const seen = [watched.model.filter, watched.press('f').model.filter, watched.press('f').model.filter]
      expect(seen).toEqual(['=10.0.0.2', 'node1', ''])
      expect(watched.cursor()).toBe(address(2))
      expect(wide().press('o', 'o', 'f').model.filter).toBe('10.0.0.0/24')
      expect(wide().press('t', 'f').model.filter).toBe('=10.0.0.1')
      expect(narrow().press('shift+tab', 'f').model.filter).toBe('node0')
      expect(wide().press('t', 'tab', 'f').model.notice?.text).toBe('Nothing to filter by here')
    },
    s: () => expect(wide().press('s', 's').model).toMatchObject({ sort: 'since', notice: { tone: 'plain' } }),
    o: () => expect(wide().press('o', 'o').model.grouping).toBe('subnet'),
    p: () => expect(wide().press('p').takeEffects()).toEqual([{ kind: 'poll', intervalMs: 2_000, isPaused: true }]),
    r: () => expect(wide().press('r').kinds).toEqual(['sample']),
    '+': () => expect(wide().press('+', '+').takeEffects().at(-1)).toEqual({ kind: 'poll', intervalMs: 10_000, isPaused: false }),
    '=': () => expect(wide().press('=').model.intervalMs).toBe(5_000),
    '-': () => {
      expect(wide().press('-', '-', '-', '-').model.intervalMs).toBe(500)
      expect(wide().press('-', '-', '-').model.notice?.text).toBe('The interval cannot be shorter than 0.5 s')
      expect(wide().press('p', '-').takeEffects().at(-1)).toEqual({ kind: 'poll', intervalMs: 1_000, isPaused: true })
    },
    escape: () => {
      const watched = wide().press('f', 'w', 'enter')
      const { filter } = watched.model
      expect(watched.press('escape').model).toMatchObject({ filter })
      expect(watched.model.preview).toBeUndefined()
      expect(watched.press('escape').model.filter).toBe('')
      expect(watched.press('l', 'escape').model.cursors.nodes).toBeUndefined()
      expect(watched.press('escape').model.notice?.text).toBe('Press q to quit')
      expect(watched.kinds).not.toContain('quit')
    },
    e: () =>
      expect(wide().press('e').model.overlay).toMatchObject({ kind: 'input', of: 'export', text: 'ctdbts-timeline.jsonl' }),
    w: () => expect(wide().press('w').menu[0]).toBe('node 0 is down'),
    W: () => {
      expect(wide().press('w', 'enter', 'W').model.preview).toBeUndefined()
      expect(wide().press('W').model.notice?.text).toBe('No what-if to clear')
    },
    a: () =>
      expect(wide().press('a').menu.slice(0, 3)).toEqual(['Start a takeover run', 'Disable node 0', 'Move 10.0.0.1 to node 1']),
    b: () => expect(wide().press('b').menu).toContain('restart-network 0: remove its public addresses from the kernel'),
    ']': () => expect(wide().replay().press(']').moves).toEqual([{ kind: 'event', by: 1 }]),
    '[': () => expect(wide().replay().press('[').moves).toEqual([{ kind: 'event', by: -1 }]),
    '.': () => expect(wide().replay().press('.').moves).toEqual([{ kind: 'look', by: 1 }]),
    ',': () => expect(wide().replay().press(',').moves).toEqual([{ kind: 'look', by: -1 }]),
    '<': () => expect(wide().replay().press('<').moves).toEqual([{ kind: 'first' }]),
    '>': () => expect(wide().replay().press('>').moves).toEqual([{ kind: 'last' }]),
    '@': () => {
      expect(wide().replay().press('@', '1', '8', ':', '5', '3', 'enter').moves).toEqual([{ kind: 'time', text: '18:53' }])
      expect(wide().press('@').model.overlay).toBeUndefined()
    },
    '?': () => expect(wide().press('?').model.overlay).toEqual({ kind: 'help', top: 0 }),
    q: () => expect(wide().press('q').kinds).toEqual(['quit']),
    ...anywhere(() => wide()),
  },
  text: {
    ...scrolling(() => wide().press('?')),
    '?': () => expect(ofOverlay(wide().press('?', '?'))).toBeUndefined(),
    escape: () => expect(ofOverlay(wide().press('f', '?', 'escape'))).toBeUndefined(),
    enter: () => expect(ofOverlay(wide().press('enter', 'enter'))).toBeUndefined(),
    q: () => expect(wide().press('?', 'q').kinds).toEqual([]),
    ...anywhere(() => wide().press('enter')),
  },
  menu: {
    ...scrolling(() => wide().press('b')),
    enter: () =>
      expect(wide().press('a', 'enter').model.overlay).toMatchObject({ kind: 'confirm', action: { kind: 'takeover-run' } }),
    escape: () => expect(ofOverlay(wide().press('a', 'escape'))).toBeUndefined(),
    q: () => expect(wide().press('a', 'q').kinds).toEqual([]),
    ...anywhere(() => wide().press('w')),
  },
  confirmation: {
    ...scrolling(() => wide().press('a', 'enter').plan({ addresses: manyMoves })),
    y: () => expect(wide().press('a', 'enter').plan().press('y').kinds).toEqual(['plan', 'act']),
    n: () => expect(left('n')).toEqual(['plan']),
    escape: () => expect(left('escape')).toEqual(['plan']),
    q: () => expect(left('q')).toEqual(['plan']),
    enter: () => {
      const watched = wide().press('a', 'enter').plan().press('enter')
      expect([ofOverlay(watched), ...watched.kinds]).toEqual(['confirm', 'plan'])
    },
    ...anywhere(() => wide().press('a', 'enter')),
  },
  input: {
    enter: () => {
      expect(wide().press('/', 'n', 'o', 'd', 'e', '1', 'enter').model).toMatchObject({ filter: 'node1' })
      expect(wide().press('e', 'enter').takeEffects()).toEqual([
        { kind: 'export', file: 'ctdbts-timeline.jsonl', entries: entries(1, 50) },
      ])
    },
    escape: () => expect(wide().press('f', '/', 'x', 'escape').model.filter).toBe('=10.0.0.1'),
    backspace: () => expect(wide().press('/', 'a', 'b', 'backspace').model.filter).toBe('a'),
    delete: () => expect(wide().press('/', 'a', 'delete', 'delete').model.filter).toBe(''),
    'ctrl+u': () => expect(wide().press('/', 'a', 'b', 'ctrl+u').model).toMatchObject({ filter: '', overlay: { text: '' } }),
    ...anywhere(() => wide().press('/')),
  },
}

function panesOf(key: string): Pane[] {
  const watched = narrow()
  return Array.from({ length: 4 }, () => watched.press(key).model.pane)
}

/** What leaving a question that could have been agreed to wants of the world. */
function left(key: string): string[] {
  const watched = wide().press('a', 'enter').plan().press(key, 'y')
  expect(ofOverlay(watched)).toBeUndefined()
  return watched.kinds
}

/** Keys that move in what lies over the panes. */
function scrolling(open: () => Watched): Record<string, () => void> {
  const at = (...keys: string[]) => {
    const { overlay } = open().press(...keys).model
    return overlay && 'top' in overlay ? overlay.top : overlay && 'cursor' in overlay ? overlay.cursor : Number.NaN
  }
  const forward = (key: string) => () => expect(at(key)).toBeGreaterThan(0)
  const backward = (key: string) => () => expect(at('G', key)).toBeLessThan(at('G'))
  return {
    ...Object.fromEntries(['j', 'down', 'G', 'end', 'pagedown', 'ctrl+d'].map((key) => [key, forward(key)])),
    ...Object.fromEntries(['k', 'up', 'g', 'home', 'pageup', 'ctrl+u'].map((key) => [key, backward(key)])),
  }
}

/** Keys that do the same everywhere. */
function anywhere(open: () => Watched): Record<string, () => void> {
  const wants = (key: string, kind: string) => () => expect(open().press(key).kinds.at(-1)).toBe(kind)
  return { 'ctrl+c': wants('ctrl+c', 'quit'), 'ctrl+z': wants('ctrl+z', 'suspend'), 'ctrl+l': wants('ctrl+l', 'redraw') }
}

const bound = KEY_BINDINGS.flatMap(({ keys, contexts = ['panes'] }) =>
  contexts.flatMap((context) => keys.map((key) => ({ context, key }))),
)

describe('each key of the table', () => {
  it.each(bound)('$key in the context $context', ({ context, key }) => {
    const check = CASES[context][key]
    if (!check) throw new Error(`there is no case for ${key} in ${context}`)
    check()
  })

  it('is bound once in a context, and each case belongs to a key', () => {
    const names = bound.map(({ context, key }) => `${context} ${key}`)
    expect(new Set(names).size).toBe(names.length)
    expect(
      Object.entries(CASES)
        .flatMap(([context, cases]) => Object.keys(cases).map((key) => `${context} ${key}`))
        .toSorted(),
    ).toEqual(names.toSorted())
  })
})

const text = (watched: Watched) =>
  keyHelp(watched.model)
    .map(({ title, lines }) => [title, ...lines.map(({ keys, does }) => `  ${keys.padEnd(18)} ${does}`)].join('\n'))
    .join('\n')

describe('the help', () => {
  it('has all keys, with their usual names', () => {
    expect(text(wide())).toMatchSnapshot()
  })

  it('fits into 80 columns', () => {
    for (const { lines } of [...keyHelp(wide().model), ...keyHelp(wide().replay().model)]) {
      for (const { keys, does } of lines) expect([keys, keys.length <= 16, does.length <= 58]).toEqual([keys, true, true])
    }
  })

  it('says why nothing can be changed, and has no keys that do not apply', () => {
    const watched = new Watched(makeClusterState(1, [0]), { readOnly: '--read-only' })
    expect(text(watched)).toContain('not available: --read-only')
    expect(text(watched)).not.toContain('embedded cluster')
    expect(watched.press('b').model.overlay).toBeUndefined()
  })
})

describe('the keys of a read-only simulation', () => {
  const watched = new Watched(makeClusterState(1, [0]), { readOnly: 'started with --read-only', isSimulated: true })

  it('are hinted at except those that change something', () => {
    const keys = hints(watched.model).map(({ key }) => key)
    expect(keys).toContain('w')
    expect(keys).not.toContain('a')
    expect(keys).not.toContain('b')
  })

  it('have the reason in the help', () => {
    const words = keyHelp(watched.model).flatMap(({ lines }) => lines.map(({ does }) => does))
    expect(words).toContain('Start a takeover run, disable, …; not available: started with --read-only')
    expect(words).toContain('Break or repair something; not available: started with --read-only')
  })
})

describe('the keys of a recording', () => {
  const replayed = () => new Watched(makeClusterState(1, [0]), { readOnly: 'this is a recording' }).replay()

  it('go through its time, and say that nothing can be asked of a cluster', () => {
    expect(text(replayed())).toMatchSnapshot()
    expect(hints(replayed().model).map(({ key, does }) => `${key} ${does}`)).toContain('] next event')
    expect(text(replayed())).toContain('not available: this is a recording')
  })

  it('play it, faster or slower, and never poll', () => {
    const watched = replayed().press('p', '+', '-', 'r', 'a')
    expect(watched.model.notice?.text).toBe('this is a recording')
    expect(watched.takeEffects()).toEqual([
      { kind: 'replay', move: { kind: 'play' } },
      { kind: 'replay', move: { kind: 'speed', by: 1 } },
      { kind: 'replay', move: { kind: 'speed', by: -1 } },
    ])
    expect(hints(replayed().replay({ isPlaying: true }).model)).toContainEqual({ key: 'p', does: 'pause' })
    expect(replayed().press('r').model.notice?.text).toBe('This is a recording: there is nothing to refresh')
  })
})

describe('the hints', () => {
  const words = (watched: Watched) => hints(watched.model).map(({ key, does }) => `${key} ${does}`)

  it('are the most useful keys in the current context', () => {
    expect(layoutFor(wide().model).map).toBe('matrix')
    expect(words(wide())).toEqual([
      ...[
        '? help',
        'Enter details',
        '/ filter',
        'w what if',
        'a act',
        'b break',
        'p pause',
        'Tab pane',
        's sort',
        'o group',
        'q quit',
      ],
    ])
    expect(words(wide().press('?'))).toEqual(['? close'])
    expect(words(wide().press('w'))).toEqual(['Enter choose', 'Esc close'])
    expect(words(wide().press('/'))).toEqual(['Enter apply', 'Esc cancel'])
    expect(words(wide().press('e'))).toEqual(['Enter export', 'Esc cancel'])
  })

  it('say how to leave a state', () => {
    expect(words(wide().press('f'))).toContain('Esc clear filter')
    expect(words(wide().press('f', 'w', 'enter'))).toContain('Esc clear what-if')
    expect(words(wide().press('p'))).toContain('p resume')
  })

  it('do not include y before the plan is ready', () => {
    const watched = wide().press('a', 'enter')
    expect(words(watched)).toEqual(['n cancel'])
    expect(words(watched.plan())).toEqual(['y confirm', 'n cancel'])
  })
})
