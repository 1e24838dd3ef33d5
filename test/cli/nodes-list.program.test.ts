import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { controls } from '../../src/lib/wire/controls.ts'
import type { LogEntry } from '../../src/sim/log/entry.ts'
import { Gate } from '../support/gate.ts'
import { ctdbts, type RunResult } from '../support/program.ts'
import { simulatedIn } from '../support/simulated.ts'
import { tempDir } from '../support/temp-dir.ts'

const shown = ({ stdout, stderr, status }: RunResult) => ({ stdout, stderr, status })

function folderWith(files: Record<string, string>) {
  const dir = tempDir()
  for (const [name, text] of Object.entries(files)) writeFileSync(dir.file(name), text, { mode: 0o755 })
  return {
    dir,
    list: (...argv: string[]) => ctdbts([...argv, 'listnodes'], { CTDB_BASE: dir.path }),
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  }
}

const unreadable = (source: string, ...before: string[]) => ({
  stdout: '',
  stderr: [...before, `Failed to read nodes from "${source}"`, ''].join('\n'),
  status: 1,
})

describe('listnodes', () => {
  it('reads the nodes file: spaces, empty lines, deleted nodes, which keep their numbers', async () => {
    using folder = folderWith({ nodes: '10.0.0.1\n\n #10.0.0.2\n\tfd00::3 \r\n\n\n' })
    expect(shown(await folder.list())).toEqual({ stdout: '10.0.0.1\nfd00::3\n', stderr: '', status: 0 })
    expect((await folder.list('-X')).stdout).toBe('|0|10.0.0.1|\n|2|fd00::3|\n')
    expect((await folder.list('-Y', '-x', ',')).stdout).toBe(',0,10.0.0.1,\n,2,fd00::3,\n')
    const nodes = [
      { pnn: 0, address: '10.0.0.1' },
      { pnn: 2, address: 'fd00::3' },
    ]
    expect(JSON.parse((await folder.list('--json')).stdout)).toEqual({ formatVersion: 1, nodes })
    expect((await folder.list('--table')).stdout).toContain('│ 2   │ fd00::3  │')
  })

  it('reports what it cannot read, and needs no node', async () => {
    using none = folderWith({})
    expect(shown(await none.list())).toEqual(unreadable(none.dir.file('nodes')))
    using bad = folderWith({ nodes: '10.0.0.1\n10.0.0.2:4379\n' })
    expect(shown(await bad.list())).toEqual(unreadable(bad.dir.file('nodes'), 'Invalid node address 10.0.0.2:4379'))
    expect((await bad.list('-n', '0')).stderr).toBe('Cannot specify node for command listnodes\n')
  })

  it('runs the command that ctdb.conf has instead, without a shell', async () => {
    using folder = folderWith({ 'nodes.sh': '#!/bin/sh\necho "said: $*" >&2\necho 10.0.0.7\nexit 3\n' })
    const conf = (line: string) => writeFileSync(folder.dir.file('ctdb.conf'), `[cluster]\n  nodes list = ${line}\n`)
    const script = folder.dir.file('nodes.sh')
    conf(`!${script} $HOME ; rm`)
    expect(shown(await folder.list())).toEqual({ stdout: '10.0.0.7\n', stderr: 'said: $HOME ; rm\n', status: 0 })
    conf('!/nowhere/nodes.sh')
    const missing = `sys_popenv: ERROR executing command '/nowhere/nodes.sh': No such file or directory`
    expect(shown(await folder.list())).toEqual(unreadable('!/nowhere/nodes.sh', missing))
    conf(folder.dir.file('other'))
    writeFileSync(folder.dir.file('other'), '10.0.0.8\n')
    expect((await folder.list()).stdout).toBe('10.0.0.8\n')
  })

  it('reads addresses in any notation, and shows them in one', async () => {
    using folder = folderWith({ nodes: '[::1]\nFE80::1\n::ffff:10.0.0.1\n' })
    expect(shown(await folder.list())).toEqual({ stdout: '::1\nfe80::1\n10.0.0.1\n', stderr: '', status: 0 })
    using bad = folderWith({ nodes: 'knotenhäuschen\n' })
    expect((await bad.list()).stderr).toContain('Invalid node address knotenhäuschen\n')
  })

  it('obeys ctdb.conf only where ctdb does', async () => {
    using folder = folderWith({ nodes: '10.0.0.1\n', 'ctdb.conf': '[cluster]\nNodes list = /nowhere\n' })
    expect((await folder.list()).stdout).toBe('10.0.0.1\n')
    writeFileSync(folder.dir.file('ctdb.conf'), '[cluster]\nnodes list =\n')
    expect(shown(await folder.list())).toEqual({
      stdout: '',
      stderr: [
        'conf: empty value [cluster] -> "nodes list"',
        `Failed to load configuration file ${folder.dir.file('ctdb.conf')}`,
        'Failed to load configuration',
        '',
      ].join('\n'),
      status: 1,
    })
  })

  it('reads that of another host with --host', async () => {
    const { run, sshConfigPath } = await simulatedIn({ ssh: true })
    const { stdout, stderr } = await run('listnodes', '--host', 'node1', '--ssh-config', sshConfigPath)
    expect({ stdout, stderr }).toEqual({ stdout: '10.11.12.1\n10.11.12.2\n10.11.12.3\n', stderr: '' })
  })
})

/** `reloadnodes` with a node to come, through a gate which shuts when node 1 is asked to reload. */
async function reloadBegun() {
  /** The last word of each node: `Disabling`, `Reenabling`. */
  const said = new Map<number, string | undefined>()
  const log = ({ pnn, text }: LogEntry) => {
    if (/^(Disabling|Reenabling) recoveries/.test(text)) said.set(pnn, text.split(' ')[0])
  }
  const { files, env } = await simulatedIn({ log })
  for (const file of files) writeFileSync(file, '10.11.12.1\n10.11.12.2\n10.11.12.3\n10.11.12.4\n')
  const dir = tempDir()
  onTestFinished(() => dir[Symbol.dispose]())
  const gate = await Gate.open(dir.file('gate'), env.CTDB_SOCKET)
  onTestFinished(() => gate[Symbol.asyncDispose]())
  let reloadOfNode0 = 0
  const come = gate.shutAt(({ header, ...packet }) => {
    if (packet.kind !== 'control' || packet.opcode !== controls.reloadNodesFile.opcode) return false
    if (header.destination === 0) reloadOfNode0 = header.requestId
    return header.destination === 1
  })
  const run = ctdbts(['reloadnodes', '--socket', dir.file('gate')], env)
  await Promise.race([come, run])
  await expect.poll(() => gate.answered.has(reloadOfNode0)).toBe(true)
  expect([0, 1, 2].map((pnn) => said.get(pnn))).toEqual(['Disabling', 'Disabling', 'Disabling'])
  return { run, gate, said }
}

describe('reloadnodes, when its connection is lost', () => {
  it('enables recoveries through another, and reports which nodes may have reloaded', async () => {
    const { run, gate, said } = await reloadBegun()
    gate.unshut()
    gate.cut()
    const { stderr, status } = await run
    expect(stderr).toContain('ctdbts: failed to reload them: node 0; may have reloaded them: nodes 1 and 2\n')
    expect(stderr).toContain('closed the connection')
    expect(stderr).not.toContain('disabled')
    expect(status).toBe(1)
    await expect.poll(() => [0, 1, 2].map((pnn) => said.get(pnn))).toEqual(['Reenabling', 'Reenabling', 'Reenabling'])
  })

  it('reports until when they stay disabled, if it cannot', async () => {
    const { run, gate } = await reloadBegun()
    await gate[Symbol.asyncDispose]()
    const { stderr } = await run
    expect(stderr).toContain('may have reloaded them: nodes 1 and 2\n')
    expect(stderr).toContain('recoveries stay disabled on nodes 0, 1 and 2 until ')
  })
})

describe('reloadnodes', () => {
  it('does nothing when there is no change', async () => {
    const { run } = await simulatedIn()
    const said = 'No change in nodes file, skipping unnecessary reload\n'
    expect(shown(await run('reloadnodes'))).toEqual({ stdout: '', stderr: said, status: 0 })
    expect(JSON.parse((await run('reloadnodes', '--json')).stdout)).toEqual({
      formatVersion: 1,
      changes: [],
      reloaded: [],
      failed: [],
    })
  })

  it('refuses a list that differs between nodes, or could do harm', async () => {
    const { run, files } = await simulatedIn()
    const before = readFileSync(files[0] ?? '', 'utf8')
    writeFileSync(files[0] ?? '', `${before}10.11.12.4\n`)
    expect(shown(await run('reloadnodes'))).toEqual({
      stdout: '',
      stderr: 'ERROR: Nodes file on node 1 differs from current node (0)\n',
      status: 1,
    })
    for (const file of files) writeFileSync(file, '10.11.12.1\n#10.11.12.2\n10.11.12.9\n')
    expect(shown(await run('reloadnodes'))).toEqual({
      stdout: 'Node 1 is DELETED\n',
      stderr: [
        'ERROR: Node 1 is still connected',
        'Node 2 has changed IP address (was 10.11.12.3, now 10.11.12.9)',
        'ERROR: Nodes will not be reloaded due to previous error',
        '',
      ].join('\n'),
      status: 1,
    })
  })

  it('names the nodes that fail, as simulated ones do, which cannot grow', async () => {
    const { run, files } = await simulatedIn()
    for (const file of files) writeFileSync(file, '10.11.12.1\n10.11.12.2\n10.11.12.3\n10.11.12.4\n')
    const failed = [0, 1, 2].map((pnn) => `Node ${pnn} failed to reload nodes\n`).join('')
    expect(shown(await run('reloadnodes'))).toEqual({
      stdout: 'Node 3 is NEW\n',
      stderr: `${failed}You MUST fix failed nodes manually!\n`,
      status: 0,
    })
    // Recoveries are enabled again.
    expect((await run('recover')).status).toBe(0)
  })
})
