import { describe, expect, it } from 'vitest'
import { hasTmux } from '../../support/terminal.ts'
import { choose, openWatch, SIM, SIM_TITLE, type WatchScreen } from '../../support/watch-screen.ts'

const ADDRESS = '172.16.146.131'

/** Asks for something in the menu of actions, sees the plan, and agrees to it. */
async function agreeTo(screen: WatchScreen, action: string): Promise<string> {
  await screen.press('a')
  await choose(screen, action)
  const plan = await screen.shows('y do it')
  await screen.press('y')
  return plan
}

describe.skipIf(!hasTmux)('a watch changes the cluster', () => {
  it('after a yes to the plan: disable, enable, move, a takeover run', async () => {
    await using screen = await openWatch(SIM)
    await screen.shows(SIM_TITLE)
    // Node 3 stays the one in mind, whoever owns the address.
    await screen.press('l', 'l', 'l', 'l')
    await screen.marks(/node 3/)
    const plan = await agreeTo(screen, 'disable node 3')
    expect(plan).toMatch(/5 .*move/)
    expect(plan).toContain(ADDRESS)
    await screen.shows(/✓ node 3 is disabled/)
    await screen.shows(/ DISABLED/)
    await screen.shows(/ 0\/20/)
    await agreeTo(screen, 'enable node 3')
    await screen.shows(/✓ node 3 is enabled/)
    await screen.shows(/^(?!.*DISABLED ).*\n.* OK .* OK .* OK .* OK /m)
    await screen.press('Escape', 'g')
    await screen.marks(/^172\.16\.146\.131/m)
    const before = /^172\.16\.146\.131 .*$/m.exec(await screen.screen())?.[0] ?? ''
    const to = before.indexOf('●') < 33 ? 2 : 0
    await agreeTo(screen, `move ${ADDRESS} to node ${to}`)
    await screen.shows(`✓ ${ADDRESS} is on node ${to}`)
    await agreeTo(screen, 'takeover run')
    await screen.shows('✓ takeover run done by the leader')
  })

  it('only after a yes', async () => {
    await using screen = await openWatch(SIM)
    await screen.shows(SIM_TITLE)
    await screen.press('g', 'a')
    await choose(screen, 'disable node 3')
    await screen.shows('y do it')
    await screen.press('Enter')
    await screen.shows('y does it, n leaves it')
    await screen.press('n')
    await screen.shows(/^\? help/m)
    await screen.press('r')
    const shown = await screen.shows(/seen 0 s ago/)
    expect(shown).not.toContain('DISABLED')
    expect(shown).not.toContain('disable node 3')
  })

  it('not at all with --read-only', async () => {
    await using screen = await openWatch(`${SIM} --read-only`)
    await screen.shows('READ-ONLY')
    for (const key of ['a', 'b']) {
      await screen.press('j', key)
      await screen.shows('✗ started with --read-only')
      expect(await screen.screen()).not.toContain('┌─')
      await screen.press('k')
      await screen.shows(/^\? help/m)
    }
    await screen.press('w')
    await screen.shows('─ What if … ─')
  })

  it('and ends what is under way, when it is told so', async () => {
    await using screen = await openWatch(SIM)
    await screen.shows(SIM_TITLE)
    await screen.press('l')
    await screen.marks(/node 0/)
    await screen.press('b')
    await choose(screen, 'hang 0')
    await screen.shows('✓ done: hang 0')
    await agreeTo(screen, 'takeover run')
    await screen.shows(/ · takeover run for /)
    await screen.press('a')
    await screen.shows('end takeover run')
    await screen.press('Enter')
    await screen.shows(/✗ takeover run: ended before its end/)
    expect(await screen.screen()).not.toMatch(/ · takeover run for /)
  })

  it.each([
    ['q', 1],
    ['C-c', 1],
  ] as const)('and ends what is under way, and fails, when %s quits', async (key, status) => {
    await using screen = await openWatch(SIM)
    await screen.shows(SIM_TITLE)
    await screen.press('l')
    await screen.marks(/node 0/)
    await screen.press('b')
    await choose(screen, 'hang 0')
    await screen.shows('✓ done: hang 0')
    await agreeTo(screen, 'takeover run')
    await screen.shows(/ · takeover run for /)
    await screen.press('a')
    await screen.shows(/│ +end .*takeover run/)
    await screen.press('Escape')
    await screen.shows(/^\? help/m)
    await screen.press(key)
    const shown = await screen.shows(`status ${status}`)
    expect(shown).toMatch(
      /^before\nctdbts: ending what is under way \(takeover run\); Ctrl-C ends it at once\nctdbts: .*ended before its end/,
    )
  })
})
