import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasTmux } from '../../support/terminal.ts'
import { openWatch, SIM, SIM_TITLE, type WatchScreen } from '../../support/watch-screen.ts'

const SIZES = [
  [80, 24],
  [40, 10],
  [80, 24],
  [200, 60],
  [20, 5],
  [120, 40],
] as const

const linesOf = (frame: string): string[] => frame.replace(/\n$/, '').split('\n')
/** Ages go on whatever is drawn. */
const withoutAges = (frame: string): string => frame.replaceAll(/\d+ s\b/g, 'N s').replaceAll(/ +/g, ' ')

/** Waits for a frame of that size: the title on top, the keys at the bottom. */
async function frameOf(screen: WatchScreen, columns: number, rows: number): Promise<string> {
  const isWhole = (frame: string) => {
    const lines = linesOf(frame)
    return lines.length === rows && /4 nodes|seen|s ago|\d+ s/.test(lines[0] ?? '') && /^(\? |Esc)/.test(lines[rows - 1] ?? '')
  }
  await expect.poll(async () => isWhole(await screen.screen()) || (await screen.screen()), { timeout: 10_000 }).toBe(true)
  const frame = await screen.screen()
  expect(Math.max(...linesOf(frame).map((line) => [...line].length))).toBeLessThanOrEqual(columns)
  expect(await screen.asks('#{pane_width} #{pane_height} #{history_size}')).toBe(`${columns} ${rows} 0`)
  return frame
}

/** The same frame, drawn on an empty screen. */
async function drawnAnew(screen: WatchScreen, columns: number, rows: number): Promise<string> {
  await screen.press('C-l', '?')
  await screen.shows(/^\? close/m)
  await screen.press('q')
  await screen.shows(/^\? help/m)
  return await frameOf(screen, columns, rows)
}

describe.skipIf(!hasTmux)('a watch, when the terminal is resized', () => {
  let screen: WatchScreen
  beforeAll(async () => {
    screen = await openWatch(SIM, { size: { columns: 200, rows: 60 } })
  })
  afterAll(async () => await screen?.[Symbol.asyncDispose]())

  it('begins as high and wide as it is', async () => {
    await screen.shows(SIM_TITLE)
    const frame = await frameOf(screen, 200, 60)
    expect(withoutAges(await drawnAnew(screen, 200, 60))).toBe(withoutAges(frame))
  })

  it.each(SIZES)('to %i×%i, is complete again, with nothing left of the old frame', async (columns, rows) => {
    await screen.resize(columns, rows)
    const frame = await frameOf(screen, columns, rows)
    expect(withoutAges(await drawnAnew(screen, columns, rows))).toBe(withoutAges(frame))
  })

  it('keeps overlays in view at all sizes', async () => {
    await screen.press('?')
    for (const [columns, rows] of SIZES) {
      await screen.resize(columns, rows)
      await frameOf(screen, columns, rows)
      await screen.shows(/^\? close/m)
    }
    await screen.press('q')
    await frameOf(screen, 120, 40)
  })

  it('many times in quick succession, ends with the last size', async () => {
    for (let columns = 60; columns <= 120; columns += 10) await screen.resize(columns, 40 - (columns % 3))
    await screen.resize(100, 30)
    const frame = await frameOf(screen, 100, 30)
    expect(withoutAges(await drawnAnew(screen, 100, 30))).toBe(withoutAges(frame))
  })

  it('still reacts to keys when there is hardly any room', async () => {
    for (const [columns, rows] of [
      [20, 5],
      [3, 2],
      [1, 1],
    ] as const) {
      await screen.resize(columns, rows)
      await screen.press('j', 'Tab', 'Enter', 'Escape', 'w', 'Escape', '/')
      await screen.type('x')
      await screen.press('Escape', 'a')
      await screen.press('Escape', 'g')
    }
    await screen.resize(120, 40)
    await frameOf(screen, 120, 40)
    await screen.press('q')
    expect(await screen.shows('status 0')).toMatch(/^before\n/)
  })
})
