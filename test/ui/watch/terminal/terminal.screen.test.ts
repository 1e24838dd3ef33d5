import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tempDir } from '../../../support/temp-dir.ts'
import { hasTmux, openTerminal, type Terminal } from '../../../support/terminal.ts'
import { bundleProgram } from './bundled.ts'

const folder = tempDir()
const PROGRAM = folder.file('program.mjs')
const PID_FILE = folder.file('pid')
const COMMAND = `sh -c 'echo $$ > ${PID_FILE}; exec ${process.execPath} ${PROGRAM}'`
/** Whether a program has the alternate screen, and whether the cursor is to be seen. */
const STATE = '#{alternate_on} #{cursor_flag}'
const TAKEN = '1 0'
const GIVEN_BACK = '0 1'
const TITLE = 'tried · leader 0 · 4 nodes · 20 addresses'

beforeAll(async () => await bundleProgram(PROGRAM), 60_000)
afterAll(() => folder[Symbol.dispose]())

async function opened(size = { columns: 100, rows: 30 }, env: Record<string, string> = { LANG: 'C.UTF-8' }): Promise<Terminal> {
  const terminal = await openTerminal(COMMAND, env, size)
  await terminal.shows(TITLE)
  return terminal
}

/** What was there before is there again, the cursor too, and what is typed is seen. */
async function isGivenBack(terminal: Terminal, how: string | RegExp): Promise<string> {
  const screen = await terminal.shows(how)
  expect(screen).toMatch(/^before\n/)
  expect(await terminal.asks(STATE)).toBe(GIVEN_BACK)
  await terminal.press('typed')
  await terminal.shows('typed')
  return screen
}

const pid = (): number => Number(readFileSync(PID_FILE, 'utf8'))

describe.runIf(hasTmux)('a terminal UI in a real terminal', () => {
  describe('one after the other', () => {
    let terminal: Terminal
    beforeAll(async () => {
      terminal = await opened()
    })
    afterAll(async () => await terminal?.[Symbol.asyncDispose]())

    it('takes over the screen, and reacts to keys', async () => {
      expect(await terminal.asks(STATE)).toBe(TAKEN)
      await terminal.press('?')
      await terminal.shows('─ Help ─')
      await terminal.press('Escape')
      await terminal.shows(/^10\.0\.0\.1 /m)
    })

    it('reads pasted text as text in an input line, and never as keys', async () => {
      await terminal.paste('qqq\nq')
      await terminal.press('/')
      await terminal.shows(/^\/ *$/m)
      await terminal.paste('10.0.0.2\nq')
      await terminal.shows(/^\/10\.0\.0\.2 q/m)
      await terminal.press('Escape')
      await terminal.shows(/^\? help/m)
    })

    it('draws 2,000 simultaneous messages in one frame', async () => {
      await terminal.press('M')
      const screen = await terminal.shows(/drawn \d+/)
      expect(Number(/drawn (\d+)/.exec(screen)?.[1])).toBeLessThanOrEqual(3)
    })

    it('redraws everything on request', async () => {
      await terminal.press('J')
      await terminal.shows('junk')
      await terminal.press('C-l')
      await terminal.shows(/^(?!.*junk)(?!.*Addresses.*Addresses)tried.*10\.0\.0\.20 .*\? help/s)
    })

    it('reads keys that arrive together one by one, and as text in an input line', async () => {
      await terminal.press('/', '0.1q')
      await terminal.shows(/^\/0\.1q$/m)
      await terminal.press('BSpace', 'Enter')
      await terminal.shows('/0.1')
      await terminal.press('C-c')
      await isGivenBack(terminal, /closed after updates\nstatus 0/)
    })
  })

  it('restores the screen at q', async () => {
    await using terminal = await opened()
    await terminal.press('q')
    await isGivenBack(terminal, /closed after updates\nstatus 0/)
  })

  it('follows the size of the terminal', async () => {
    await using terminal = await opened({ columns: 200, rows: 60 })
    await terminal.shows('│ Timeline')
    await terminal.resize(80, 24)
    const small = await terminal.shows(/^(?!.*Timeline)tried · leader 0 · 4 nodes · 20 addresses +every 2 s · seen 1 s ago\n/s)
    expect(small.trimEnd().split('\n')).toHaveLength(24)
    expect(small).toContain('10.0.0.20')
    await terminal.resize(40, 10)
    const least = await terminal.shows('1–7 of 20')
    expect(least.trimEnd().split('\n')).toHaveLength(10)
    await terminal.resize(200, 60)
    const wide = await terminal.shows('│ Timeline')
    expect(wide.trimEnd().split('\n')).toHaveLength(60)
    expect(wide.match(/Addresses/g)).toHaveLength(1)
  })

  it('writes less than 5,000 bytes when one address moves', async () => {
    await using terminal = await opened({ columns: 200, rows: 60 })
    await terminal.press('B')
    const screen = await terminal.shows(/bytes \d+/)
    expect(screen).toContain('10.0.0.4 moved from node 3 to node 1')
    expect(Number(/bytes (\d+)/.exec(screen)?.[1])).toBeLessThan(5000)
  })

  it('uses ASCII if the locale does, and no colours if they are off', async () => {
    await using terminal = await openTerminal(COMMAND, { LANG: 'C', NO_COLOR: '1' }, { columns: 100, rows: 30 })
    expect(await terminal.shows('tried . leader 0 . 4 nodes')).toMatch(/^[ -~\n]*$/)
    expect(await terminal.coloured()).not.toMatch(/\[3[0-7]m/)
  })

  it('stops as with Ctrl-Z, and comes back', async () => {
    await using terminal = await openTerminal('bash --norc -i', { LANG: 'C.UTF-8', PS1: 'ready> ' }, { columns: 100, rows: 30 })
    await terminal.press(COMMAND, 'Enter')
    await terminal.shows(TITLE)
    await terminal.press('C-z')
    await terminal.shows('Stopped')
    expect(await terminal.asks(STATE)).toBe(GIVEN_BACK)
    await terminal.press('fg', 'Enter')
    await terminal.shows(/^10\.0\.0\.20 /m)
    expect(await terminal.asks(STATE)).toBe(TAKEN)
    await terminal.press('j', '?')
    await terminal.shows('─ Help ─')
  })
})

describe.runIf(hasTmux)('the terminal is taken over again', () => {
  it('when the process continues after a SIGSTOP', async () => {
    await using terminal = await opened()
    process.kill(pid(), 'SIGSTOP')
    process.kill(pid(), 'SIGCONT')
    await terminal.press('?')
    await terminal.shows('─ Help ─')
    expect(await terminal.asks(STATE)).toBe(TAKEN)
  })
})

describe.runIf(hasTmux)('the terminal is restored', () => {
  it('when drawing fails, with one line about the error', async () => {
    await using terminal = await opened()
    await terminal.press('V')
    const screen = await isGivenBack(terminal, 'status 1')
    expect(screen).toMatch(/^before\nfailed: Cannot .*null.*\nstatus 1\n/)
  })

  it('when an update fails', async () => {
    await using terminal = await opened()
    await terminal.press('U')
    expect(await isGivenBack(terminal, 'status 1')).toContain('before\nfailed: the update went wrong\nstatus 1\n')
  })

  it('at an uncaught exception', async () => {
    await using terminal = await opened()
    await terminal.press('E')
    expect(await isGivenBack(terminal, 'status 1')).toContain('before\nfailed: nobody caught this\nstatus 1\n')
  })

  it('when the process exits', async () => {
    await using terminal = await opened()
    await terminal.press('X')
    await isGivenBack(terminal, 'status 3')
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('at %s without a listener', async (signal, status) => {
    await using terminal = await opened()
    process.kill(pid(), signal)
    await isGivenBack(terminal, `status ${status}`)
  })
})
