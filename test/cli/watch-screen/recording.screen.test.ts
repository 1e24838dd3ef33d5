import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readBack } from '../../support/recorded-world.ts'
import { folder } from '../../support/served-cluster.ts'
import { hasTmux } from '../../support/terminal.ts'
import { choose, openWatch, SIM, SIM_TITLE } from '../../support/watch-screen.ts'

describe.skipIf(!hasTmux)('a watch that is recorded', () => {
  it('shows the cluster as ever, and has in the file what was on the screen', async () => {
    const file = folder().file('a.jsonl')
    await using screen = await openWatch(`${SIM} --record ${file}`)
    await screen.shows(SIM_TITLE)
    await screen.press('b')
    await choose(screen, 'link 3 bond0 down')
    await screen.shows(/link bond0 of node 3 went down/)
    await screen.press('q')
    await screen.shows('status 0')
    const texts = readBack(readFileSync(file, 'utf8').split('\n')).timeline.map(({ text }) => text)
    expect(texts[0]).toMatch(/^watching 4 nodes/)
    expect(texts).toContain('link bond0 of node 3 went down')
  })

  it('says on the screen and in the end that it cannot be written', async () => {
    await using screen = await openWatch(`${SIM} --record /dev/full`)
    await screen.shows(/cannot record to \/dev\/full: ENOSPC/)
    expect(await screen.shows(SIM_TITLE)).toContain('● held')
    await screen.press('q')
    expect(await screen.shows('status 1')).toMatch(/lines? (is|are) missing in the recording \/dev\/full/)
  })
})
