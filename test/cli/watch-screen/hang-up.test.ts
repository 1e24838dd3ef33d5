import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { LogEntry } from '../../../src/lib/log/entry.ts'
import { served } from '../../support/served-cluster.ts'
import { hasTmux } from '../../support/terminal.ts'
import { choose, openWatch } from '../../support/watch-screen.ts'

describe.skipIf(!hasTmux)('a watch whose terminal is lost during a move', () => {
  it('goes on to enable takeover runs again, though a shell and the kernel both tell it so', async () => {
    const log: LogEntry[] = []
    const { server } = await served({ speed: 5, log: (entry) => log.push(entry) })
    const logged = (text: string) => log.filter((entry) => entry.text.includes(text)).length
    await using screen = await openWatch('', { env: { CTDB_SOCKET: server.nodes[0]?.socketPath ?? '' } })
    await screen.shows(/3 nodes · 3 addresses/)
    await screen.press('g', 'a')
    const [, to] = /move 172\.16\.146\.131 to node (\d)/.exec(await screen.shows('move 172.16.146.131')) ?? []
    await choose(screen, `move 172.16.146.131 to node ${to}`)
    await screen.shows('y do it')
    // The node takes its time with it, and all answers theirs.
    server.cluster.carryOut(`script ${to} takeip 20`)
    server.cluster.carryOut('delay 1500')
    const before = logged('Takeover of IP 172.16.146.131')
    await screen.press('y')
    await screen.shows(`move 172.16.146.131 to node ${to} for `)
    await expect.poll(() => logged('Takeover of IP 172.16.146.131'), { timeout: 10_000 }).toBeGreaterThan(before)
    for (const _ of ['the shell', 'the kernel']) {
      process.kill(screen.pid(), 'SIGHUP')
      await sleep(150)
    }
    const shown = await screen.shows('status 129')
    expect(shown).toContain('ended before its end')
    expect(shown).not.toContain('stay disabled')
    await expect.poll(() => logged('Reenabling takeover runs')).toBe(logged('Disabling takeover runs'))
  })
})
