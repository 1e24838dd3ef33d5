import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { controls } from '../../../src/lib/wire/controls.ts'
import { DESTINATION } from '../../../src/lib/wire/destination.ts'
import { messages } from '../../../src/lib/wire/messages.ts'
import { internalMessages } from '../../../src/sim/daemon/internal-messages.ts'
import { SimCluster } from '../../../src/sim/serve/sim-cluster.ts'
import { uniformLayout } from '../../../src/sim/world/layout.ts'
import { CtdbClient } from '../../../src/transport/client/client.ts'

const getPnn = controls.getPnn

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

it('survives messages and answers to nodes that do not exist', async () => {
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

it('ignores internal messages from clients', async () => {
  const { cluster, client, bugs } = await running()
  const heard: unknown[] = []
  for (const { name, srvid } of Object.values(internalMessages)) {
    cluster.world.nodes[0]?.daemon?.mailboxes.listen(srvid, (data) => heard.push(data))
    client.send({ srvid, name, data: messages.leader.data }, DESTINATION.CURRENT_NODE, 1)
  }
  // One that is for everybody does arrive.
  cluster.world.nodes[0]?.daemon?.listen(messages.rebalanceNode, (data) => heard.push(data))
  client.send(messages.rebalanceNode, DESTINATION.CURRENT_NODE, 2)
  await sleep(100)
  expect(heard).toEqual([2])
  expect(bugs).toEqual([])
  client.close()
  cluster.close()
})

it.each(['RecoverInterval', 'KeepaliveInterval', 'MonitorInterval'])('keeps running with %s 0', async (name) => {
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
