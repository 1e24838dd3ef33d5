import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { LogEntry } from '../../../src/sim/log/entry.ts'
import { isAlive } from '../../../src/sim/processes.ts'
import { folder, served } from '../../support/served-cluster.ts'
import { hasTmux } from '../../support/terminal.ts'
import { choose, openWatch } from '../../support/watch-screen.ts'

/** A watch in which an address is just being moved, slowly, and how often its cluster has logged something. */
async function moving(redirection = '') {
  const log: LogEntry[] = []
  const { server } = await served({ speed: 5, log: (entry) => log.push(entry) })
  const logged = (text: string) => log.filter((entry) => entry.text.includes(text)).length
  const screen = await openWatch(redirection, { env: { CTDB_SOCKET: server.nodes[0]?.socketPath ?? '' } })
  onTestFinished(() => screen[Symbol.asyncDispose]())
  await screen.shows(/3 nodes · 3 addresses/)
  await screen.press('g', 'a')
  const [, to] = /Move 172\.16\.146\.131 to node (\d)/.exec(await screen.shows('Move 172.16.146.131')) ?? []
  await choose(screen, `Move 172.16.146.131 to node ${to}`)
  await screen.shows('y confirm')
  // The node takes its time with it, and all answers theirs.
  server.cluster.carryOut(`script ${to} takeip 20`)
  server.cluster.carryOut('delay 1500')
  const before = logged('Takeover of IP 172.16.146.131')
  await screen.press('y')
  await screen.shows(`move 172.16.146.131 to node ${to} for `)
  await expect.poll(() => logged('Takeover of IP 172.16.146.131'), { timeout: 10_000 }).toBeGreaterThan(before)
  return {
    screen,
    expectEnabled: async () => {
      const isEnabled = () => logged('Reenabling takeover runs') - logged('Disabling takeover runs')
      await expect.poll(isEnabled, { timeout: 20_000 }).toBe(0)
    },
  }
}

describe.skipIf(!hasTmux)('a watch whose terminal is lost during a move', () => {
  it('still enables takeover runs again, though both a shell and the kernel send SIGHUP', async () => {
    const { screen, expectEnabled } = await moving()
    for (const _ of ['the shell', 'the kernel']) {
      process.kill(screen.pid(), 'SIGHUP')
      await sleep(150)
    }
    const shown = await screen.shows('status 129')
    expect(shown).toContain('cancelled')
    expect(shown).not.toContain('stay disabled')
    await expectEnabled()
  })

  it('still does so when it cannot be written to any more, and reports to what is left', async () => {
    const said = folder().file('stderr')
    const { screen, expectEnabled } = await moving(`2> ${said}`)
    const pid = screen.pid()
    await screen[Symbol.asyncDispose]()
    await expectEnabled()
    await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false)
    const lines = readFileSync(said, 'utf8').trimEnd().split('\n')
    expect(lines.filter((line) => !line.startsWith('ctdbts: ') && !line.startsWith('  '))).toEqual([])
    expect(lines.join('\n')).toContain('cancelled')
    expect(lines.join('\n')).not.toContain('internal error')
  })
})
