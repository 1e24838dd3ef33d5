import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { folder } from '../../support/served-cluster.ts'
import { hasTmux } from '../../support/terminal.ts'
import { openWatch, SIM, SIM_TITLE, type WatchScreen } from '../../support/watch-screen.ts'

/** Whether a program has the alternate screen, and whether the cursor is to be seen. */
const STATE = '#{alternate_on} #{cursor_flag}'
const TAKEN = '1 0'
const GIVEN_BACK = '0 1'

/** A watch that has the terminal, as long as the test. */
async function begun(nodeFlags?: string): Promise<WatchScreen> {
  const screen = await openWatch(SIM, nodeFlags === undefined ? {} : { nodeFlags })
  onTestFinished(() => screen[Symbol.asyncDispose]())
  await screen.shows(SIM_TITLE)
  expect(await screen.asks(STATE)).toBe(TAKEN)
  return screen
}

/** What was there before is there again, the cursor and the settings of the terminal too, and what is typed is seen. */
async function isGivenBack(screen: WatchScreen, status: number): Promise<string> {
  const shown = await screen.shows(`status ${status}`)
  const { before, after } = screen.settings()
  expect(before).toContain(' echo ')
  expect(after).toBe(before)
  expect(shown).toMatch(/^before\n/)
  expect(shown).not.toContain('172.16')
  expect(await screen.asks(STATE)).toBe(GIVEN_BACK)
  await screen.type('typed')
  await screen.shows(/^typed/m)
  return shown
}

/** Makes the first view that draws something go wrong once the file is there; the program knows nothing of it. */
const brokenView = (trigger: string): string => `
import { existsSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import util from 'node:util'
const { styleText } = util
util.styleText = (...args) => {
  if (existsSync(${JSON.stringify(trigger)})) throw new Error('a view went wrong')
  return styleText(...args)
}
syncBuiltinESMExports()
`

describe.skipIf(!hasTmux)('a watch restores the terminal', () => {
  it.each([
    { name: 'q', key: 'q' },
    { name: 'Ctrl-C', key: 'C-c' },
  ])('at $name, wherever it is', async ({ key }) => {
    const screen = await begun()
    await screen.press(key)
    expect(await isGivenBack(screen, 0)).toMatch(/^before\nstatus 0\n/)
  })

  it('at Ctrl-C in the middle of a question', async () => {
    const screen = await begun()
    await screen.press('a', 'Enter')
    await screen.shows('y confirm')
    await screen.press('C-c')
    await isGivenBack(screen, 0)
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('at %s', async (signal, status) => {
    const screen = await begun()
    process.kill(screen.pid(), signal)
    await isGivenBack(screen, status)
  })

  it('when drawing fails, with one line about it', async () => {
    const dir = folder()
    const trigger = dir.file('now')
    writeFileSync(dir.file('broken.mjs'), brokenView(trigger))
    const screen = await begun(`--import ${pathToFileURL(dir.file('broken.mjs'))}`)
    writeFileSync(trigger, '')
    await screen.press('?')
    const shown = await isGivenBack(screen, 1)
    expect(shown).toMatch(/^before\nctdbts: internal error, please report it: Error: a view went wrong\nstatus 1\n/)
  })
})
