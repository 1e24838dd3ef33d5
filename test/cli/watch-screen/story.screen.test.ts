import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folder } from '../../support/served-cluster.ts'
import { hasTmux } from '../../support/terminal.ts'
import { choose, openWatch, SIM, SIM_TITLE, type WatchScreen } from '../../support/watch-screen.ts'

const ADDRESS = '172.16.146.131'
const heldBy = (screen: string): number => [...screen.matchAll(/^172\.16\.146\.\d+ .*● held/gm)].length

describe.skipIf(!hasTmux)('a watch of an embedded cluster', () => {
  let screen: WatchScreen
  beforeAll(async () => {
    // High and wide enough for the map, the timeline and the log.
    screen = await openWatch(`${SIM} --interval 0.5`, { size: { columns: 160, rows: 50 } })
  })
  afterAll(async () => await screen?.[Symbol.asyncDispose]())

  it('shows what the seed article describes: addresses are wiped, missed, and restored', async () => {
    await screen.shows(SIM_TITLE)
    await expect.poll(async () => heldBy(await screen.screen()), { timeout: 10_000 }).toBe(20)
    await screen.press('b')
    await choose(screen, 'restart-network 3')
    await screen.shows(new RegExp(`^${ADDRESS} .*✗ +.*✗ missing`, 'm'))
    await expect.poll(async () => heldBy(await screen.screen()), { timeout: 10_000 }).toBe(20)
    await screen.shows(/ · the takeover run finished after/)
    const shown = await screen.shows(/Log(?:.|\n)*Takeover run completed successfully/)
    expect(shown).toMatch(new RegExp(`✓.*node 3 .*${ADDRESS}`))
    expect(shown).toMatch(/ · a takeover run started \(because 172\./)
    expect(shown).toMatch(/ · restart-network 3/)
    expect(shown).toMatch(/✗.*172\.16\.146\.1\d\d.* missing/)
  })

  it('exports the timeline as JSON lines, and overwrites nothing', async () => {
    const file = folder().file('timeline.jsonl')
    await screen.press('e', 'C-u')
    await screen.type(file)
    await screen.press('Enter')
    const shown = await screen.shows(/✓ Wrote \d+ entries to /)
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    expect(lines).toHaveLength(Number(/Wrote (\d+) entries/.exec(shown)?.[1]))
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(entries[0]).toMatchObject({ id: 1, at: expect.stringMatching(/^\d{4}-/) })
    expect(entries.map(({ addresses }) => addresses)).toContainEqual([ADDRESS])
    writeFileSync(file, 'mine')
    await screen.press('e', 'C-u')
    await screen.type(file)
    await screen.press('Enter')
    await screen.shows('already exists')
    expect(readFileSync(file, 'utf8')).toBe('mine')
    await screen.press('e', 'C-u')
    await screen.type('/nowhere/timeline')
    await screen.press('Enter')
    await screen.shows('✗ ENOENT')
  })

  it('shows only what matches the filter, in the map and in the timeline', async () => {
    await screen.press('/')
    await screen.type(`=${ADDRESS}`)
    await screen.press('Enter')
    const shown = await screen.shows('1 of 20')
    expect(shown).not.toMatch(/^172\.16\.146\.132/m)
    expect(shown).not.toMatch(/watching 4 nodes/)
    await screen.press('Escape')
    await screen.shows('watching 4 nodes')
  })

  it('shows what-ifs on the map, and clears them', async () => {
    await screen.press('g', 'w')
    await choose(screen, 'node 3 is down')
    const shown = await screen.shows(/what if node 3 is down.*5 would move/)
    expect([...shown.matchAll(/● leaves/g)]).toHaveLength(5)
    expect([...shown.matchAll(/◌ comes/g)]).toHaveLength(5)
    expect(shown).toMatch(/3 5→0/)
    await screen.press('j', 'j', 'w')
    await choose(screen, 'bond0 of node 2 has no link')
    await screen.shows(/10 would move/)
    await screen.press('Escape')
    await screen.shows(/^(?!.*leaves)/s)
  })

  it('shows the details of an address, a node, and an entry', async () => {
    await screen.press('g', 'Enter')
    const address = await screen.shows(`─ ${ADDRESS} ─`)
    expect(address).toMatch(/Owner +node 3(?:.|\n)*Kernel +● held(?:.|\n)*stays on node 3/)
    await screen.press('Escape', 'n')
    expect(await screen.shows(/─ node 3 /i)).toMatch(/RUNNING|running/)
    await screen.press('Escape', 't', 'g', 'Enter')
    await screen.shows(/─ .*─┐/)
    await screen.press('Escape', 'Tab', 'Tab')
  })

  it('shows a crash, and what happens to the addresses', async () => {
    await screen.press('g', 'b')
    await choose(screen, 'crash 3')
    await screen.shows('DISCONNECTED')
    await expect.poll(async () => heldBy(await screen.screen()), { timeout: 30_000 }).toBe(20)
    expect(await screen.screen()).toMatch(/Timeline(?:.|\n)*crash 3/)
  })
})
