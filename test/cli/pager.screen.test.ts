import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { hasTmux, openTerminal } from '../support/terminal.ts'

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const LOGS = [0, 1, 2].map((pnn) => `'${path(`test/golden/logs-4.25/node${pnn}.log`)}'`).join(' ')

const inTerminal = (argv: string, env: Record<string, string> = {}) =>
  openTerminal(`'${process.execPath}' '${path('bin/run.js')}' history ${LOGS} ${argv}`, { TZ: 'UTC', ...env })

describe.skipIf(!hasTmux)('the pager of history', () => {
  it('shows the beginning, and quitting it is no error', async () => {
    await using terminal = await inTerminal('', { PAGER: 'less', LESS: 'RX' })
    expect(await terminal.shows('takeover-run a tool disabled')).toContain('Logs of 3 nodes')
    await terminal.press('C-c')
    // less drops a key that arrives before it has handled Ctrl-C, so, as a person would, the key is pressed again.
    await terminal.pressUntil('q', 'status 0')
    const screen = await terminal.screen()
    expect(screen).not.toContain('  90 ')
  })

  it('is any command', async () => {
    await using terminal = await inTerminal('', { PAGER: 'grep -c moved; echo paged' })
    expect(await terminal.shows('status 0')).toMatch(/^\d+\npaged\n/)
  })

  it.each([
    ['--no-pager', { PAGER: 'echo paged' }],
    ['--json', { PAGER: 'echo paged' }],
    ['', { PAGER: 'no-such-program-here' }],
  ])('is not used with `%s` and %j', async (argv, env) => {
    await using terminal = await inTerminal(`${argv} --summary`, env)
    const screen = await terminal.shows('status 0')
    expect(screen).not.toContain('\npaged')
    expect(screen).toMatch(/Takeover runs: 20|"takeoverRuns"/)
  })
})
