import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CtdbtsError } from '../../../src/lib/errors.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import type { HostRoute } from '../../../src/transport/host-access.ts'
import { parseSshTarget, SshPool } from '../../../src/transport/ssh/index.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { cuttable, opened, overSsh, poolFor, sshHost, throughEntry } from './clusters.ts'

const missingIn = ({ nodes }: Snapshot): string[] =>
  nodes.flatMap(({ pnn, missing }) => missing.map(({ fact, code }) => `${pnn} ${fact} ${code}`))

describe('a cluster over SSH', () => {
  it('is sampled completely through one host, with one connection per node', async () => {
    const server = await overSsh()
    const pool = poolFor(server)
    const cluster = await opened({ entries: [sshHost(pool, 'node1')], routeTo: throughEntry(pool) })
    for (const look of ['first', 'second']) {
      const snapshot = await cluster.sample()
      expect(missingIn(snapshot), `the ${look} look`).toEqual([])
      expect(snapshot.askedNode).toBe(1)
      expect(snapshot.nodes.map(({ host }) => host?.hostname)).toEqual(['n0', 'n1', 'n2'])
    }
    expect(pool.opened).toBe(3)
  })

  it('says how to accept the host key of a node behind another one', async () => {
    const server = await overSsh()
    const knownHosts = server.knownHostsPath ?? ''
    const lines = readFileSync(knownHosts, 'utf8').split('\n')
    writeFileSync(knownHosts, lines.filter((line) => !line.startsWith('10.11.12.2 ')).join('\n'))
    const pool = poolFor(server)
    const snapshot = await (await opened({ entries: [sshHost(pool, 'node0')], routeTo: throughEntry(pool) })).sample()
    const reason = snapshot.nodes[1]?.missing.find(({ fact }) => fact === 'host')
    expect(reason).toMatchObject({ code: 'HOST_KEY_UNKNOWN' })
    expect(reason?.hint).toContain(`\`ssh -J root@node0:${server.nodes[0]?.ssh?.port} root@10.11.12.2\``)
  })

  it('makes one connection per node when all hosts are named, one of them twice', async () => {
    const server = await overSsh()
    const pool = poolFor(server)
    const entries = ['node0', 'node1', 'node2', 'node0'].map((name) => sshHost(pool, name))
    const cluster = await opened({ entries, routeTo: throughEntry(pool) })
    expect(missingIn(await cluster.sample())).toEqual([])
    expect(pool.opened).toBe(3)
  })

  it('is reached by names configured for its private addresses', async () => {
    const server = await overSsh()
    const pool = poolFor(server)
    const names: string[] = []
    const routeTo = (privateAddress: string): HostRoute => {
      const name = `node${Number(privateAddress.split('.')[3]) - 1}`
      names.push(name)
      return sshHost(pool, name)
    }
    const cluster = await opened({ entries: [sshHost(pool, 'node2')], routeTo })
    const snapshot = await cluster.sample()
    expect(names.toSorted()).toEqual(['node0', 'node1'])
    expect(snapshot.nodes.map(({ host }) => host?.reachedBy)).toEqual(
      server.nodes.map(({ ssh }) => `ssh root@127.0.0.1:${ssh?.port}`),
    )
  })

  it('reports why a node cannot be reached, and asks its daemon through the entry', async () => {
    const server = await overSsh()
    const pool = poolFor(server, { connectTimeoutMs: 5_000 })
    // Port 1 of this machine is nobody's.
    const routeTo = (name: string): HostRoute => ({ name, reach: () => pool.connect(parseSshTarget('root@127.0.0.1:1')) })
    const snapshot = await (await opened({ entries: [sshHost(pool, 'node0')], routeTo })).sample()
    expect(missingIn(snapshot)).toEqual([1, 2].flatMap((pnn) => [`${pnn} host SSH_REFUSED`, `${pnn} leaders SSH_REFUSED`]))
    expect(snapshot.nodes.every(({ runState }) => runState === 'RUNNING')).toBe(true)
  })

  it('uses an entry that can be reached beside one with an unknown host key', async () => {
    const server = await overSsh()
    const known = server.knownHostsPath ?? ''
    const port = server.nodes[0]?.ssh?.port
    writeFileSync(known, readFileSync(known, 'utf8').replace(new RegExp(`^\\[127.0.0.1\\]:${port} .*\n`, 'm'), ''))
    const pool = poolFor(server)
    const cluster = await opened({ entries: [sshHost(pool, 'node0'), sshHost(pool, 'node1')], routeTo: throughEntry(pool) })
    // As its private address, node 0 is known.
    expect(missingIn(await cluster.sample())).toEqual([])
    const alone = opened({ entries: [sshHost(pool, 'node0')] })
    await expect(alone).rejects.toMatchObject({ code: 'HOST_KEY_UNKNOWN' })
  })

  it('lacks only the facts of a node whose connection is cut between two samples', async () => {
    const server = await overSsh()
    const { cut } = await cuttable(server, 1)
    const pool = poolFor(server)
    const routeTo = (name: string): HostRoute => sshHost(pool, name === '10.11.12.2' ? 'cut' : 'node2')
    const cluster = await opened({ entries: [sshHost(pool, 'node0')], routeTo })
    expect(missingIn(await cluster.sample())).toEqual([])
    cut()
    const snapshot = await cluster.sample()
    expect(missingIn(snapshot).filter((line) => !line.startsWith('1 '))).toEqual([])
    expect(missingIn(snapshot)).toContain('1 host.addresses SSH_CLOSED')
    // Its daemon is well, and tells of itself through the entry.
    expect(snapshot.nodes[1]).toMatchObject({ runState: 'RUNNING', pnn: 1 })
    expect(snapshot.nodes[1]?.host).toBeUndefined()
    expect(snapshot.nodes.map(({ known }) => known?.length)).toEqual([4, 4, 4])
  })

  it('lacks only the facts of a node whose connection is cut during a sample', async () => {
    const server = await overSsh({ speed: 1 })
    const { cut } = await cuttable(server, 1)
    const pool = poolFor(server)
    const routeTo = (name: string): HostRoute => sshHost(pool, name === '10.11.12.2' ? 'cut' : 'node2')
    const cluster = await opened({ entries: [sshHost(pool, 'node0')], routeTo })
    // The node answers nothing any more, so that the look is surely under way when the cut comes.
    server.cluster.carryOut('hang 1')
    const looking = cluster.sample()
    setTimeout(cut, 1_500)
    const snapshot = await looking
    expect(missingIn(snapshot).filter((line) => !line.startsWith('1 '))).toEqual([])
    expect(missingIn(snapshot)).toContain('1 nodeMap DISCONNECTED')
  })

  it('is asked through another node when the connection to the entry is cut', async () => {
    const server = await overSsh()
    const { cut } = await cuttable(server, 0)
    const pool = poolFor(server)
    const routeTo = (name: string): HostRoute => sshHost(pool, name === '10.11.12.2' ? 'node1' : 'node2')
    const cluster = await opened({ entries: [sshHost(pool, 'cut')], routeTo })
    expect((await cluster.sample()).askedNode).toBe(0)
    cut()
    const snapshot = await cluster.sample()
    expect(snapshot.askedNode).toBe(1)
    expect(missingIn(snapshot).filter((line) => !line.startsWith('0 '))).toEqual([])
  })
})

describe('a daemon that may not be asked', () => {
  it('is not reported as dead', async () => {
    const server = await overSsh()
    const pool = poolFor(server)
    const forbidden = (host: string): HostRoute => ({
      name: host,
      reach: async () => {
        const connection = await pool.connect({ host, user: 'root' })
        const refuse = () => Promise.reject(new CtdbtsError('NO_PERMISSION', `no permission on ${host}`))
        return { name: connection.name, exec: (...words) => connection.exec(...words), connect: refuse }
      },
    })
    const entries = ['node0', 'node1', 'node2'].map(forbidden)
    const snapshot = await (await opened({ entries })).sample()
    expect(snapshot.nodes.map(({ host }) => host?.daemonAnswers)).toEqual([true, true, true])
    expect(snapshot.nodes.map(({ missing }) => missing[0]?.message)).toEqual(
      ['node0', 'node1', 'node2'].map((name) => `no permission on ${name}`),
    )
  })
})

describe("a simulated cluster's SSH configuration", () => {
  it('forwards to every private address through any node, and nowhere else', async () => {
    const server = await overSsh()
    const pool = poolFor(server)
    for (const pnn of [0, 2]) {
      const through = await pool.connect({ host: `node${pnn}`, user: 'root' })
      const other = await pool.connect({ host: '10.11.12.2', user: 'root' }, { through })
      expect((await other.exec(['cat', '/etc/ctdb/nodes'], { timeoutMs: 5_000, maxBytes: 1_000 })).exitStatus).toBe(0)
      await expect(through.forwardTcp('127.0.0.1', server.nodes[0]?.ssh?.port ?? 0)).rejects.toMatchObject({ code: 'SSH_JUMP' })
      await expect(through.forwardTcp('10.11.12.9', 22)).rejects.toMatchObject({ code: 'SSH_JUMP' })
    }
  })

  it('is enough for ProxyJump too', async () => {
    using home = tempDir()
    const server = await overSsh()
    mkdirSync(home.file('.ssh'))
    writeFileSync(home.file('.ssh/config'), readFileSync(server.sshConfigPath ?? ''))
    appendFileSync(home.file('.ssh/config'), 'Host 10.11.12.*\n  ProxyJump node0\n')
    using pool = new SshPool({ env: {}, home: home.path })
    const { name } = await pool.connect({ host: '10.11.12.3', user: 'root' })
    expect(name).toBe('ssh root@10.11.12.3:22')
    expect(pool.opened).toBe(2)
  })
})
