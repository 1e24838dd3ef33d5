import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { DESTINATION, SRVID } from '../../../src/lib/cluster/srvid.ts'
import { INTERNAL_SRVID } from '../../../src/lib/node/message-types.ts'
import { uniformLayout } from '../../../src/lib/sim/layout.ts'
import { CtdbClient } from '../../../src/transport/client.ts'
import { SimCluster } from '../../../src/transport/serve/sim-cluster.ts'
import type { Control } from '../../../src/transport/wire/controls.ts'
import { controls } from '../../../src/transport/wire/controls.ts'
import { messages } from '../../../src/transport/wire/messages.ts'

const getPnn = controls.getPnn as Control<void, number>

/** A cluster that goes on, a client of its node 0, and what was found to be a bug. */
async function running() {
  const bugs: unknown[] = []
  const cluster = new SimCluster({
    layout: uniformLayout(3, 3),
    era: 'now',
    seed: 1,
    speed: 20,
    onBug: (error) => bugs.push(error),
  })
  await cluster.comeUp()
  cluster.driver.start()
  const client = new CtdbClient(cluster.connect(0), { peer: 'node 0', timeoutMs: 2_000 })
  return { cluster, client, bugs }
}

it('survives messages to nodes that do not exist, and answers that are to go there', async () => {
  const { cluster, client, bugs } = await running()
  client.send(messages.rebalanceNode, 7, 1)
  client.send(messages.takeoverRun, DESTINATION.CONNECTED_NODES, { pnn: 99, replySrvid: 0xce01_0000_0000_0001n })
  client.send(messages.disableTakeoverRuns, 0xffff_ffff, { pnn: 99, replySrvid: 1n, timeoutSeconds: 1 })
  await expect(client.control(getPnn, { to: 99 })).rejects.toThrow('failed on node 99')
  await sleep(200)
  expect(await client.control(getPnn)).toBe(0)
  expect(bugs).toEqual([])
  client.close()
  cluster.close()
})

it('does not take from clients what only its own programs send each other', async () => {
  const { cluster, client, bugs } = await running()
  const heard: unknown[] = []
  for (const [name, srvid] of Object.entries(INTERNAL_SRVID)) {
    cluster.world.nodes[0]?.daemon?.listen(srvid, (data) => heard.push(data))
    client.send({ srvid, name, data: messages.leader.data }, DESTINATION.CURRENT_NODE, 1)
  }
  // One that is for everybody does arrive.
  cluster.world.nodes[0]?.daemon?.listen(SRVID.rebalanceNode, (data) => heard.push(data))
  client.send(messages.rebalanceNode, DESTINATION.CURRENT_NODE, 2)
  await sleep(100)
  expect(heard).toEqual([2])
  expect(bugs).toEqual([])
  client.close()
  cluster.close()
})

it.each(['RecoverInterval', 'KeepaliveInterval', 'MonitorInterval'])('goes on with %s 0', async (name) => {
  const { cluster, client, bugs } = await running()
  await client.control(controls.setTunable, { data: { name, value: 0 } })
  await sleep(200)
  expect(await client.control(getPnn)).toBe(0)
  expect(bugs).toEqual([])
  client.close()
  cluster.close()
})

it('falls behind rather than not to be heard any more, where the machine cannot keep up', async () => {
  const { cluster, client } = await running()
  cluster.driver.start(1_000_000)
  expect(await client.control(getPnn)).toBe(0)
  client.close()
  cluster.close()
})
