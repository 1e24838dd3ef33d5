import type { Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { CtdbtsError } from '../../../src/lib/errors.ts'
import type { NodeFacts, Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { controls } from '../../../src/lib/wire/controls.ts'
import type { SimCluster } from '../../../src/sim/serve/sim-cluster.ts'
import { simHostAccess } from '../../../src/sim/serve/sim-host.ts'
import { uniformLayout } from '../../../src/sim/world/layout.ts'
import type { HostAccess } from '../../../src/transport/host-access.ts'
import { localHost } from '../../../src/transport/local/host.ts'
import { answerAs, threeNodes } from '../../support/cluster-script.ts'
import { answerBasics, ScriptedDaemon } from '../../support/scripted-daemon.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { inMemory, nodeIn, noWay, opened, openedInMemory, wayIn } from './clusters.ts'

const factsOf = ({ nodes }: Snapshot, pnn: number): NodeFacts => nodes.find((facts) => facts.pnn === pnn) as NodeFacts
const missingOf = (snapshot: Snapshot, pnn: number): string[] =>
  factsOf(snapshot, pnn).missing.map(({ fact, code }) => `${fact} ${code}`)
const flagsIn = ({ nodeMap }: Snapshot, pnn: number): number => nodeMap.find((entry) => entry.pnn === pnn)?.flags ?? 0
const publicIn = (snapshot: Snapshot, pnn: number): string[] =>
  (factsOf(snapshot, pnn).host?.addresses ?? []).map(({ address }) => address).filter((address) => /\.13\d$/.test(address))

/** Lets pass as much simulated time, at once. */
async function pass(sim: SimCluster, seconds: number): Promise<void> {
  sim.driver.stop()
  await sim.advance(sim.world.clock.nowMs + seconds * 1000)
  sim.driver.start()
}

describe('a cluster in memory', () => {
  it('is sampled completely from one entry', async () => {
    const { cluster } = await openedInMemory()
    const snapshot = await cluster.sample()
    expect(snapshot.nodes.map(({ pnn, missing, leaders }) => ({ pnn, missing, leaders }))).toEqual(
      [0, 1, 2].map((pnn) => ({ pnn, missing: [], leaders: [snapshot.leader.pnn] })),
    )
    for (const { host } of snapshot.nodes) expect(host).toMatchObject({ daemonAnswers: true, version: '4.17.12' })
    expect(snapshot).toMatchObject({ askedNode: 0, leader: { era: 'leader' } })
  })

  it('is asked for its recoveries only after one', async () => {
    const { sim, cluster } = await openedInMemory()
    expect(factsOf(await cluster.sample(), 0).recentRecoveries).toMatchObject({ count: 1 })
    await pass(sim, 120)
    expect(factsOf(await cluster.sample(), 0).recentRecoveries).toBeUndefined()
  })

  it('gets few requests in a light sample, which is still complete', async () => {
    using dir = tempDir()
    await using daemon = await new ScriptedDaemon(dir.file('s'), answerAs(threeNodes)).listen()
    const cluster = await opened({ entries: [{ name: 'here', reach: async () => localHost() }], socketPaths: [daemon.path] })
    const before = await cluster.sample()
    const asked = daemon.requests.length
    const after = await cluster.sample({ before, extent: 'kernel' })
    const opcodes = daemon.requests.slice(asked).map(({ opcode }) => opcode)
    // The node map; of each of three nodes: run state, maps, recovery mode, uptime, addresses, interfaces, ban; and the three that it refused.
    expect(opcodes).toHaveLength(1 + 3 * (8 + 3))
    for (const { opcode } of [controls.getPublicIpInfo, controls.getAllTunables]) expect(opcodes).not.toContain(opcode)
    const told = ({ nodes }: Snapshot) => nodes.map(({ known, tunables, available }) => ({ known, tunables, available }))
    expect(told(after)).toEqual(told(before))
  })

  it('keeps the same address lists in a light sample unless something moved', async () => {
    const { sim, cluster } = await openedInMemory()
    const before = await cluster.sample()
    const light = { before, extent: 'kernel' } as const
    const same = await cluster.sample(light)
    expect(same.nodes.map(({ known }, pnn) => known === before.nodes[pnn]?.known)).toEqual([true, true, true])
    sim.carryOut('link 1 bond0 down')
    await pass(sim, 60)
    const moved = await cluster.sample(light)
    const told = ({ nodes }: Snapshot) => nodes.map(({ known }) => known)
    expect(told(moved)).not.toEqual(told(before))
    expect(told(moved)).toEqual(told(await cluster.sample()))
  })

  it('is asked through the first entry, and has each node once however often it is named', async () => {
    const sim = await inMemory()
    const cluster = await opened({ entries: [2, 0, 2, 0].map((pnn) => nodeIn(sim, pnn)), routeTo: wayIn(sim) })
    const snapshot = await cluster.sample()
    expect(snapshot.askedNode).toBe(2)
    expect(snapshot.nodes.map(({ host }) => host?.reachedBy)).toEqual([0, 1, 2].map((pnn) => `simulated node ${pnn}`))
  })

  it('is not mixed with another cluster', async () => {
    const layout = uniformLayout(3, 4)
    const elsewhere = (text: string) => text.replaceAll('10.11.12.', '10.44.12.')
    const other = await inMemory({
      layout: {
        nodes: elsewhere(layout.nodes),
        hosts: layout.hosts.map((host) => ({
          ...host,
          privateAddress: elsewhere(host.privateAddress),
          interfaces: host.interfaces.map(({ name, addresses }) => ({ name, addresses: addresses.map(elsewhere) })),
        })),
      },
    })
    const entries = [nodeIn(await inMemory({ layout }), 0), nodeIn(other, 1, 'stranger')]
    await expect(opened({ entries })).rejects.toMatchObject({
      code: 'OTHER_CLUSTER',
      message: 'stranger is node 1 with the private address 10.44.12.2, but the cluster of sim0 has 10.11.12.2 for it',
    })
  })

  it('does not report a daemon as dead that answers through others, although its socket is not found', async () => {
    const sim = await inMemory()
    const hidden = { ...simHostAccess(sim, 1), connect: async () => Promise.reject(new CtdbtsError('NO_SOCKET', 'none there')) }
    const entries = [nodeIn(sim, 0), { name: 'sim1', reach: async () => hidden }]
    const snapshot = await (await opened({ entries, routeTo: wayIn(sim) })).sample()
    expect(factsOf(snapshot, 1)).toMatchObject({ runState: 'RUNNING', host: { daemonAnswers: true } })
  })

  it('reports the daemon facts of other nodes without a route to them', async () => {
    const sim = await inMemory()
    const snapshot = await (await opened({ entries: [nodeIn(sim, 0)] })).sample()
    expect(snapshot.nodes.map(({ host }) => host !== undefined)).toEqual([true, false, false])
    expect(factsOf(snapshot, 1)).toMatchObject({ runState: 'RUNNING', leaders: undefined })
    expect(missingOf(snapshot, 1)).toEqual(['leaders NOT_REACHED'])
  })

  it('reports the kernel of a node with a dead daemon, with the addresses left behind', async () => {
    const { sim } = await openedInMemory()
    sim.carryOut('kill 2')
    await pass(sim, 20)
    const snapshot = await (await opened({ entries: [nodeIn(sim, 0)], routeTo: wayIn(sim) })).sample()
    expect(flagsIn(snapshot, 2) & NODE_FLAG.DISCONNECTED).not.toBe(0)
    expect(factsOf(snapshot, 2).host).toMatchObject({ daemonAnswers: false, hostname: 'n2' })
    expect(publicIn(snapshot, 2)).not.toEqual([])
    expect(missingOf(snapshot, 2)).toEqual(['everything DISCONNECTED', 'host.events NO_SOCKET', 'leaders NO_SOCKET'])
  })

  it('has no facts of a node without power, and all facts of the others', async () => {
    const sim = await inMemory()
    sim.carryOut('crash 1')
    await pass(sim, 20)
    const snapshot = await (await opened({ entries: [nodeIn(sim, 0)], routeTo: wayIn(sim) })).sample()
    expect(missingOf(snapshot, 1)).toContain('host.addresses NO_POWER')
    for (const pnn of [0, 2]) expect(factsOf(snapshot, pnn)).toMatchObject({ missing: [], host: { hostname: `n${pnn}` } })
  })

  it('waits one time limit for a daemon that hangs, and none in later samples', async () => {
    const sim = await inMemory({ speed: 1 })
    sim.carryOut('hang 2')
    const started = Date.now()
    const cluster = await opened({ entries: [nodeIn(sim, 0)], routeTo: wayIn(sim), timeoutMs: 3_000 })
    expect(Date.now() - started).toBeGreaterThanOrEqual(2_900)
    for (const look of [1, 2]) {
      const snapshot = await cluster.sample()
      expect(factsOf(snapshot, 2).host, `look ${look}`).toMatchObject({ hostname: 'n2', daemonAnswers: false })
      expect(missingOf(snapshot, 2)).toEqual(
        expect.arrayContaining([expect.stringMatching(/^everything (TIMEOUT|DISCONNECTED)$/)]),
      )
      expect(missingOf(snapshot, 0)).toEqual([])
    }
  })

  it('is asked through another node when the daemon asked hangs or dies between two samples', async () => {
    const sim = await inMemory()
    const cluster = await opened({ entries: [nodeIn(sim, 0)], routeTo: wayIn(sim), timeoutMs: 1_500 })
    expect((await cluster.sample()).askedNode).toBe(0)
    sim.carryOut('hang 0')
    expect((await cluster.sample()).askedNode).toBe(1)
    sim.carryOut('kill 1')
    await pass(sim, 20)
    const snapshot = await cluster.sample()
    expect(snapshot.askedNode).toBe(2)
    expect(factsOf(snapshot, 1).host).toMatchObject({ daemonAnswers: false, hostname: 'n1' })
  })

  it('starts from an entry with a dead daemon: its files name the nodes, its addresses identify it', async () => {
    const sim = await inMemory()
    sim.carryOut('kill 1')
    await pass(sim, 20)
    const cluster = await opened({ entries: [nodeIn(sim, 1, 'here')], routeTo: wayIn(sim) })
    const snapshot = await cluster.sample()
    expect(snapshot.askedNode).not.toBe(1)
    expect(factsOf(snapshot, 1).host).toMatchObject({ reachedBy: 'simulated node 1', daemonAnswers: false })
    expect(missingOf(snapshot, 0)).toEqual([])
    expect(flagsIn(snapshot, 1) & NODE_FLAG.DISCONNECTED).not.toBe(0)
  })

  it.each([
    { file: 'with a host name', nodes: '10.11.12.1\nsmb1.example.com\n10.11.12.3\n' },
    { file: 'with a comment that ctdbd takes for a deleted node', nodes: '# the nodes\n10.11.12.1\n10.11.12.2\n10.11.12.3\n' },
    { file: 'that lacks nodes', nodes: '10.11.12.3\n' },
  ])('goes by the daemons that live, if the entry with a dead daemon has a nodes file $file', async ({ nodes }) => {
    const sim = await inMemory()
    sim.carryOut('kill 1')
    await pass(sim, 20)
    const node = sim.world.nodes[1]
    if (node) node.files.nodes = nodes
    const cluster = await opened({ entries: [nodeIn(sim, 1)], routeTo: wayIn(sim) })
    const snapshot = await cluster.sample()
    expect(snapshot.nodeMap.map(({ pnn, address }) => [pnn, address])).toEqual([
      [0, '10.11.12.1'],
      [1, '10.11.12.2'],
      [2, '10.11.12.3'],
    ])
    expect(snapshot.nodes.map(({ host }) => host?.hostname)).toEqual(['n0', 'n1', 'n2'])
  })

  it('still reports kernels and files when all daemons are dead', async () => {
    const sim = await inMemory()
    for (const pnn of [0, 1, 2]) sim.carryOut(`kill ${pnn}`)
    const snapshot = await (await opened({ entries: [nodeIn(sim, 1)], routeTo: wayIn(sim) })).sample()
    expect(snapshot.nodeMap.map(({ pnn, address }) => `${pnn} ${address}`)).toEqual([
      '0 10.11.12.1',
      '1 10.11.12.2',
      '2 10.11.12.3',
    ])
    expect(snapshot.leader.pnn).toBeNull()
    for (const { pnn, host, missing } of snapshot.nodes) {
      expect(host).toMatchObject({ hostname: `n${pnn}`, daemonAnswers: false, nodesFile: expect.stringContaining('10.11.12.3') })
      expect(missing[0]).toMatchObject({ fact: 'everything', code: 'NO_SOCKET' })
    }
    expect([0, 1, 2].flatMap((pnn) => publicIn(snapshot, pnn))).toHaveLength(4)
  })

  it('reports the view of a node that is cut off from the others', async () => {
    const sim = await inMemory()
    const cluster = await opened({ entries: [nodeIn(sim, 0)], routeTo: wayIn(sim) })
    sim.carryOut('part 2')
    await pass(sim, 30)
    const snapshot = await cluster.sample()
    expect(flagsIn(snapshot, 2) & NODE_FLAG.DISCONNECTED).not.toBe(0)
    const own = factsOf(snapshot, 2)
    expect(own.missing.filter(({ fact }) => fact !== 'leaders')).toEqual([])
    expect(own.nodeMap?.filter(({ flags }) => (flags & NODE_FLAG.DISCONNECTED) !== 0).map(({ pnn }) => pnn)).toEqual([0, 1])
    expect(own.host).toMatchObject({ daemonAnswers: true })
  })

  it('is sampled when all nodes are banned', async () => {
    const sim = await inMemory()
    for (const pnn of [0, 1, 2]) sim.carryOut(`ban ${pnn} 1000`)
    await pass(sim, 5)
    const snapshot = await (await opened({ entries: [nodeIn(sim, 0)], routeTo: wayIn(sim), timeoutMs: 3_000 })).sample()
    // Each knows it of itself only.
    expect(flagsIn(snapshot, snapshot.askedNode) & NODE_FLAG.BANNED).not.toBe(0)
    for (const { host, banSeconds } of snapshot.nodes) {
      expect(host).toMatchObject({ daemonAnswers: true })
      expect(banSeconds).toBe(1000)
    }
  })

  it('is sampled through whichever of two entries can be reached', async () => {
    const sim = await inMemory()
    const away = noWay('away', new CtdbtsError('SSH_REFUSED', 'away: refused'))
    const cluster = await opened({ entries: [away, nodeIn(sim, 2)], routeTo: wayIn(sim) })
    const snapshot = await cluster.sample()
    expect(snapshot.askedNode).toBe(2)
    expect(snapshot.nodes.flatMap(({ missing }) => missing)).toEqual([])
  })

  it('asks daemons before 4.16 for their recovery master', async () => {
    const { cluster } = await openedInMemory({ era: '2017' })
    const snapshot = await cluster.sample()
    expect(snapshot.leader).toEqual({ pnn: expect.any(Number), era: 'recmaster' })
    expect(snapshot.nodes.map(({ leaders }) => leaders)).toEqual([0, 1, 2].map(() => [snapshot.leader.pnn]))
  })

  it('does not report a bug as an unreachable node', async () => {
    const bug = new TypeError('a bug')
    await expect(opened({ entries: [noWay('x', bug)] })).rejects.toBe(bug)
  })
})

describe('a host or node that cannot be reached', () => {
  const refused = (name: string) =>
    noWay(name, new CtdbtsError('SSH_REFUSED', `${name} refuses`, { hint: 'see whether sshd runs' }))

  it('is reported with its own error if it is the only entry', async () => {
    await expect(opened({ entries: [refused('a')] })).rejects.toMatchObject({ code: 'SSH_REFUSED', message: 'a refuses' })
  })

  it('is reported with the error of each of several entries', async () => {
    await expect(opened({ entries: [refused('a'), refused('b')] })).rejects.toMatchObject({
      code: 'NO_WAY',
      message: 'cannot reach any of the 2 hosts: a: a refuses; b: b refuses',
      hint: 'see whether sshd runs',
    })
  })

  it('may be a node in whose place another one answers', async () => {
    const sim = await inMemory()
    // The names of nodes 1 and 2 lead to each other.
    const routeTo = (privateAddress: string) => nodeIn(sim, privateAddress === '10.11.12.2' ? 2 : 1, `name-of-${privateAddress}`)
    const snapshot = await (await opened({ entries: [nodeIn(sim, 0)], routeTo })).sample()
    const [wrong] = factsOf(snapshot, 1).missing
    expect(wrong).toEqual({
      fact: 'host',
      code: 'WRONG_NODE',
      message: 'name-of-10.11.12.2 is node 2 instead of node 1',
      hint: expect.stringContaining('configuration of ctdbts'),
    })
    // Its daemon is asked through the entry all the same.
    expect(factsOf(snapshot, 1).runState).toBe('RUNNING')
    expect(factsOf(snapshot, 1).host).toBeUndefined()
  })

  it('may be a machine with neither a daemon nor a nodes file', async () => {
    const sim = await inMemory()
    sim.carryOut('kill 0')
    sim.carryOut('kill 1')
    const base = '/elsewhere'
    await expect(opened({ entries: [nodeIn(sim, 0)], base })).rejects.toMatchObject({
      code: 'NO_SOCKET',
      message: 'no CTDB daemon runs on simulated node 0',
    })
    await expect(opened({ entries: [nodeIn(sim, 0), nodeIn(sim, 1)], base })).rejects.toMatchObject({
      code: 'NO_WAY',
      message: expect.stringMatching(
        /^neither a daemon nor a nodes file lists the nodes on any of the 2 hosts: sim0: no CTDB .*; sim1: no CTDB /,
      ),
    })
  })

  it.each([
    { list: '!/usr/bin/samba-container ctdb-list-nodes', nodes: undefined },
    { list: '/mnt/nodes', nodes: ['10.11.12.3'] },
  ])('goes by the list that ctdb.conf names, but does not run a command for it: $list', async ({ list, nodes }) => {
    const sim = await inMemory()
    for (const pnn of [0, 1, 2]) sim.carryOut(`kill ${pnn}`)
    const node = sim.world.nodes[0]
    if (!node) throw new Error('no node')
    vi.spyOn(node, 'version', 'get').mockReturnValue('4.22.1')
    vi.spyOn(node, 'config', 'get').mockReturnValue(`[cluster]\nnodes list = ${list}\n`)
    const asked: string[] = []
    const reach = async (): Promise<HostAccess> => {
      const access = await nodeIn(sim, 0).reach()
      const exec: HostAccess['exec'] = async (argv, limits) => {
        if (argv[0] === 'sh') return await access.exec(argv, limits)
        asked.push(argv.join(' '))
        return { exitStatus: 0, stdout: Buffer.from('10.11.12.3\n'), stderr: '' }
      }
      return { ...access, exec }
    }
    const cluster = opened({ entries: [{ name: 'entry', reach }] })
    if (nodes) expect((await (await cluster).sample()).nodeMap.map(({ address }) => address)).toEqual(nodes)
    else await expect(cluster).rejects.toMatchObject({ code: 'NO_SOCKET', hint: expect.stringContaining(`nodes list = ${list}`) })
    expect(asked).toEqual(nodes ? ['cat /mnt/nodes'] : [])
  })

  it('leaves no connection to a daemon open', async () => {
    using dir = tempDir()
    const connections = new Set<Socket>()
    await using daemon = await new ScriptedDaemon(dir.file('s'), (exchange) => {
      connections.add(exchange.socket)
      if (exchange.request.opcode === controls.getNodeMap.opcode) exchange.fail(-1, 'not now')
      else answerBasics(exchange)
    }).listen()
    const entries = [{ name: 'this machine', reach: async () => localHost() }]
    const opening = opened({ entries, socketPaths: [daemon.path], base: dir.path, timeoutMs: 2_000 })
    await expect(opening).rejects.toMatchObject({ code: 'NO_NODE_MAP' })
    expect(connections.size).toBe(1)
    await expect.poll(() => [...connections].every(({ destroyed }) => destroyed)).toBe(true)
  })
})

describe('a daemon that may run in another network namespace', () => {
  it('is not reported with the kernel of this machine', async () => {
    using dir = tempDir()
    await using daemon = await new ScriptedDaemon(dir.file('s'), answerAs(threeNodes)).listen()
    const entries = [{ name: 'this machine', reach: async () => localHost() }]
    const cluster = await opened({ entries, socketPaths: [daemon.path], checksHost: true, timeoutMs: 3_000 })
    const snapshot = await cluster.sample()
    expect(snapshot.nodes.every(({ host }) => host === undefined)).toBe(true)
    expect(factsOf(snapshot, 0).missing).toContainEqual({
      fact: 'host',
      code: 'WRONG_HOST',
      message: expect.stringMatching(/^this machine may be another machine: its kernel does not have the private address 10\./),
    })
  })

  it('is reported with the kernel that has its private address', async () => {
    const sim = await inMemory({ layout: uniformLayout(1, 1) })
    const cluster = await opened({ entries: [{ name: 'here', reach: async () => simHostAccess(sim, 0) }], checksHost: true })
    expect(factsOf(await cluster.sample(), 0).host).toMatchObject({ hostname: 'n0' })
  })
})
