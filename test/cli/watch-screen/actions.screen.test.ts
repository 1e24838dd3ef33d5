import { writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { tempDir } from '../../support/temp-dir.ts'
import { hasTmux } from '../../support/terminal.ts'
import { choose, openWatch, SIM, SIM_TITLE, type WatchScreen } from '../../support/watch-screen.ts'

const ADDRESS = '172.16.146.131'

/** A cluster like SIM in which a takeover run takes ten minutes, and no node hangs, which the others would notice. */
const SLOW_RUNS = `nodes 4
addresses 20
at 0.1 set EventScriptTimeout 900
at 0.1 set TakeoverTimeout 900
at 0.1 script 0 ipreallocated 600
`

async function openWithSlowRuns(): Promise<WatchScreen> {
  const dir = tempDir()
  onTestFinished(() => dir[Symbol.dispose]())
  writeFileSync(dir.file('scenario'), SLOW_RUNS)
  return await openWatch(`--sim-scenario ${dir.file('scenario')} --sim-at 1`)
}

/** Asks for something in the menu of actions, sees the plan, and agrees to it. */
async function agreeTo(screen: WatchScreen, action: string): Promise<string> {
  await screen.press('a')
  await choose(screen, action)
  const plan = await screen.shows('y confirm')
  // Where the cluster changes just then, the plan is made anew, and has to be agreed to again.
  const isOpen = async () => {
    if ((await screen.screen()).includes('y confirm')) await screen.press('y')
    return (await screen.screen()).includes('Press y to confirm')
  }
  await expect.poll(isOpen).toBe(false)
  return plan
}

describe.skipIf(!hasTmux)('a watch changes the cluster', () => {
  it('after a yes to the plan: disable, enable, move, a takeover run', async () => {
    await using screen = await openWatch(SIM)
    await screen.shows(SIM_TITLE)
    // Node 3 stays the one in mind, whoever owns the address.
    await screen.press('l', 'l', 'l', 'l')
    await screen.marks(/node 3/)
    const plan = await agreeTo(screen, 'Disable node 3')
    expect(plan).toMatch(/5 .*move/)
    expect(plan).toContain(ADDRESS)
    await screen.shows(/✓ node 3 is disabled/)
    await screen.shows(/ DISABLED/)
    await screen.shows(/ 0\/20/)
    await agreeTo(screen, 'Enable node 3')
    await screen.shows(/✓ node 3 is enabled/)
    await screen.shows(/^(?!.*DISABLED ).*\n.* OK .* OK .* OK .* OK /m)
    await screen.press('Escape', 'g')
    await screen.marks(/^172\.16\.146\.131/m)
    const before = /^172\.16\.146\.131 .*$/m.exec(await screen.screen())?.[0] ?? ''
    const to = before.indexOf('●') < 33 ? 2 : 0
    await agreeTo(screen, `Move ${ADDRESS} to node ${to}`)
    await screen.shows(`✓ ${ADDRESS} is on node ${to}`)
    await agreeTo(screen, 'Start a takeover run')
    await screen.shows('✓ takeover run done by the leader')
  })

  it('only after a yes', async () => {
    await using screen = await openWatch(SIM)
    await screen.shows(SIM_TITLE)
    await screen.press('g', 'a')
    await choose(screen, 'Disable node 3')
    await screen.shows('y confirm')
    await screen.press('Enter')
    await screen.shows('Press y to confirm, n to cancel')
    await screen.press('n')
    await screen.shows(/^\? help/m)
    await screen.press('r')
    const shown = await screen.shows(/seen 0 s ago/)
    expect(shown).not.toContain('DISABLED')
    expect(shown).not.toContain('Disable node 3')
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

  it('and cancels a running action on request', async () => {
    await using screen = await openWithSlowRuns()
    await screen.shows(SIM_TITLE)
    await agreeTo(screen, 'Start a takeover run')
    await screen.shows(/ · takeover run for /)
    await screen.press('a')
    await screen.shows('Cancel takeover run')
    await screen.press('Enter')
    await screen.shows(/✗ takeover run: cancelled/)
    await screen.press('a')
    expect(await screen.shows('Start a takeover run')).not.toContain('Cancel takeover run')
  })

  it.each([
    ['q', 1],
    ['C-c', 1],
  ] as const)('and cancels a running action, and fails, when %s quits', async (key, status) => {
    await using screen = await openWithSlowRuns()
    await screen.shows(SIM_TITLE)
    await agreeTo(screen, 'Start a takeover run')
    await screen.shows(/ · takeover run for /)
    await screen.press('a')
    await screen.shows(/│ +Cancel .*takeover run/)
    await screen.press('Escape')
    await screen.shows(/^(?!.*┌─)/s)
    await screen.press(key)
    const shown = await screen.shows(`status ${status}`)
    expect(shown).toMatch(/^before\nctdbts: cancelling: takeover run; press Ctrl-C to end at once\nctdbts: .*cancelled/)
  })
})
