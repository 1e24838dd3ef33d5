import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { RecordingWriter } from '../../../src/lib/recording/writer.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { healthyCluster } from '../../support/audit-cluster.ts'
import { ABOUT } from '../../support/recorded-world.ts'
import { folder } from '../../support/served-cluster.ts'
import { hasTmux } from '../../support/terminal.ts'
import { at, flagged } from '../../support/watch.ts'
import { choose, openWatch } from '../../support/watch-screen.ts'

/** An hour in which node 2 is disabled from the 20th to the 40th minute. */
function hour(): string {
  const writer = new RecordingWriter(ABOUT)
  const sample = (second: number, snapshot: Snapshot) =>
    writer.line({ kind: 'seen', atMs: at(second), beganMs: at(second), snapshot, heard: [0, 1, 2], everyMs: 60_000 })
  const minutes = Array.from({ length: 61 }, (_, minute) => minute)
  const isDisabled = (minute: number) => minute >= 20 && minute < 40
  const samples = minutes.map((minute) =>
    sample(minute * 60, isDisabled(minute) ? flagged(healthyCluster(), 2, 4) : healthyCluster()),
  )
  return [writer.header(at(0)), ...samples].join('')
}

describe.skipIf(!hasTmux)('the screen of a recording', () => {
  it('goes to any moment of it, and has what-ifs there, but no actions', async () => {
    const file = folder().file('a.jsonl')
    writeFileSync(file, hour())
    await using screen = await openWatch(`--replay ${file}`)
    expect(await screen.shows(/^2026-01-02 10:00:00 paused 1x/m)).toMatch(/^a test · .*3 nodes · .*RECORDING/m)
    await screen.press(']')
    expect(await screen.shows(/^2026-01-02 10:20:00 paused/m)).toMatch(/node 2 became DISABLED/)
    await screen.press('.')
    await screen.shows(/^2026-01-02 10:21:00 paused/m)
    await screen.press('w')
    await choose(screen, 'node 2 is enabled')
    await screen.shows(/what if node 2 is enabled · \d would move/)
    await screen.press('Escape', 'a')
    await screen.shows('this is a recording')
    await screen.press('@')
    await screen.type('10:45')
    await screen.press('Enter')
    expect(await screen.shows(/^2026-01-02 10:45:00 paused/m)).toMatch(/node 2 became OK/)
    await screen.press('+', '+', '+', 'p')
    await screen.shows(/playing 600x/)
    await screen.shows('Here the recording ends')
    await screen.press('[')
    await screen.shows(/^2026-01-02 10:40:00 paused/m)
    await screen.press(',')
    await screen.shows(/^2026-01-02 10:39:00 paused/m)
    await screen.press('>')
    await screen.shows(/^2026-01-02 11:00:00 paused/m)
    await screen.press('<')
    expect(await screen.shows(/^2026-01-02 10:00:00 paused/m)).not.toContain('DISABLED')
    await screen.press('q')
    await screen.shows('status 0')
  })
})
