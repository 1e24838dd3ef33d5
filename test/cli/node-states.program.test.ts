import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../src/lib/cluster/node.ts'
import { controls } from '../../src/lib/wire/controls.ts'
import { answerAs, node, threeNodes } from '../support/cluster-script.ts'
import { ctdbts, RUN_JS, type RunResult } from '../support/program.ts'
import { type Exchange, ScriptedDaemon } from '../support/scripted-daemon.ts'
import { simulated } from '../support/simulated.ts'
import { tempDir } from '../support/temp-dir.ts'

const shown = ({ stdout, stderr, status }: RunResult) => ({ stdout, stderr, status })
const silent = { stdout: '', stderr: '', status: 0 }

describe.each([
  { to: ['disable'], back: ['enable'], state: 'DISABLED', adjective: 'disabled' },
  { to: ['stop'], back: ['continue'], state: 'STOPPED|INACTIVE', adjective: 'stopped' },
  { to: ['ban', '300'], back: ['unban'], state: 'BANNED|INACTIVE', adjective: 'banned' },
])('$to and $back', ({ to, back, state, adjective }) => {
  it('wait for the state and for the takeover run, and print nothing', async () => {
    const run = await simulated()
    const addresses = async () => (await run('ip', 'all')).stdout.match(/ 2$/gm)?.length ?? 0
    expect(await addresses()).toBeGreaterThan(0)
    expect(shown(await run('-n', '2', ...to))).toEqual(silent)
    expect((await run('status')).stdout).toMatch(new RegExp(`^pnn:2 .* ${state.replaceAll('|', '\\|')}$`, 'm'))
    expect(await addresses()).toBe(0)
    expect(shown(await run('-n', '2', ...back))).toEqual(silent)
    expect((await run('status')).stdout).not.toContain(state)
  })

  it('report a node that has the state already, and do nothing', async () => {
    const run = await simulated()
    expect(shown(await run('-n', '1', ...back))).toEqual({ ...silent, stderr: `Node 1 is not ${adjective}\n` })
    await run('-n', '1', ...to)
    expect(shown(await run('-n', '1', ...to))).toEqual({ ...silent, stderr: `Node 1 is already ${adjective}\n` })
    expect(JSON.parse((await run('-n', '1', ...to, '--json')).stdout)).toEqual({ formatVersion: 1, pnn: 1, changed: false })
  })

  it('report each step with -v, and in JSON the node that did the takeover run', async () => {
    const run = await simulated()
    const { stdout, stderr } = await run('-n', '2', ...to, '-v')
    expect(stdout).toBe('')
    expect(stderr).toBe(
      `node 2 was told (${to[0]})\nnode 2 is ${adjective}; asking for a takeover run\ntakeover run done by the leader, node 0\n`,
    )
    const document = JSON.parse((await run('-n', '2', ...back, '--json')).stdout)
    expect(document).toEqual({ formatVersion: 1, pnn: 2, changed: true, leader: 0 })
  })
})

describe('a change of a node', () => {
  it('is refused for an unknown node, and with too many or too few arguments', async () => {
    const run = await simulated()
    for (const command of ['disable', 'enable', 'stop', 'continue', 'unban', 'recover', 'shutdown']) {
      expect(shown(await run('-n', '9', command))).toEqual({ stdout: '', stderr: 'Node 9 does not exist\n', status: 1 })
      expect(shown(await run(command, 'x'))).toEqual({ stdout: expect.stringContaining(`  ${command} `), stderr: '', status: 1 })
    }
    expect((await run('ban')).stdout).toContain('ban             <bantime>')
  })

  it('bans only for a number of seconds, as C reads it', async () => {
    const run = await simulated()
    expect(shown(await run('ban', '0'))).toEqual({ stdout: '', stderr: 'Ban time cannot be zero\n', status: 22 })
    expect(shown(await run('ban', 'long'))).toEqual({ stdout: '', stderr: '', status: 22 })
    expect(shown(await run('ban', '--', '-5'))).toEqual({ stdout: '', stderr: '', status: 22 })
    expect(shown(await run('-n', '1', 'ban', '0x10s'))).toEqual(silent)
    expect((await run('status')).stdout).toContain('BANNED')
  })

  it('works without a node map, so that the last banned node can be unbanned', async () => {
    let banned = true
    using dir = tempDir()
    await using daemon = await new ScriptedDaemon(dir.file('s'), (exchange: Exchange) => {
      if (exchange.request.opcode === controls.setBanState.opcode) {
        banned = false
        return exchange.reply(controls.setBanState, undefined)
      }
      answerAs({ ...threeNodes, nodes: [node(0, banned ? NODE_FLAG.BANNED : 0)] })(exchange)
    }).listen()
    const { stderr, status } = await ctdbts(['unban'], { CTDB_SOCKET: daemon.path })
    expect(stderr).toBe('Warning: All nodes are banned.\n')
    expect(banned).toBe(false)
    expect(status).toBe(0)
  })
})

describe('Ctrl-C while waiting', () => {
  it('reports what was done, what will still happen, and how to undo it', async () => {
    // Of a change that never shows.
    using dir = tempDir()
    const told = Promise.withResolvers<void>()
    await using daemon = await new ScriptedDaemon(dir.file('s'), (exchange: Exchange) => {
      if (exchange.request.opcode === controls.disableNode.opcode) {
        told.resolve()
        return exchange.reply(controls.disableNode, undefined)
      }
      answerAs(threeNodes)(exchange)
    }).listen()
    const child = spawn(process.execPath, [RUN_JS, '-n', '1', 'disable'], { env: { ...process.env, CTDB_SOCKET: daemon.path } })
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk)
    })
    await told.promise
    setTimeout(() => child.kill('SIGINT'), 300)
    const [status] = await once(child, 'exit')
    expect(status).toBe(130)
    expect(stderr).toContain(
      'node 1 has received the request; the leader will do a takeover run by itself. Undo it with: ctdbts -n 1 enable\n',
    )
  })
})

describe('-T', () => {
  it('ends recover while the daemon does not let it listen to the leader', async () => {
    using dir = tempDir()
    await using daemon = await new ScriptedDaemon(dir.file('s'), (exchange: Exchange) => {
      if (exchange.request.opcode !== controls.registerSrvid.opcode) answerAs(threeNodes)(exchange)
    }).listen()
    const { stderr, status, durationMs } = await ctdbts(['-T', '1', 'recover'], { CTDB_SOCKET: daemon.path })
    expect({ stderr, status }).toEqual({
      stderr: 'Maximum runtime exceeded - exiting\n',
      status: 1,
    })
    // Otherwise it is the 10 s that an answer may take.
    expect(durationMs).toBeLessThan(8_000)
  })
})

describe('recover, shutdown, ipreallocate and sync', () => {
  it('waits for a new generation', async () => {
    const run = await simulated()
    const generation = async () => /^Generation:(\d+)$/m.exec((await run('status')).stdout)?.[1]
    const before = await generation()
    expect(shown(await run('recover'))).toEqual(silent)
    expect(await generation()).not.toBe(before)
    expect(JSON.parse((await run('-n', '1', 'recover', '--json')).stdout)).toMatchObject({ formatVersion: 1 })
  })

  it('asks for a takeover run under both names', async () => {
    const run = await simulated()
    for (const command of ['ipreallocate', 'sync']) {
      expect(shown(await run(command))).toEqual(silent)
      expect(JSON.parse((await run(command, '--json')).stdout)).toEqual({ formatVersion: 1, leader: 0 })
    }
  })

  it('waits for the end of the local daemon, and only requests that of another node', async () => {
    const run = await simulated()
    expect(shown(await run('-n', '2', 'shutdown', '-v'))).toEqual({ ...silent, stderr: 'the daemon of node 2 was told to end\n' })
    expect(shown(await run('shutdown', '-v'))).toEqual({ ...silent, stderr: 'the daemon of node 0 has ended\n' })
    expect((await run('pnn')).status).toBe(1)
  })
})
