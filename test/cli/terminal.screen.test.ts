import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { answerAs, threeNodes } from '../support/cluster-script.ts'
import { ScriptedDaemon } from '../support/scripted-daemon.ts'
import { tempDir } from '../support/temp-dir.ts'
import { hasTmux, openTerminal } from '../support/terminal.ts'

const RUN_JS = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

async function inTerminal(argv: string, env: Record<string, string> = {}) {
  const dir = tempDir()
  const daemon = await new ScriptedDaemon(dir.file('s'), answerAs(threeNodes)).listen()
  const terminal = await openTerminal(`'${process.execPath}' '${RUN_JS}' ${argv} --socket '${daemon.path}'`, env)
  return {
    ...terminal,
    async [Symbol.asyncDispose]() {
      await terminal[Symbol.asyncDispose]()
      await daemon[Symbol.asyncDispose]()
      dir[Symbol.dispose]()
    },
  }
}

describe.skipIf(!hasTmux)('in a real terminal', () => {
  it('takeover-run shows the plan and asks; no means no', async () => {
    await using terminal = await inTerminal('takeover-run')
    const screen = await terminal.shows('Ask the leader for this takeover run? [y/N]')
    expect(screen).toContain('0 to move, 1 to assign, 0 to release; 3 stay, 0 unhosted')
    await terminal.press('n', 'Enter')
    expect(await terminal.shows('status')).toMatch(/ctdbts: nothing was done\n+status 1/)
  })

  it('takeover-run does it after a yes, and reports when the result does not match the plan', async () => {
    await using terminal = await inTerminal('takeover-run')
    await terminal.shows('[y/N]')
    await terminal.press('y', 'Enter')
    const screen = await terminal.shows('status')
    // This daemon says that it is done, and does nothing.
    expect(screen).toContain('The result does not match the plan: 3 of 4 addresses are where planned.')
    expect(screen).toContain('status 3')
  })

  it('Ctrl-C at the question ends it, with the status of an interrupted program', async () => {
    await using terminal = await inTerminal('takeover-run')
    await terminal.shows('[y/N]')
    await terminal.press('C-c')
    expect(await terminal.shows('status')).toContain('status 130')
  })

  it('tables have colours, and none under NO_COLOR', async () => {
    await using plain = await inTerminal('ip all --table', { NO_COLOR: '1' })
    await plain.shows('status 0')
    expect(await plain.coloured()).not.toContain('\x1b[3')
    await using coloured = await inTerminal('ip all --table')
    await coloured.shows('status 0')
    expect(await coloured.coloured()).toContain('\x1b[31mnobody')
  })
})
