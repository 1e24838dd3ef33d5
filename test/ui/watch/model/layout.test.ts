import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  headingRows,
  type LayoutInput,
  layoutOf,
  type PaneBox,
  type ScreenLayout,
} from '../../../../src/ui/watch/model/layout.ts'
import { takeSeedFromEnvironment } from '../../../support/fast-check.ts'

takeSeedFromEnvironment()

const PANES = ['nodes', 'addresses', 'timeline', 'log'] as const

const inputs = fc.record({
  columns: fc.integer({ min: 0, max: 250 }),
  rows: fc.integer({ min: 0, max: 80 }),
  nodes: fc.integer({ min: 0, max: 64 }),
  addressRows: fc.integer({ min: 0, max: 2000 }),
  addressWidth: fc.integer({ min: 0, max: 60 }),
  pane: fc.constantFrom(...PANES),
  hasLog: fc.boolean(),
  isGrouped: fc.boolean(),
})

const small: LayoutInput = {
  columns: 80,
  rows: 24,
  nodes: 4,
  addressRows: 20,
  addressWidth: 15,
  pane: 'addresses',
  hasLog: false,
  isGrouped: false,
}
const panesOf = (changes: Partial<LayoutInput>): string[] => layoutOf({ ...small, ...changes }).panes.map(({ pane }) => pane)
const boxOf = (changes: Partial<LayoutInput>, pane: string): PaneBox | undefined =>
  layoutOf({ ...small, ...changes }).panes.find((box) => box.pane === pane)

const overlap = (a: PaneBox, b: PaneBox): boolean =>
  a.left < b.left + b.columns && b.left < a.left + a.columns && a.top < b.top + b.rows && b.top < a.top + a.rows

const everyLayout = (check: (layout: ScreenLayout, input: LayoutInput) => void) =>
  fc.assert(
    fc.property(inputs, (input) => check(layoutOf(input), input)),
    { numRuns: 2000 },
  )

describe('the panes of every terminal', () => {
  it('have a row each before anything is known about the cluster, also side by side', () => {
    const input: LayoutInput = { ...small, columns: 200, rows: 60, nodes: 0, addressRows: 0, hasLog: true }
    for (const { rows, bodyRows } of layoutOf(input).panes) expect([rows > 1, bodyRows >= 1]).toEqual([true, true])
  })

  it('are inside it', () => {
    everyLayout(({ panes }, input) => {
      for (const { left, top, columns, rows } of panes) {
        expect(left >= 0 && top >= 0 && columns >= 1 && rows >= 1).toBe(true)
        expect(left + columns).toBeLessThanOrEqual(Math.max(1, input.columns))
        expect(top + rows).toBeLessThanOrEqual(Math.max(1, input.rows))
      }
    })
  })

  it('do not overlap, and leave the first and the last line alone', () => {
    everyLayout(({ panes }, { rows }) => {
      for (const [index, box] of panes.entries()) {
        for (const other of panes.slice(index + 1)) expect(overlap(box, other)).toBe(false)
        if (rows >= 3) expect(box.top >= 1 && box.top + box.rows <= rows - 1).toBe(true)
      }
    })
  })

  it('include the focused pane, if there is such a pane at all', () => {
    everyLayout(({ panes, order }, { pane }) => {
      const shown = panes.map((box) => box.pane)
      expect(shown).toContain(order.includes(pane) ? pane : 'addresses')
      expect(order).toEqual(expect.arrayContaining(shown))
      expect(new Set(shown).size).toBe(shown.length)
    })
  })

  it('have as many rows for entries as their headings leave', () => {
    everyLayout(({ panes, map }) => {
      for (const { pane, rows, bodyRows } of panes) expect(bodyRows).toBe(Math.max(0, rows - headingRows(pane, map)))
    })
  })
})

describe('a terminal', () => {
  it('of 80 × 24 shows 4 nodes × 20 addresses whole, as a matrix', () => {
    expect(layoutOf(small).map).toBe('matrix')
    expect(boxOf({}, 'addresses')?.bodyRows).toBe(20)
    expect(panesOf({})).toEqual(['addresses'])
  })

  it('of 80 × 24 shows the timeline under a map that leaves room', () => {
    expect(panesOf({ addressRows: 8 })).toEqual(['addresses', 'timeline'])
    expect(boxOf({ addressRows: 8 }, 'addresses')?.bodyRows).toBe(8)
    expect(panesOf({ addressRows: 14 })).toEqual(['addresses'])
  })

  it('of 140 × 40 shows the timeline under the map, where its sentences have the full width', () => {
    expect(panesOf({ columns: 140, rows: 40 })).toEqual(['addresses', 'timeline'])
    expect(boxOf({ columns: 140, rows: 40 }, 'timeline')).toMatchObject({ left: 0, top: 23, columns: 140, rows: 16 })
  })

  it('of 80 × 24 shows only the timeline when it has the focus', () => {
    expect(panesOf({ pane: 'timeline' })).toEqual(['timeline'])
  })

  it('of 200 × 60 has the timeline beside the map', () => {
    const wide = { columns: 200, rows: 60 }
    expect(panesOf(wide)).toEqual(['addresses', 'timeline'])
    expect(boxOf(wide, 'timeline')).toMatchObject({ left: 100, top: 1, columns: 100, rows: 58 })
  })

  it('of 200 × 60 has the log under a map that leaves room, else under the timeline', () => {
    const wide = { columns: 200, rows: 60, hasLog: true }
    expect(boxOf(wide, 'log')).toMatchObject({ left: 0, top: 23, rows: 36 })
    expect(boxOf({ ...wide, addressRows: 2000 }, 'log')).toMatchObject({ left: 100, top: 30, rows: 29 })
  })

  it('without room for node columns has a node pane', () => {
    expect(panesOf({ nodes: 64 })).toEqual(['nodes', 'addresses'])
    expect(panesOf({ isGrouped: true })).toEqual(['nodes', 'addresses'])
    expect(panesOf({ columns: 40, rows: 10 })).toEqual(['addresses'])
    expect(panesOf({ columns: 40, rows: 10, pane: 'nodes' })).toEqual(['nodes'])
  })

  it('with room for all nodes and all addresses shows them all, however few the addresses are', () => {
    expect(boxOf({ isGrouped: true, nodes: 12, addressRows: 3 }, 'nodes')?.bodyRows).toBe(12)
    expect(boxOf({ isGrouped: true, nodes: 12, addressRows: 3 }, 'addresses')?.bodyRows).toBeGreaterThanOrEqual(3)
  })

  it('with room for only one pane under the map shows the log when it has the focus', () => {
    const input = { rows: 32, addressRows: 18, hasLog: true }
    expect(panesOf(input)).toEqual(['addresses', 'timeline'])
    expect(panesOf({ ...input, pane: 'log' })).toEqual(['addresses', 'log'])
  })
})
