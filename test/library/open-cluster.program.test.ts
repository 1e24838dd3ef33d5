import { afterEach, describe, expect, it, vi } from 'vitest'
import { openCluster } from '../../src/library/index.ts'
import { folder, served } from '../support/served-cluster.ts'

describe('openCluster without hosts', () => {
  afterEach(() => vi.unstubAllEnvs())

  it.each([['a socket option'], ['CTDB_SOCKET']])('uses the socket of the local daemon, named by %s', async (by) => {
    const { server } = await served()
    const { socketPath } = server.nodes[1]!
    if (by === 'CTDB_SOCKET') vi.stubEnv('CTDB_SOCKET', socketPath)
    using cluster = await openCluster(by === 'CTDB_SOCKET' ? {} : { socketPath })
    const { askedNode, nodes } = await cluster.snapshot()
    expect(askedNode).toBe(1)
    expect(nodes.map(({ pnn, known }) => [pnn, known?.length])).toEqual([0, 1, 2].map((pnn) => [pnn, 3]))
    expect(await cluster.client.pnn()).toBe(1)
  })

  it("does not take this machine's facts for those of a simulated node", async () => {
    const { server } = await served()
    using cluster = await openCluster({ socketPath: server.nodes[0]!.socketPath })
    const { nodes } = await cluster.snapshot()
    expect(nodes.map(({ host }) => host)).toEqual([undefined, undefined, undefined])
    expect(nodes[0]!.missing).toEqual([expect.objectContaining({ fact: 'host', code: 'WRONG_HOST' })])
  })

  it('follows and changes the cluster through that daemon', async () => {
    const { server } = await served({ speed: 20 })
    using cluster = await openCluster({ socketPath: server.nodes[0]!.socketPath })
    const kinds: string[] = []
    using following = cluster.follow(({ kind }) => kinds.push(kind))
    expect((await following.firstSample).nodeMap).toHaveLength(3)
    expect(await cluster.changeState(2, 'disable')).toMatchObject({ pnn: 2, changed: true })
    expect((await cluster.snapshot()).nodes[2]!.known?.filter(({ owner }) => owner === 2)).toEqual([])
    expect(kinds).toContain('seen')
  })

  it.each([
    { run: ['env', '{node}=1'] as const, hosts: ['A', 'B'] },
    { run: ['env', '--'] as const, hosts: [] },
  ])('goes through a command: $run', async ({ run, hosts }) => {
    const { server } = await served()
    using cluster = await openCluster({ socketPath: server.nodes[1]!.socketPath, run, hosts })
    expect((await cluster.snapshot()).askedNode).toBe(1)
  })

  it('refuses a command that names a node if there is none', async () => {
    await expect(openCluster({ run: ['enter', '{node}'] })).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('reports a socket that does not exist', async () => {
    const socketPath = folder().file('none')
    await expect(openCluster({ socketPath })).rejects.toMatchObject({ code: 'NO_SOCKET' })
  })
})
