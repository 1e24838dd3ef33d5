import { describe, expect, it } from 'vitest'
import { factsOf } from '../../../src/lib/snapshot/snapshot.ts'
import type { HostRoute } from '../../../src/transport/host-access.ts'
import { cuttable, overSsh, poolFor, sshHost, throughEntry } from '../reach/clusters.ts'
import { followed } from './watched-cluster.ts'

describe('a follower over SSH', () => {
  it('reports a cut connection at once, reconnects, and receives broadcasts of the node again', async () => {
    const server = await overSsh({ speed: 3 })
    const { cut } = await cuttable(server, 1)
    const pool = poolFor(server)
    const routeTo = (name: string): HostRoute => sshHost(pool, name === '10.11.12.2' ? 'cut' : 'node2')
    const following = await followed({ entries: [sshHost(pool, 'node0')], routeTo })
    const [since, openedBefore] = [following.all.length, pool.opened]
    cut()
    const cutMs = Date.now()
    const blind = await following.until('blind', undefined, since)
    expect(blind).toMatchObject({ pnn: 1, what: 'host', why: expect.stringContaining('has ended') })
    expect(blind.atMs - cutMs).toBeLessThan(500)
    const sighted = await following.until('sighted', undefined, since)
    expect(sighted).toMatchObject({ pnn: 1, what: 'host' })
    expect(pool.opened).toBe(openedBefore + 1)
    const { snapshot } = await following.until(
      'seen',
      (look) => factsOf(look.snapshot, 1)?.host !== undefined,
      following.all.indexOf(sighted),
    )
    expect(factsOf(snapshot, 1)?.host).toMatchObject({ hostname: 'n1', daemonAnswers: true })
    server.cluster.carryOut('link 1 bond0 down')
    await following.until('told', ({ pnn, event }) => pnn === 1 && event === 'RELEASE_IP', since)
  })

  it('reconnects to the other nodes when the entry on the way to them is back', async () => {
    const server = await overSsh({ speed: 3 })
    const { cut } = await cuttable(server, 0)
    const pool = poolFor(server)
    const following = await followed({ entries: [sshHost(pool, 'cut')], routeTo: throughEntry(pool) })
    const since = following.all.length
    cut()
    for (const pnn of [0, 1, 2]) await following.until('blind', (blind) => blind.pnn === pnn && blind.what === 'host', since)
    await following.until('blind', ({ pnn }) => pnn === undefined, since)
    for (const pnn of [0, 1, 2]) await following.until('sighted', (sighted) => sighted.pnn === pnn, since)
    const all = await following.until('seen', ({ snapshot }) => snapshot.nodes.every(({ host }) => host?.daemonAnswers), since)
    expect(all.snapshot.nodes.flatMap(({ missing }) => missing.filter(({ fact }) => fact !== 'leaders'))).toEqual([])
  })
})
