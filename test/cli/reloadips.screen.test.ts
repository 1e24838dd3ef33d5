import { describe, expect, it, onTestFinished } from 'vitest'
import { controls } from '../../src/lib/wire/controls.ts'
import { Gate } from '../support/gate.ts'
import { RUN_JS } from '../support/program.ts'
import { ALL, isControl, line, NEW, reloadCluster } from '../support/reload-cluster.ts'
import { hasTmux, openTerminal } from '../support/terminal.ts'

describe.skipIf(!hasTmux)('reloadips on a terminal', () => {
  const openReload = async () => {
    const made = await reloadCluster()
    made.edit(ALL, (text) => text + line(NEW))
    const argv = [process.execPath, RUN_JS, 'reloadips', 'all', '--host', 'root@node0', ...made.config]
    const terminal = await openTerminal(argv.map((word) => `'${word}'`).join(' '), made.env)
    onTestFinished(() => terminal[Symbol.asyncDispose]())
    await terminal.shows('Reload the public addresses files, and ask for a takeover run? [y/N]')
    return { ...made, terminal }
  }

  it('shows one line of progress at a time, and none at the end, when the connection is lost', async () => {
    const made = await reloadCluster()
    const path = made.dir.file('gate')
    const gate = await Gate.open(path, made.server.nodes[0]?.socketPath ?? '')
    onTestFinished(() => gate[Symbol.asyncDispose]())
    const come = gate.shutAt(isControl(controls.reloadPublicIps.opcode))
    const terminal = await openTerminal(`${process.execPath} ${RUN_JS} reloadips all --yes -t 4 --socket ${path}`, made.env)
    onTestFinished(() => terminal[Symbol.asyncDispose]())
    await come
    await terminal.shows('Reloading: 1 s')
    // Enabling takes longer than a line needs to be drawn again.
    made.hang(1)
    gate.unshut()
    gate.cut()
    await terminal.shows('Connecting again to enable takeover runs: 2 s')
    expect(await terminal.shows(/status 62|status 1/)).not.toMatch(/Reloading:|Connecting again|^ +status/m)
  })

  it('shows what will change, asks, and does it', async () => {
    const { terminal, known } = await openReload()
    expect(await terminal.shows(`+ ${NEW}/24 on bond0`)).toContain('Nodes 0, 1 and 2: 1 to add, 0 to remove; 3 stay')
    await terminal.press('y', 'Enter')
    await terminal.shows('The result matches the plan: 4 of 4 addresses.\nstatus 0')
    expect(known(2)).toHaveLength(4)
  })

  it.each([
    { answer: 'n', keys: ['n', 'Enter'], shown: 'nothing was done' },
    { answer: 'C-c', keys: ['C-c'], shown: 'status 130' },
  ])('does nothing when the answer is $answer', async ({ keys, shown }) => {
    const { terminal, known, wasDisabled } = await openReload()
    for (const key of keys) await terminal.press(key)
    await terminal.shows(shown)
    expect([known(0).length, wasDisabled()]).toEqual([3, false])
  })
})
