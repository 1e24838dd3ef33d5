import { describe, expect, it, onTestFinished } from 'vitest'
import { Listener } from '../../../src/operations/reach/listener.ts'
import type { SimCluster } from '../../../src/sim/serve/sim-cluster.ts'
import { uniformLayout } from '../../../src/sim/world/layout.ts'
import { CtdbClient } from '../../../src/transport/client/client.ts'
import { connectUnix } from '../../../src/transport/local/socket.ts'
import { answerAs, threeNodes } from '../../support/cluster-script.ts'
import { ScriptedDaemon } from '../../support/scripted-daemon.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { inMemory } from './clusters.ts'

/** A run may take its time on a machine that does other things too. */
const LONG = { timeout: 20_000 }

async function listening(sim: SimCluster, pnn: number): Promise<Listener> {
  const client = new CtdbClient(sim.connect(pnn), { peer: `node ${pnn}`, timeoutMs: 5_000 })
  const listener = await Listener.start(client, pnn)
  onTestFinished(() => {
    listener[Symbol.dispose]()
    client.close()
  })
  return listener
}

describe('a listener', () => {
  it('reports each leader once', async () => {
    const sim = await inMemory()
    const listener = await listening(sim, 0)
    expect(await listener.recentLeaders()).toEqual([sim.world.leader])
  })

  it('reports no leader if there is none, and does not wait for ever', async () => {
    using dir = tempDir()
    await using daemon = await new ScriptedDaemon(dir.file('s'), answerAs({ ...threeNodes, leader: undefined })).listen()
    using client = await connectUnix(daemon.path, { timeoutMs: 5_000 })
    // The listener waits from its own start.
    const startMs = performance.now()
    using listener = await Listener.start(client, 0)
    expect(await listener.recentLeaders()).toEqual([])
    expect(performance.now() - startMs).toBeGreaterThan(2_400)
  })

  it('reports moves, with both nodes', async () => {
    const sim = await inMemory({ layout: uniformLayout(2, 2) })
    const [listener0, listener1] = [await listening(sim, 0), await listening(sim, 1)]
    const beforeMs = Date.now()
    const known = sim.world.nodes[1]?.daemon?.publicIps.known() ?? []
    const moved = known.filter(({ pnn }) => pnn === 1).map(({ address }) => address.address)
    expect(moved).not.toEqual([])
    sim.carryOut('link 1 bond0 down')
    const heard = () => [listener0, listener1].flatMap((listener) => listener.activitySince(beforeMs))
    await expect.poll(heard, LONG).toContainEqual(expect.objectContaining({ pnn: 0, event: 'TAKE_IP', address: moved[0] }))
    const released = listener1.activitySince(beforeMs).filter(({ event }) => event === 'RELEASE_IP')
    expect(released.map(({ address }) => address)).toEqual(expect.arrayContaining(moved))
    expect(released.every(({ pnn, atMs }) => pnn === 1 && atMs >= beforeMs && atMs <= Date.now())).toBe(true)
    expect(listener0.activitySince(Date.now() + 1_000)).toEqual([])
  })

  it('survives the end of its daemon, and keeps what it has received', async () => {
    const sim = await inMemory()
    const listener = await listening(sim, 2)
    await listener.recentLeaders()
    sim.carryOut('kill 2')
    expect(await listener.recentLeaders()).toEqual([sim.world.leader])
  })
})
