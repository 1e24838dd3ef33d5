import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { controls } from '../../src/lib/wire/controls.ts'
import type { LogEntry } from '../../src/sim/log/entry.ts'
import { type SimServer, startSimServer } from '../../src/sim/serve/sim-server.ts'
import { uniformLayout } from '../../src/sim/world/layout.ts'
import { Gate } from '../support/gate.ts'
import { ctdbts, RUN_JS } from '../support/program.ts'
import { tempDir } from '../support/temp-dir.ts'

/** The embedded cluster behind its sockets, and what a command prints on one of its nodes. */
class Cluster {
  readonly server: SimServer
  /** Which node's takeover runs were disabled and enabled again. */
  readonly said: string[]

  private constructor(server: SimServer, said: string[]) {
    this.server = server
    this.said = said
  }

  static async start(): Promise<Cluster> {
    const said: string[] = []
    const log = ({ pnn, text }: LogEntry) => {
      if (/^(Disabling|Reenabling) takeover runs/.test(text)) said.push(`${pnn} ${text.split(' ')[0]}`)
    }
    const server = await startSimServer({ layout: uniformLayout(3, 3), era: 'now', seed: 1, speed: 5, upForMs: 20_000, log })
    said.length = 0
    return new Cluster(server, said)
  }

  do(line: string): void {
    this.server.cluster.carryOut(line)
  }

  /** A node says nothing more, and the others do not notice. */
  hang(pnn: number): void {
    for (const { daemon } of this.server.cluster.world.nodes) daemon?.tunables.set('KeepaliveLimit', 600)
    this.do(`hang ${pnn}`)
  }

  env = (pnn = 0): Record<string, string> => ({ CTDB_SOCKET: this.server.nodes[pnn]?.socketPath ?? '' })
  envWithFiles = (): Record<string, string> => {
    const { CTDB_SOCKET = '' } = this.env()
    return { CTDB_SOCKET, CTDB_BASE: dirname(dirname(CTDB_SOCKET)) }
  }
  run = (...argv: string[]) => ctdbts(argv, this.env())

  /** The document that a command prints under --json. */
  async json(...argv: string[]): Promise<Record<string, unknown>> {
    const { stdout, status } = await this.run(...argv, '--json')
    return { ...(JSON.parse(stdout) as Record<string, unknown>), status }
  }

  /** Starts a command, to which something will be done. */
  start(...argv: string[]) {
    const child = spawn(process.execPath, [RUN_JS, ...argv], {
      env: { ...process.env, ...this.env() },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)])
    return { child, ended: ended.then(([[code], stdout, stderr]) => ({ status: code as number, stdout, stderr })) }
  }

  async ownerOf(ip: string): Promise<unknown> {
    return (await this.json('ipinfo', ip)).pnn
  }
}

let cluster: Cluster
const IP = '172.16.146.131'
/** What the recovery daemons say of one request. */
const RUNS_OF_ALL = [0, 1, 2].flatMap((pnn) => [`${pnn} Disabling`, `${pnn} Reenabling`])
const anotherThanOwner = async (): Promise<number> => ((await cluster.ownerOf(IP)) === 0 ? 1 : 0)
const QUIET = { stdout: '', stderr: '', status: 0 }

describe('on the embedded cluster', () => {
  beforeEach(async () => {
    cluster = await Cluster.start()
  }, 60_000)
  afterEach(() => cluster.server[Symbol.asyncDispose]())

  it('ipinfo, ifaces and nodestatus have documents and tables', async () => {
    expect(await cluster.json('-n', '2', 'ipinfo', IP)).toEqual({
      status: 0,
      formatVersion: 1,
      asked: 2,
      publicIp: IP,
      pnn: 2,
      activeInterface: 'bond0',
      interfaces: [{ name: 'bond0', linkUp: true, references: 1 }],
    })
    expect(await cluster.json('ipinfo', '1.2.3.4')).toMatchObject({
      status: 1,
      error: { code: 'UNKNOWN_ADDRESS', message: expect.stringContaining('Node 0 does not know about IP 1.2.3.4: ') },
    })
    expect(await cluster.json('ifaces', '-n', '1')).toMatchObject({
      pnn: 1,
      interfaces: [{ name: 'bond0', linkUp: true, references: 1 }],
    })
    expect((await cluster.run('ifaces', '--table')).stdout).toContain('│ bond0     │ up   │ 1         │')
    cluster.do('disable 1')
    await expect.poll(async () => (await cluster.run('nodestatus', '1')).status, { timeout: 10_000 }).toBe(4)
    expect(await cluster.json('nodestatus', '0,1')).toMatchObject({ status: 4, node_status: { nodes: { 1: { flags_raw: 4 } } } })
    expect((await cluster.run('nodestatus', '2')).status).toBe(0)
    expect((await cluster.run('nodestatus', '0,0')).stdout.split('\n').map((line) => line.slice(0, 5))).toEqual([
      'pnn:0',
      'pnn:0',
      '',
    ])
    expect((await cluster.run('nodestatus', 'all', '--table')).stdout).toContain('DISABLED')
  })

  it('setifacelink, gratarp, addtickle and deltickle report with -v and --json what they did', async () => {
    const tickle = ['10.1.1.1:1000', `${IP}:445`]
    expect(await cluster.run('-v', 'setifacelink', 'bond0', 'down', '-n', '1')).toMatchObject({
      stdout: '',
      stderr: 'Node 1 now treats the link of bond0 as down\n',
    })
    expect(await cluster.json('setifacelink', 'bond0', 'up', '-n', '1')).toMatchObject({
      pnn: 1,
      interface: 'bond0',
      linkUp: true,
    })
    expect((await cluster.run('-v', 'gratarp', IP, 'bond0')).stderr).toBe(`Node 0 announces ${IP} on bond0\n`)
    expect(await cluster.json('addtickle', ...tickle)).toEqual({ status: 0, formatVersion: 1, pnn: 0, added: 1 })
    expect(await cluster.json('gettickles', IP)).toMatchObject({
      publicIp: IP,
      connections: [{ source: { address: '10.1.1.1', port: 1000 }, destination: { address: IP, port: 445 } }],
    })
    expect((await cluster.run('gettickles', IP, '--table')).stdout).toContain('│ 10.1.1.1 │ 1000 │')
    expect((await cluster.run('-v', 'deltickle', ...tickle)).stderr).toBe('Node 0: 1 tickle removed\n')
    expect(await cluster.json('addtickle', tickle[0] ?? '')).toMatchObject({ status: 1, error: { code: 'USAGE' } })
  })

  it('addip refuses a mask that no kernel accepts, for which CTDB would ban nodes', async () => {
    for (const word of ['10.0.0.77/33', 'fd00::77/129']) {
      expect(await cluster.run('addip', word, 'bond0')).toMatchObject({ stderr: `Invalid IP/Mask ${word}\n`, status: 1 })
    }
  })

  it('addip and delip change one node, and do nothing where there is nothing to do', async () => {
    const added = '172.16.146.200'
    expect(await cluster.run('addip', `${added}/24`, 'bond0')).toMatchObject(QUIET)
    await expect.poll(() => cluster.ownerOf(added), { timeout: 20_000 }).toBe(0)
    expect(await cluster.json('addip', `${added}/24`, 'bond0')).toMatchObject({ status: 0, added: false })
    expect((await cluster.run('addip', `${added}/24`, 'bond0')).stderr).toBe(`Node already knows about IP ${added}\n`)
    expect(await cluster.run('delip', added)).toMatchObject(QUIET)
    expect(await cluster.run('ipreallocate')).toMatchObject(QUIET)
    expect(await cluster.json('delip', added)).toMatchObject({ status: 0, deleted: false })
  })

  it('moveip moves an address, and reports whether it will stay', async () => {
    expect(await cluster.run('moveip', IP, '0')).toMatchObject(QUIET)
    expect(await cluster.ownerOf(IP)).toBe(0)
    cluster.do('set IPAllocAlgorithm 0')
    const due = 'its place in the list makes it due on node'
    const { nextRun } = (await cluster.json('moveip', IP, '1')) as { nextRun?: { pnn: number; reason: string } }
    expect(nextRun?.reason).toContain(due)
    const elsewhere = nextRun?.pnn === 2 ? 1 : 2
    const { stderr, status } = await cluster.run('-v', 'moveip', IP, String(elsewhere))
    expect({ stderr, status }).toEqual({
      stderr: `Takeover runs are disabled
The other nodes have released ${IP}
Node ${elsewhere} has taken ${IP}
Takeover runs are enabled again
ctdbts: the next takeover run will move ${IP} to node ${nextRun?.pnn}: ${due} ${nextRun?.pnn}
`,
      status: 0,
    })
    await cluster.run('ipreallocate')
    expect(await cluster.ownerOf(IP)).toBe(nextRun?.pnn)
  })

  it('moveip is as quiet as ctdb for scripts, also when the address will not stay', async () => {
    cluster.do('set IPAllocAlgorithm 0')
    for (const pnn of ['0', '1', '2']) expect(await cluster.run('moveip', IP, pnn)).toMatchObject(QUIET)
  })

  it.each([
    { end: 'Ctrl-C', options: [], signal: 'SIGINT', status: 130 },
    { end: 'SIGTERM', options: [], signal: 'SIGTERM', status: 143 },
    { end: 'a lost terminal', options: [], signal: 'SIGHUP', status: 129 },
    { end: 'the limit of -T', options: ['-T', '4'], signal: undefined, status: 1 },
  ] as const)('moveip enables takeover runs again after $end', async ({ options, signal, status }) => {
    // Otherwise the other nodes notice that node 2 is silent, and moveip no longer waits for it.
    cluster.do('set KeepaliveLimit 600')
    cluster.do('hang 2')
    const { child, ended } = cluster.start(...options, '-t', '20', 'moveip', IP, '1')
    await expect.poll(() => cluster.said, { timeout: 10_000 }).toContain('0 Disabling')
    if (signal) child.kill(signal)
    const { stderr, ...rest } = await ended
    expect(rest).toEqual({ stdout: '', status })
    expect(stderr).toContain(signal ? 'ctdbts: interrupted, cleaning up' : 'Maximum runtime exceeded - exiting')
    const lastOf = (pnn: number) => cluster.said.findLast((text) => text.startsWith(`${pnn} `))
    await expect.poll(() => [lastOf(0), lastOf(1)], { timeout: 10_000 }).toEqual(['0 Reenabling', '1 Reenabling'])
  })

  it('moveip completes when nobody reads its output', async () => {
    const { child, ended } = cluster.start('-v', 'moveip', IP, String(await anotherThanOwner()))
    ended.catch(() => {})
    child.stderr.once('data', () => child.stderr.destroy())
    const [status] = await once(child, 'exit')
    expect(status).toBe(0)
    expect(cluster.said.slice(0, 6).toSorted()).toEqual(RUNS_OF_ALL)
  })

  it.each([
    { fault: 'nobody reads the plan', output: '| true; exit $PIPESTATUS', status: 0 },
    { fault: 'the disk is full', output: '> /dev/full', status: 1 },
  ])('takeover-run --yes requests its takeover run though $fault', async ({ output, status }) => {
    cluster.do('set IPAllocAlgorithm 0')
    const { nextRun } = (await cluster.json('moveip', IP, '1')) as { nextRun?: { pnn: number } }
    const other = nextRun?.pnn === 0 ? 1 : 0
    await cluster.run('moveip', IP, String(other))
    const command = `${process.execPath} ${RUN_JS} takeover-run --yes ${output}`
    const child = spawn('bash', ['-c', command], { env: { ...process.env, ...cluster.env() }, stdio: 'ignore' })
    expect(await once(child, 'exit')).toEqual([status, null])
    expect(await cluster.ownerOf(IP)).toBe(nextRun?.pnn)
  })

  it('takeover-run --yes reports the state after Ctrl-C', async () => {
    cluster.do('set IPAllocAlgorithm 0')
    const { nextRun } = (await cluster.json('moveip', IP, '1')) as { nextRun?: { pnn: number } }
    await cluster.run('moveip', IP, String(nextRun?.pnn === 0 ? 1 : 0))
    cluster.do(`script ${nextRun?.pnn} takeip 300`)
    const { child, ended } = cluster.start('takeover-run', '--yes')
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGINT'), 300))
    const { stderr, status } = await ended
    expect(stderr).toContain('ctdbts: a takeover run was asked for; the leader may still do it\n')
    expect(status).toBe(130)
  })

  it('moveip reports the state when it is interrupted between release and takeover', async () => {
    const to = await anotherThanOwner()
    using dir = tempDir()
    await using gate = await Gate.open(dir.file('gate'), cluster.env().CTDB_SOCKET ?? '')
    const come = gate.shutAt((packet) => packet.kind === 'control' && packet.opcode === controls.takeoverIp.opcode)
    const { child, ended } = cluster.start('--socket', dir.file('gate'), 'moveip', IP, String(to))
    await come
    child.kill('SIGINT')
    gate.unshut()
    const { status, stderr } = await ended
    expect(status).toBe(130)
    expect(stderr).toContain(
      `ctdbts: takeover runs are enabled again; the other nodes have released ${IP}, node ${to} may not have taken it; \`ctdbts ipreallocate\` gives it back to one\n`,
    )
  })

  it.each([
    ['addip', ['addip', '172.16.146.139/24', 'bond0']],
    ['stop', ['stop']],
    ['reloadnodes', ['-n', '-1', 'reloadnodes']],
  ])('-T ends %s while a node is silent, and only that is reported', async (_, argv) => {
    cluster.hang(2)
    const { stderr, status, durationMs } = await ctdbts(['-T', '1', '-n', '2', ...argv], cluster.envWithFiles())
    expect({ stderr, status }).toEqual({ stderr: 'Maximum runtime exceeded - exiting\n', status: 1 })
    // Otherwise it is the 10 s that an answer may take.
    expect(durationMs).toBeLessThan(8_000)
  })

  it('-T has its own code in JSON', async () => {
    cluster.hang(2)
    expect(await cluster.json('-T', '1', '-n', '2', 'stop')).toMatchObject({ error: { code: 'MAX_RUNTIME' } })
  })

  it('moveip ends at once when it is interrupted twice, and reports what it leaves behind', async () => {
    // Its owner takes its time to release the address; then a node that has agreed says nothing any more.
    cluster.do(`script ${await cluster.ownerOf(IP)} releaseip 300`)
    const { child, ended } = cluster.start('moveip', IP, '0')
    await expect
      .poll(() => cluster.said, { timeout: 10_000 })
      .toEqual(expect.arrayContaining(['0 Disabling', '1 Disabling', '2 Disabling']))
    cluster.do('hang 1')
    child.kill('SIGINT')
    await expect.poll(() => cluster.said, { timeout: 10_000 }).toContain('0 Reenabling')
    child.kill('SIGINT')
    const { status, stderr } = await ended
    expect(status).toBe(130)
    expect(stderr).toMatch(
      /^ctdbts: interrupted, [^\n]*\nctdbts: takeover runs may stay disabled on nodes 0, 1 and 2 until \d\d:\d\d:\d\d, when they resume by themselves\n$/,
    )
  })
})
