import { describe, expect, it } from 'vitest'
import { paneLines } from '../../../../src/ui/watch/draw/pane.ts'
import { layoutFor, logRows } from '../../../../src/ui/watch/model/rows.ts'
import { entry, logLine, makeClusterState, START_MS, Watched } from '../../../support/watch-models.ts'

const cluster = makeClusterState(3, [0, 1, 2])
const LINES = [
  logLine('a: 10.0.0.1 taken', { pnn: 0 }),
  logLine('b: 10.0.0.11 taken', { pnn: 0 }),
  logLine('c: release of 10.0.0.1/24', { pnn: 1 }),
  logLine('d: nothing', { pnn: 2 }),
]

/** A watch of real nodes, with a log. */
const watching = (columns = 200, rows = 50) =>
  new Watched(cluster, { readsLogs: true, size: { columns, rows } }).send({ kind: 'logged', lines: LINES })
const shown = ({ model }: Watched) =>
  logRows(model)
    .map(({ text }) => text.slice(0, 1))
    .join('')

const logPane = ({ model }: Watched): string => {
  const { panes, map } = layoutFor(model)
  const box = panes.find(({ pane }) => pane === 'log')
  return box
    ? paneLines(model, box, map)
        .map((line) => line.map(({ text }) => text).join(''))
        .join('\n')
    : ''
}

describe('the logs of nodes', () => {
  it('are read while they are shown, and not while the watch is paused', () => {
    const wide = watching()
    expect(wide.model.isReadingLogs).toBe(true)
    expect(wide.press('p').takeEffects()).toContainEqual({ kind: 'logs', isOn: false })
    expect(wide.press('p').takeEffects()).toContainEqual({ kind: 'logs', isOn: true })
    const small = watching(80, 12)
    expect([small.model.isReadingLogs, small.takeEffects()]).toEqual([false, []])
    expect(small.press('t', 'tab').takeEffects()).toEqual([{ kind: 'logs', isOn: true }])
    expect(small.press('tab').takeEffects()).toEqual([{ kind: 'logs', isOn: false }])
  })

  it('are not there where nothing can be read', () => {
    expect(layoutFor(new Watched(cluster, { size: { columns: 200, rows: 50 } }).model).order).not.toContain('log')
  })

  it('are one log in the order of time, whatever comes first', () => {
    const watched = watching().send({
      kind: 'logged',
      lines: [logLine('z', { atMs: START_MS - 1 }), logLine('y', { atMs: START_MS + 1 })],
    })
    expect(shown(watched)).toBe('zabcdy')
    expect(new Set(logRows(watched.model).map(({ id }) => id)).size).toBe(6)
  })

  it('are limited to what the cursor was moved to', () => {
    const watched = watching()
    expect(shown(watched)).toBe('abcd')
    expect(shown(watched.press('j', 'k'))).toBe('ac')
    expect(logPane(watched)).toMatch(/^ Log {2}10\.0\.0\.1/)
    expect(shown(watched.press('l'))).toBe('a')
    expect(logPane(watched)).toContain('10.0.0.1 · node 0')
    expect(shown(watched.press('j', 'j'))).toBe('')
    expect(logPane(watched)).toContain('nothing in the log')
  })

  it('stay so in the log itself, until Esc', () => {
    const watched = watching().press('j', 'k', 'shift+tab')
    expect([watched.model.pane, shown(watched)]).toEqual(['log', 'ac'])
    expect(shown(watched.press('escape'))).toBe('abcd')
    expect(watched.press('escape').model.notice?.text).toBe('Press q to quit')
  })

  it('show a line that is cut in full', () => {
    expect(watching().press('shift+tab', 'enter').model.overlay).toMatchObject({ kind: 'log', top: 0 })
  })

  it('are limited to the nodes of an entry without an address, and of a group', () => {
    const watched = watching().observe(cluster, [entry(1, { addresses: [], pnns: [2] }), entry(2)])
    expect(shown(watched.press('t', 'g'))).toBe('d')
    expect(shown(watching().press('o', 'j', 'k'))).toBe('ab')
  })
})
