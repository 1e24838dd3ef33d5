import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { startSimServer } from '../../src/sim/serve/sim-server.ts'
import { uniformLayout } from '../../src/sim/world/layout.ts'
import type { MemoryHost } from '../../src/sim/world/memory-host.ts'
import { tempDir } from '../support/temp-dir.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { waitUntil } from './harness/wait.ts'

/** Simulated seconds per real second. The time limits of the tool are in real seconds. */
const SPEED = 5
const ADDRESSES = ['172.16.146.131', '172.16.146.132', '172.16.146.133'] as const
const [A, B, C] = ADDRESSES

/** The output and the exit status of the tool. */
interface Result {
  readonly stdout: string
  readonly stderr: string
  readonly status: number
}

const prints = (...lines: string[]): Result => ({ stdout: lines.map((line) => `${line}\n`).join(''), stderr: '', status: 0 })
const fails = (stderr: string, status = 1, stdout = ''): Result => ({ stdout, stderr, status })
const SILENT = prints()

/** Starts a simulated cluster of three nodes and three addresses, on which Debian's `ctdb` can be run. */
async function start() {
  const dir = tempDir()
  const server = await startSimServer({
    layout: uniformLayout(3, 3),
    era: 'now',
    seed: 1,
    speed: SPEED,
    directory: dir.path,
    ssh: { firstPort: 0 },
  })
  const { cluster } = server
  const { world } = cluster
  const folder = (pnn: number) => join(dir.path, `n${pnn}`)
  return {
    server,
    world,
    carryOut: (line: string) => cluster.carryOut(line),
    publicAddressesFile: (pnn: number) => join(folder(pnn), 'public_addresses'),
    /** Runs `ctdb` on a node. */
    async ctdb(pnn: number, line: string): Promise<Result> {
      const { stdout, stderr, exitCode } = await execa('ctdb', line.split(' '), {
        env: { CTDB_TEST_MODE: '1', CTDB_BASE: folder(pnn), CTDB_SOCKET: server.nodes[pnn]!.socketPath },
        reject: false,
        stdin: 'ignore',
        stripFinalNewline: false,
        // At its time limit, `ctdb` kills its whole process group.
        detached: true,
      })
      return { stdout, stderr, status: exitCode ?? -1 }
    },
    /** The nodes whose kernel holds each address. */
    kernels: () =>
      Object.fromEntries(
        [...ADDRESSES].map((address) => [
          address,
          world.nodes.flatMap(({ pnn, host }) => ((host as MemoryHost).held.some((one) => one.address === address) ? [pnn] : [])),
        ]),
      ),
    /** The owner of each address, as each node believes. */
    beliefs: () =>
      world.nodes.map(({ daemon }) =>
        Object.fromEntries(daemon?.publicIps.known().map(({ address, pnn }) => [address.address, pnn]) ?? []),
      ),
    flags: () => world.nodes.map(({ daemon }) => daemon?.ownFlags),
    untilHealthy: () => waitUntil('the nodes are well', async () => (world.isHealthy ? undefined : 'they are not'), 10_000),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      dir[Symbol.dispose]()
    },
  }
}

type Started = Awaited<ReturnType<typeof start>>

/** The owners at the start. */
const AT_FIRST = { [A]: 2, [B]: 1, [C]: 0 }

/** Expects that all nodes believe in these owners, and that exactly their kernels hold the addresses. */
function expectOwners(t: Started, owners: Record<string, number>): void {
  expect(t.beliefs()).toEqual(t.world.nodes.map(() => owners))
  expect(t.kernels()).toEqual(Object.fromEntries(Object.entries(owners).map(([address, pnn]) => [address, [pnn]])))
}

describeOnLab("Debian's ctdb and simulated nodes", (lab) => {
  describe.concurrent('it shows', () => {
    it.for<[string, Result]>([
      ['ip', prints('Public IPs on node 0', `${A} 2`, `${B} 1`, `${C} 0`)],
      [
        'ip -v',
        prints(
          'Public IPs on node 0',
          `${A} node[2] active[] available[bond0] configured[bond0]`,
          `${B} node[1] active[] available[bond0] configured[bond0]`,
          `${C} node[0] active[bond0] available[bond0] configured[bond0]`,
        ),
      ],
      ['ip all', prints('Public IPs on ALL nodes', `${A} 2`, `${B} 1`, `${C} 0`)],
      ['-X ip', prints('|Public IP|Node|', `|${A}|2|`, `|${B}|1|`, `|${C}|0|`)],
      ['-n 2 ip', prints('Public IPs on node 2', `${A} 2`, `${B} 1`, `${C} 0`)],
      ['ifaces', prints('Interfaces on node 0', 'name:bond0 link:up references:1')],
      [
        `ipinfo ${C}`,
        prints(
          `Public IP[${C}] info on node 0`,
          `IP:${C}`,
          'CurrentNode:0',
          'NumInterfaces:1',
          'Interface[1]: Name:bond0 Link:up References:1 (active)',
        ),
      ],
      [
        'nodestatus all',
        prints(
          'Number of nodes:3',
          'pnn:0 10.11.12.1       OK (THIS NODE)',
          'pnn:1 10.11.12.2       OK',
          'pnn:2 10.11.12.3       OK',
        ),
      ],
      ['getvar NoIPFailback', prints('NoIPFailback               = 0')],
      ['runstate', prints('RUNNING')],
      ['leader', prints('0')],
      ['pnn', prints('0')],
      ['-n 1 getpid', prints('2000')],
      ['listnodes', prints('10.11.12.1', '10.11.12.2', '10.11.12.3')],
      ['getreclock', prints('/clusterfs/.ctdb/reclock')],
      ['getcapabilities', prints('LEADER: YES', 'LMASTER: YES')],
      ['getdebug', prints('NOTICE')],
      ['getdbmap', prints('Number of databases:0')],
      [`gettickles ${A}`, prints(`Connections for IP: ${A}`, 'Num connections: 0')],
    ])('%s', async ([line, expected], { expect }) => {
      await using t = await start()
      expect(await t.ctdb(0, line)).toEqual(expected)
    })

    it('status', async ({ expect }) => {
      await using t = await start()
      const { stdout, stderr, status } = await t.ctdb(1, 'status')
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
      const { generation } = t.world.nodes[0]!.daemon!.vnnMap
      expect(stdout).toBe(
        prints(
          'Number of nodes:3',
          'pnn:0 10.11.12.1       OK',
          'pnn:1 10.11.12.2       OK (THIS NODE)',
          'pnn:2 10.11.12.3       OK',
          `Generation:${generation}`,
          'Size:3',
          'hash:0 lmaster:0',
          'hash:1 lmaster:1',
          'hash:2 lmaster:2',
          'Recovery mode:NORMAL (0)',
          'Leader:0',
        ).stdout,
      )
    })

    it('uptime', async ({ expect }) => {
      await using t = await start()
      const { stdout } = await t.ctdb(2, 'uptime')
      const time = String.raw`\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}`
      const lines = [
        `Current time of node 2        : {16}${time}`,
        String.raw`Ctdbd start time              : \(000 00:0[23]:\d\d\) ${time}`,
        String.raw`Time of last recovery/failover: \(000 00:0[23]:\d\d\) ${time}`,
        String.raw`Duration of last recovery/failover: 0\.\d{6} seconds`,
      ]
      expect(stdout).toMatch(new RegExp(`^${lines.join('\n')}\n$`))
    })

    it('ping, with a time', async ({ expect }) => {
      await using t = await start()
      expect((await t.ctdb(0, 'ping -n 2')).stdout).toMatch(/^response from 2 time=0\.\d{6} sec {2}\(\d clients\)\n$/)
    })

    it('listvars, as on a real node', async ({ expect }) => {
      await using t = await start()
      expect(await t.ctdb(0, 'listvars')).toMatchObject({ stdout: await lab.must(0, 'ctdb', 'listvars'), stderr: '', status: 0 })
    })
  })

  // One after the other: many simulations at once fall behind their own clocks.
  describe('it changes', () => {
    it('a tunable: setvar, on one node', async ({ expect }) => {
      await using t = await start()
      expect(await t.ctdb(0, 'setvar NoIPFailback 1 -n 2')).toEqual(SILENT)
      expect(t.world.nodes.map(({ daemon }) => daemon?.tunable('NoIPFailback'))).toEqual([0, 0, 1])
      expect(await t.ctdb(2, 'getvar NoIPFailback')).toEqual(prints('NoIPFailback               = 1'))
    })

    it('the log level: setdebug', async ({ expect }) => {
      await using t = await start()
      expect(await t.ctdb(0, 'setdebug DEBUG -n 1')).toEqual(SILENT)
      expect(await t.ctdb(1, 'getdebug')).toEqual(prints('DEBUG'))
      expect(await t.ctdb(0, 'getdebug')).toEqual(prints('NOTICE'))
    })

    it('a lost address: ipreallocate', async ({ expect }) => {
      await using t = await start()
      t.carryOut('restart-network 1')
      expect(t.kernels()).toMatchObject({ [B]: [] })
      expect(await t.ctdb(0, 'ipreallocate')).toEqual(SILENT)
      expectOwners(t, AT_FIRST)
    })

    it('where an address is: moveip, until the next takeover run moves it back', async ({ expect }) => {
      await using t = await start()
      expect(await t.ctdb(0, `moveip ${A} 1`)).toEqual(SILENT)
      expectOwners(t, { ...AT_FIRST, [A]: 1 })
      // Takeover runs are disabled for 20 s, some of which may have passed.
      const startMs = performance.now()
      expect(await t.ctdb(0, 'ipreallocate')).toEqual(SILENT)
      expect(performance.now() - startMs).toBeGreaterThan(10_000 / SPEED)
      const owners = Object.values(t.beliefs()[0]!)
      expect(owners.sort()).toEqual([0, 1, 2])
      expectOwners(t, t.beliefs()[0]!)
    })

    it('which addresses exist, one at a time: addip, delip', async ({ expect }) => {
      await using t = await start()
      const more = '172.16.146.140'
      for (const pnn of [0, 1, 2]) expect(await t.ctdb(pnn, `addip ${more}/24 bond0`)).toEqual(SILENT)
      // It has no owner unless a node has already started a takeover run.
      expect((await t.ctdb(0, 'ip')).stdout).toMatch(new RegExp(`\n${more} (-1|\\d)\n$`))
      expect(await t.ctdb(0, 'ipreallocate')).toEqual(SILENT)
      const owner = t.beliefs()[0]?.[more]
      expect(t.beliefs().map((belief) => belief[more])).toEqual([owner, owner, owner])
      const hosts = () => t.world.nodes.map(({ host }) => (host as MemoryHost).held.some(({ address }) => address === more))
      expect(hosts()).toEqual([0, 1, 2].map((pnn) => pnn === owner))
      for (const pnn of [0, 1, 2]) expect(await t.ctdb(pnn, `delip ${more}`)).toEqual(SILENT)
      expect(await t.ctdb(0, 'ipreallocate')).toEqual(SILENT)
      expect(hosts()).toEqual([false, false, false])
      expectOwners(t, AT_FIRST)
    })

    it('which addresses exist, from the file: reloadips', async ({ expect }) => {
      await using t = await start()
      const file = t.publicAddressesFile(2)
      const text = readFileSync(file, 'utf8')
      writeFileSync(file, text.replace(/.*131.*\n/, ''))
      expect(await t.ctdb(2, 'reloadips')).toEqual(SILENT)
      expect(await t.ctdb(2, 'ip')).toEqual(
        prints('Public IPs on node 2', `${B} ${t.beliefs()[2]?.[B]}`, `${C} ${t.beliefs()[2]?.[C]}`),
      )
      expect(t.beliefs()[0]?.[A]).not.toBe(2)
      expect(t.kernels()[A]).toEqual([t.beliefs()[0]?.[A]])
      writeFileSync(file, text)
      expect(await t.ctdb(0, 'reloadips all')).toEqual(SILENT)
      expect(t.beliefs()[2]).toEqual(t.beliefs()[0])
      expectOwners(t, t.beliefs()[0]!)
    })

    it('whether a node can host addresses: disable, enable', async ({ expect }) => {
      await using t = await start()
      expect(await t.ctdb(0, 'disable -n 2')).toEqual(SILENT)
      expect(t.flags()).toEqual([0, 0, 4])
      expect(t.kernels()[A]).not.toContain(2)
      expect((await t.ctdb(0, 'nodestatus 2')).stdout).toBe('pnn:2 10.11.12.3       DISABLED\n')
      expectOwners(t, t.beliefs()[0]!)
      expect(await t.ctdb(0, 'enable -n 2')).toEqual(SILENT)
      expect(t.flags()).toEqual([0, 0, 0])
      expect(Object.values(t.beliefs()[0]!).sort()).toEqual([0, 1, 2])
      expectOwners(t, t.beliefs()[0]!)
    })

    it.for<[string, string, string]>([
      ['stop', 'continue', 'STOPPED'],
      ['ban 300', 'unban', 'BANNED'],
    ])('whether a node takes part: %s, %s', async ([stop, go, name], { expect }) => {
      await using t = await start()
      expect(await t.ctdb(0, `${stop} -n 1`)).toEqual(SILENT)
      expect(await t.ctdb(0, 'ipreallocate')).toEqual(SILENT)
      const { stdout } = await t.ctdb(0, 'status')
      expect(stdout).toContain(`pnn:1 10.11.12.2       ${name}|INACTIVE\n`)
      expect(stdout).toContain('Size:2\nhash:0 lmaster:0\nhash:1 lmaster:2\n')
      expect(t.kernels()[B]).not.toContain(1)
      expect(t.kernels()[B]).toEqual([t.beliefs()[0]?.[B]])
      expect(t.world.nodes[1]?.daemon?.recoveryMode).toBe(1)
      expect(await t.ctdb(0, `${go} -n 1`)).toEqual(SILENT)
      await t.untilHealthy()
      expect(await t.ctdb(0, 'ipreallocate')).toEqual(SILENT)
      expect(t.flags()).toEqual([0, 0, 0])
      expect(Object.values(t.beliefs()[0]!).sort()).toEqual([0, 1, 2])
      expectOwners(t, t.beliefs()[0]!)
    })

    it('a link: setifacelink, until the next monitor event', async ({ expect }) => {
      await using t = await start()
      // The next monitor event comes soon.
      t.carryOut('set MonitorInterval 1000')
      await new Promise((resolve) => setTimeout(resolve, 6_000 / SPEED))
      expect(await t.ctdb(0, 'setifacelink bond0 down')).toEqual(SILENT)
      expect(await t.ctdb(0, 'ifaces')).toMatchObject({ stdout: expect.stringMatching(/name:bond0 link:down references:\d/) })
      await waitUntil('the address has gone', async () => (t.kernels()[C]?.includes(0) ? 'it is there' : undefined))
      expect((await t.ctdb(0, 'status')).stdout).toContain('pnn:0 10.11.12.1       PARTIALLYONLINE (THIS NODE)\n')
      expect(await t.ctdb(0, 'setifacelink bond0 up')).toEqual(SILENT)
      expect((await t.ctdb(0, 'ifaces')).stdout).toContain('name:bond0 link:up')
    })

    it('the connections to tickle: addtickle, gettickles, deltickle', async ({ expect }) => {
      await using t = await start()
      expect(await t.ctdb(2, `addtickle 10.0.0.1:4000 ${A}:445`)).toEqual(SILENT)
      expect(await t.ctdb(2, `gettickles ${A}`)).toEqual(
        prints(`Connections for IP: ${A}`, 'Num connections: 1', `SRC: 10.0.0.1:4000   DST: ${A}:445`),
      )
      expect(await t.ctdb(2, `gettickles ${A} 139`)).toEqual(prints(`Connections for IP: ${A}`, 'Num connections: 0'))
      expect(await t.ctdb(2, `deltickle 10.0.0.1:4000 ${A}:445`)).toEqual(SILENT)
      expect(await t.ctdb(2, `gettickles ${A}`)).toEqual(prints(`Connections for IP: ${A}`, 'Num connections: 0'))
    })

    it('whether a daemon runs: shutdown', async ({ expect }) => {
      await using t = await start()
      expect(await t.ctdb(0, 'shutdown -n 2')).toEqual(SILENT)
      const lacking = () => (t.kernels()[A]?.join() === '2' || !t.kernels()[A]?.length ? 'no' : undefined)
      await waitUntil('the others have it', async () => lacking())
      expect(t.world.nodes[2]?.daemon).toBeUndefined()
      expect((await t.ctdb(0, 'nodestatus 2')).stdout).toBe('pnn:2 10.11.12.3       DISCONNECTED|UNHEALTHY|INACTIVE\n')
      const { stderr, status } = await t.ctdb(2, 'pnn')
      expect({ stderr, status }).toEqual({ stderr: expect.stringMatching(/^connect\(\) failed, errno=2\n/), status: 1 })
      t.carryOut('start 2')
      await t.untilHealthy()
      expect(await t.ctdb(2, 'pnn')).toEqual(prints('2'))
    })
  })

  it('moves addresses, which SSH shows', async () => {
    await using t = await start()
    const { ssh } = t.server.nodes[2]!
    const options = ['-i', t.server.sshKeyPath!, '-o', `UserKnownHostsFile=${t.server.knownHostsPath}`, '-o', 'BatchMode=yes']
    const overSsh = async () => {
      const { stdout } = await execa('ssh', [...options, '-p', String(ssh!.port), `root@${ssh!.host}`, 'ip', '-j', 'addr'])
      const links = JSON.parse(stdout) as { ifname: string; addr_info: { local: string }[] }[]
      return links.find(({ ifname }) => ifname === 'bond0')?.addr_info.map(({ local }) => local)
    }
    expect(await overSsh()).toEqual(['172.16.146.3', A])
    expect(await t.ctdb(0, `moveip ${A} 1`)).toEqual(SILENT)
    expect(await overSsh()).toEqual(['172.16.146.3'])
  })

  describe.concurrent('it fails with', () => {
    it.for<[string, Result]>([
      ['getvar Foo', fails('', 1, 'No such tunable Foo\n')],
      ['setvar Foo 1', fails('', 1, 'No such tunable Foo\n')],
      ['ipinfo 1.2.3.4', fails('Control GET_PUBLIC_IP_INFO failed, ret=-1\n', 1, 'Node 0 does not know about IP 1.2.3.4\n')],
      ['-n 9 ip', fails('Node 9 does not exist\n')],
      ['disable -n 9', fails('Node 9 does not exist\n')],
      ['delip 1.2.3.4', fails('Node does not know about IP address 1.2.3.4\n', 0)],
      [`addip ${A}/24 bond0`, fails(`Node already knows about IP ${A}\n`, 0)],
      ['setifacelink foo up', fails('', 1, 'Interface foo not configured on node 0\n')],
      ['gettickles 1.2.3.4', fails('Control GET_TCP_TICKLE_LIST failed, ret=1\nFailed to get list of connections\n')],
      [
        'addtickle 10.0.0.1:4000 1.2.3.4:445',
        fails('Control TCP_ADD_DELAYED_UPDATE failed, ret=-1\nFailed to register connection\n'),
      ],
      ['runstate STARTUP', fails('', 1, 'CTDB not in required run state (got RUNNING)\n')],
      // Simulated nodes do not support this control. The tool has to fail, and not hang or lose its connection.
      ['dumpmemory', fails('Control DUMP_MEMORY failed, ret=-1\n')],
    ])('%s', async ([line, expected], { expect }) => {
      await using t = await start()
      expect(await t.ctdb(0, line)).toEqual(expected)
    })

    it.for<[string, string, string]>([
      [`moveip 1.2.3.4 1`, 'Node 1 CANNOT host IP address 1.2.3.4\n', 'Failed to move IP 1.2.3.4 to node 1\n'],
      [
        'addip 172.16.146.150/24 eth9',
        'Control ADD_PUBLIC_IP failed, ret=-1\n',
        'Failed to add public IP to node 0. Giving up\n',
      ],
    ])('%s, after five attempts', { timeout: 80_000 }, async ([line, each, last], { expect }) => {
      await using t = await start()
      expect(await t.ctdb(0, line)).toEqual(fails(each.repeat(5) + last))
    })
  })

  describe('it waits for a node that hangs', () => {
    it('until the time limit of a control (-t)', async ({ expect }) => {
      await using t = await start()
      // Until then, no node treats it as disconnected.
      t.carryOut('set KeepaliveLimit 600')
      t.carryOut('hang 1')
      const startMs = performance.now()
      const result = await t.ctdb(0, '-t 2 -n 1 ip')
      expect(result).toEqual(fails('Control GET_PUBLIC_IPS failed to node 1, ret=110\n', 110))
      expect(performance.now() - startMs).toBeGreaterThan(2_000)
      expect(performance.now() - startMs).toBeLessThan(20_000)
      t.carryOut('resume 1')
      expect(await t.ctdb(0, '-t 2 -n 1 runstate')).toEqual(prints('RUNNING'))
    })

    it('until the total time limit (-T) when that is the local node', async ({ expect }) => {
      await using t = await start()
      t.carryOut('hang 1')
      expect(await t.ctdb(1, '-T 2 ip')).toMatchObject({ stderr: 'Maximum runtime exceeded - exiting\n', stdout: '' })
    })

    it('no longer than until the other nodes notice', async ({ expect }) => {
      await using t = await start()
      t.carryOut('hang 1')
      await waitUntil('B has moved', async () => (t.kernels()[B]?.some((pnn) => pnn !== 1) ? undefined : 'it has not'), 10_000)
      expect(await t.ctdb(0, '-n 1 ip')).toEqual(fails('Node 1 has status DISCONNECTED|UNHEALTHY|INACTIVE\n'))
      // The hanging node still holds it, as no daemon can make it release the address.
      expect(t.kernels()[B]).toHaveLength(2)
      t.carryOut('resume 1')
      await t.untilHealthy()
      await waitUntil('only one has it', async () => (t.kernels()[B]?.length === 1 ? undefined : 'no'), 10_000)
      expectOwners(t, t.beliefs()[0]!)
    })
  })
})
