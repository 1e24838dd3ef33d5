import { readFileSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import ssh2, { type Client, type ClientChannel } from 'ssh2'
import { describe, expect, it, onTestFinished } from 'vitest'
import { KNOWN_SOCKETS } from '../../../src/lib/cluster/paths.ts'
import { CtdbtsError } from '../../../src/lib/errors.ts'
import type { EventRun, HostFacts } from '../../../src/lib/snapshot/host-facts.ts'
import { SimCluster } from '../../../src/sim/serve/sim-cluster.ts'
import { simHostAccess } from '../../../src/sim/serve/sim-host.ts'
import { type SimServer, startSimServer } from '../../../src/sim/serve/sim-server.ts'
import { uniformLayout } from '../../../src/sim/world/layout.ts'
import { CtdbClient } from '../../../src/transport/client/client.ts'
import { EventClient } from '../../../src/transport/client/event-client.ts'
import { collectHostFacts } from '../../../src/transport/host/collect.ts'
import type { ExecResult, HostAccess } from '../../../src/transport/host-access.ts'
import { localHost } from '../../../src/transport/local/host.ts'

const OPTIONS = { layout: uniformLayout(2, 2), era: 'now', seed: 1, speed: 20 } as const

async function inMemory(options: Partial<ConstructorParameters<typeof SimCluster>[0]> = {}): Promise<SimCluster> {
  const cluster = new SimCluster({ ...OPTIONS, ...options })
  onTestFinished(() => cluster.close())
  await cluster.comeUp()
  cluster.driver.start()
  return cluster
}

const look = (access: HostAccess, base?: string) => collectHostFacts(access, { timeoutMs: 5_000, base })

/** The result and the output of the last run of an event. */
function lastOf(facts: Partial<HostFacts>, event: string): [number, string] | undefined {
  const run: EventRun | undefined = facts.events?.find((each) => each.event === event)
  const script = run?.scripts[0]
  return script && [script.result, script.output]
}

describe('a simulated node', () => {
  it('reports all its facts, in memory', async () => {
    const cluster = await inMemory()
    const { facts, missing } = await look(simHostAccess(cluster, 1))
    expect(missing).toEqual([])
    expect(facts).toMatchObject({
      hostname: 'n1',
      version: '4.17.12',
      nodesFile: '10.11.12.1\n10.11.12.2\n',
      publicAddressesFile: '172.16.146.131/24 bond0\n172.16.146.132/24 bond0\n',
      configFile: '[cluster]\n\tcluster lock = /clusterfs/.ctdb/reclock\n',
      enabledScripts: ['10.interface'],
      nonlocalBind: { ipv4: false, ipv6: false },
      promoteSecondaries: [],
      drops: [],
      links: ['lo', 'eth0', 'bond0'].map((name) => ({ name, up: true, carrier: true })),
    })
    expect(facts.addresses?.map(({ address, interfaceName }) => `${address} ${interfaceName}`)).toEqual([
      '127.0.0.1 lo',
      '10.11.12.2 eth0',
      '172.16.146.2 bond0',
      '172.16.146.131 bond0',
    ])
    expect(facts.events?.map(({ event }) => event)).toEqual(['startup', 'monitor', 'takeip', 'releaseip', 'ipreallocated'])
    expect(['monitor', 'takeip', 'releaseip', 'ipreallocated'].map((event) => lastOf(facts, event))).toEqual([
      [0, ''],
      [0, ''],
      undefined,
      [0, ''],
    ])
  })

  it('has the facts of its era', async () => {
    const { facts } = await look(simHostAccess(await inMemory({ era: '2017' }), 0))
    expect(facts).toMatchObject({ version: '4.6.3', configFile: '[cluster]\n\trecovery lock = /clusterfs/.ctdb/reclock\n' })
  })

  it('has its files in one folder only', async () => {
    const { facts, missing } = await look(simHostAccess(await inMemory(), 0), '/usr/local/samba/etc/ctdb')
    expect(facts).toMatchObject({ nodesFile: null, publicAddressesFile: null, configFile: null })
    expect(missing).toMatchObject([{ fact: 'host.enabledScripts' }])
  })

  it('reports a script that failed, and one that was too slow', async () => {
    const cluster = await inMemory()
    const access = simHostAccess(cluster, 0)
    cluster.carryOut('script 0 monitor fail')
    const failed: [number, string] = [1, 'monitor was made to fail\n']
    await expect.poll(async () => lastOf((await look(access)).facts, 'monitor'), { timeout: 20_000 }).toEqual(failed)
    cluster.carryOut('set EventScriptTimeout 1')
    cluster.carryOut('script 0 monitor 30')
    await expect.poll(async () => lastOf((await look(access)).facts, 'monitor'), { timeout: 20_000 }).toEqual([-110, ''])
  })

  it('has no daemons when they are killed, and no earlier results after a restart', async () => {
    const cluster = await inMemory()
    const access = simHostAccess(cluster, 0)
    const before = await access.connect(['/run/ctdb/eventd.socket'])
    cluster.carryOut('kill 0')
    const client = new EventClient(before, { peer: access.name, timeoutMs: 5_000 })
    await expect(client.lastRun('monitor')).rejects.toMatchObject({ code: 'EVENT_DISCONNECTED' })
    expect((await look(access)).missing).toEqual([
      { fact: 'host.events', code: 'NO_SOCKET', message: 'no CTDB daemon runs on simulated node 0' },
    ])
    await expect(access.connect(KNOWN_SOCKETS)).rejects.toMatchObject({ code: 'NO_SOCKET' })
    cluster.carryOut('start 0')
    expect(lastOf((await look(access)).facts, 'takeip')).toBeUndefined()
  })

  it('refuses everything without power', async () => {
    const cluster = await inMemory()
    cluster.carryOut('crash 1')
    const { facts, missing } = await look(simHostAccess(cluster, 1))
    expect(facts).toEqual({})
    expect(new Set(missing.map(({ code }) => code))).toEqual(new Set(['NO_POWER']))
  })

  it('has ctdbd at all other socket paths', async () => {
    const stream = await simHostAccess(await inMemory(), 1).connect(KNOWN_SOCKETS)
    const client = new CtdbClient(stream, { peer: 'node 1' })
    expect(await client.pnn()).toBe(1)
    client.close()
  })

  it('has no other commands, and respects limits', async () => {
    const { exec } = simHostAccess(await inMemory(), 0)
    const limits = { timeoutMs: 1_000, maxBytes: 10 }
    expect(await exec(['sh', '-c', 'id'], limits)).toMatchObject({ exitStatus: 127, stderr: 'sh: 1: sh: not found\n' })
    await expect(exec(['cat', '/etc/ctdb/nodes'], limits)).rejects.toMatchObject({ code: 'EXEC_OUTPUT' })
  })
})

/** A simulated cluster behind real sockets, as long as the test. */
async function served(): Promise<SimServer> {
  const server = await startSimServer({ ...OPTIONS, ssh: { firstPort: 0 } })
  onTestFinished(() => server[Symbol.asyncDispose]())
  return server
}

/** A node through SSH. */
async function sshHost(server: SimServer, pnn: number): Promise<HostAccess> {
  const client = new ssh2.Client()
  const ready = new Promise<void>((resolve, reject) => client.once('ready', resolve).on('error', reject))
  client.connect({ ...server.nodes[pnn]!.ssh, username: 'root', privateKey: readFileSync(server.sshKeyPath!) })
  onTestFinished(() => void client.destroy())
  await ready
  return {
    name: `ssh node ${pnn}`,
    exec: (argv) => execute(client, argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')),
    connect: ([path = '']) => forward(client, path),
  }
}

const execute = (client: Client, line: string): Promise<ExecResult> =>
  new Promise((resolve, reject) => {
    client.exec(line, async (error, channel: ClientChannel) => {
      if (error) return reject(error)
      const exit = new Promise<number>((ended) => channel.once('exit', ended))
      const [stdout, stderr] = await Promise.all([buffer(channel), text(channel.stderr)])
      resolve({ exitStatus: await exit, stdout, stderr })
    })
  })

const forward = (client: Client, path: string): Promise<Duplex> =>
  new Promise((resolve, reject) => {
    client.openssh_forwardOutStreamLocal(path, (error, channel) => {
      if (error) reject(new CtdbtsError('NO_SOCKET', error.message))
      else resolve(channel)
    })
  })

describe('a served node', () => {
  it('reports the same over SSH as in memory', async () => {
    const server = await served()
    server.cluster.driver.stop()
    for (const pnn of [0, 1]) {
      const told = await look(await sshHost(server, pnn))
      expect(told.missing).toEqual([])
      expect(told).toEqual(await look(simHostAccess(server.cluster, pnn)))
    }
  })

  it('has no event daemon without its daemon, neither over SSH nor on its socket', async () => {
    const server = await served()
    const path = server.nodes[0]!.socketPath.replace('ctdbd.socket', 'eventd.socket')
    const client = new EventClient(await localHost().connect([path]), { peer: path, timeoutMs: 5_000 })
    expect((await client.lastRun('monitor')).scripts).toMatchObject([{ name: '10.interface', result: 0 }])
    client.close()
    server.cluster.carryOut('kill 0')
    await sleep(100)
    await expect(localHost().connect([path])).rejects.toMatchObject({ code: 'NO_SOCKET' })
    const { facts, missing } = await look(await sshHost(server, 0))
    expect(facts.hostname).toBe('n0')
    expect(missing).toMatchObject([{ fact: 'host.events', code: 'NO_SOCKET' }])
  })

  it('reports nothing over SSH without power', async () => {
    const server = await served()
    const access = await sshHost(server, 1)
    server.cluster.carryOut('crash 1')
    const { facts, missing } = await look(access)
    expect(facts).toEqual({})
    const message = '`ctdbts-facts` on ssh node 1 failed with exit status 126: sh: 1: sh: the node has no power'
    expect(missing).toContainEqual({ fact: 'host.addresses', code: 'EXEC_FAILED', message })
  })
})
