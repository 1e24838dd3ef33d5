import { describe, expect, it } from 'vitest'
import { answerAs, threeNodes } from '../../support/cluster-script.ts'
import { ScriptedDaemon } from '../../support/scripted-daemon.ts'
import { folder } from '../../support/served-cluster.ts'
import { hasTmux } from '../../support/terminal.ts'
import { openWatch, SIM, SIM_TITLE } from '../../support/watch-screen.ts'

/** What only colours look like; bold and reverse are none. */
const COLOUR = /\[(?:\d+;)*(?:3[0-7]|4[0-7]|9[0-7]|[34]8;[\d;]+)(?:;\d+)*m/

describe.skipIf(!hasTmux)('a watch', () => {
  it('has colours, and signs and words that say the same without them', async () => {
    await using coloured = await openWatch(SIM)
    await coloured.shows(SIM_TITLE)
    expect(await coloured.coloured()).toMatch(COLOUR)
    await using plain = await openWatch(SIM, { env: { NO_COLOR: '1' } })
    const shown = await plain.shows(SIM_TITLE)
    expect(await plain.coloured()).not.toMatch(COLOUR)
    expect(shown).toMatch(/✓ node 0★[^\n]*\n.*OK/)
    expect(shown).toMatch(/● held/)
    await plain.press('Tab')
    await plain.marks(/ Timeline/)
  })

  it('is ASCII where the locale is', async () => {
    await using screen = await openWatch(SIM, { env: { LC_ALL: '', LC_CTYPE: '', LANG: '' } })
    const shown = await screen.shows('an embedded cluster . leader 0')
    expect(shown).toMatch(/^[ -~\n]*$/)
    expect(shown).toMatch(/^172\.16\.146\.131 .*O +.*O held/m)
    await screen.press('?')
    expect(await screen.shows('- Help -')).toMatch(/^[ -~\n]*$/)
  })

  it('shows names with escape sequences as harmless text', async () => {
    const dir = folder()
    const hostile = { ...threeNodes, interfaceName: '\x1b[2J\x1b]0;e' }
    await using daemon = await new ScriptedDaemon(dir.file('s'), answerAs(hostile)).listen()
    await using screen = await openWatch(`--socket ${daemon.path}`)
    await screen.shows(/3 nodes · 4 addresses/)
    const shown = await screen.shows(/10\.0\.0\.100 .*\[2J/)
    expect(shown).toMatch(/10\.0\.0\.200/)
    expect(await screen.asks('#{pane_title}')).not.toBe('e')
    await screen.press('Enter')
    await screen.shows(/Interface +.*\[2J/)
    await screen.press('C-c')
    await screen.shows('status 0')
  })
})
