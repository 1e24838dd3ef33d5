import { writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { folder } from '../../support/served-cluster.ts'
import { hasTmux, openTerminal, type Terminal } from '../../support/terminal.ts'
import { pidIn, SIM, SIM_TITLE, USUAL_SIZE, watchCommand } from '../../support/watch-screen.ts'

/** Whether a program has the alternate screen, and whether the cursor is to be seen. */
const STATE = '#{alternate_on} #{cursor_flag}'
const TAKEN = '1 0'
const GIVEN_BACK = '0 1'
/** Its frames go on: it says how old they are. */
const LIVE = /seen [01] s ago/

/** A watch begun by hand in a shell that has jobs; by a script that becomes it, or that waits for it. */
async function begunInShell(by: 'exec' | 'wait' = 'exec'): Promise<Terminal & { pid(): number }> {
  const dir = folder()
  const watch = by === 'exec' ? `exec ${watchCommand(SIM)}` : `${watchCommand(SIM)}\necho the watch is over`
  writeFileSync(dir.file('watch'), `echo $$ > ${dir.file('pid')}; ${watch}\n`)
  const terminal = await openTerminal('PS1="ready> " bash --norc -i', {}, USUAL_SIZE)
  onTestFinished(() => terminal[Symbol.asyncDispose]())
  await terminal.shows('ready>')
  await terminal.type(`sh ${dir.file('watch')}`)
  await terminal.press('Enter')
  await terminal.shows(SIM_TITLE)
  return { ...terminal, pid: () => pidIn(dir.file('pid')) }
}

async function isStopped(terminal: Terminal): Promise<void> {
  await terminal.shows('Stopped')
  expect(await terminal.asks(STATE)).toBe(GIVEN_BACK)
  // The shell has the keys, and what is typed is seen.
  await terminal.type('echo $((6 * 7))')
  await terminal.shows('echo $((6 * 7))')
  await terminal.press('Enter')
  await terminal.shows(/^42$/m)
}

async function continued(terminal: Terminal): Promise<void> {
  await terminal.type('fg')
  await terminal.press('Enter')
  await terminal.shows(SIM_TITLE)
  const shown = await terminal.shows(/^172\.16\.146\.150 /m)
  expect(shown).not.toContain('Stopped')
  expect(await terminal.asks(STATE)).toBe(TAKEN)
  await terminal.shows(LIVE)
  await terminal.press('?')
  await terminal.shows('─ Help ─')
  await terminal.press('?')
  await terminal.shows(/^(?!.*─ Help)/s)
}

describe.skipIf(!hasTmux)('a watch in a shell', () => {
  it('is suspended by Ctrl-Z, repeatedly, and by SIGTSTP; fg resumes it', async () => {
    const terminal = await begunInShell()
    for (const stop of [
      () => terminal.press('C-z'),
      () => terminal.press('C-z'),
      async () => void process.kill(terminal.pid(), 'SIGTSTP'),
    ]) {
      await stop()
      await isStopped(terminal)
      await continued(terminal)
    }
  })

  it('is suspended together with a script that waits for it', async () => {
    const terminal = await begunInShell('wait')
    for (const _ of ['once', 'again']) {
      await terminal.press('C-z')
      await isStopped(terminal)
      await continued(terminal)
    }
    await terminal.press('q')
    await terminal.shows('the watch is over')
  })

  it('is redrawn after a SIGSTOP', async () => {
    const terminal = await begunInShell()
    process.kill(terminal.pid(), 'SIGSTOP')
    await terminal.shows('Stopped')
    await terminal.type('clear')
    await terminal.press('Enter')
    await continued(terminal)
  })

  it('is continued in a terminal of another size', async () => {
    const terminal = await begunInShell()
    await terminal.press('C-z')
    await isStopped(terminal)
    await terminal.resize(80, 24)
    await terminal.type('fg')
    await terminal.press('Enter')
    const shown = await terminal.shows(/^\? help/m)
    expect(shown.trimEnd().split('\n')).toHaveLength(24)
    expect(await terminal.asks(STATE)).toBe(TAKEN)
  })

  it('leaves the terminal as a shell needs it', async () => {
    const terminal = await begunInShell()
    await terminal.press('q')
    await terminal.shows(/ready> *\n*$/)
    await terminal.type('stty -a')
    await terminal.press('Enter')
    const settings = await terminal.shows('extproc')
    for (const setting of ['icanon', 'echo', 'isig', 'icrnl', 'opost'])
      expect(settings).toMatch(new RegExp(`[ \\n]${setting}\\b`))
    await terminal.type('echo $((6 * 7))')
    await terminal.press('Enter')
    await terminal.shows(/^42$/m)
    expect(await terminal.asks(STATE)).toBe(GIVEN_BACK)
  })
})
