import { describe, expect, it, onTestFinished } from 'vitest'
import { Actions } from '../../../src/cli/watch/actions.ts'
import type { Observation } from '../../../src/lib/watch/observation.ts'
import { targetNode } from '../../../src/operations/target-node.ts'
import type { LogEntry } from '../../../src/sim/log/entry.ts'
import { SimCluster } from '../../../src/sim/serve/sim-cluster.ts'
import { uniformLayout } from '../../../src/sim/world/layout.ts'
import { CtdbClient } from '../../../src/transport/client/client.ts'

/** Actions on an embedded cluster, with what is observed of them, and what its daemons log. */
async function acting() {
  const log: LogEntry[] = []
  const cluster = new SimCluster({
    layout: uniformLayout(3, 6),
    era: 'now',
    seed: 1,
    speed: 10,
    log: (entry) => log.push(entry),
  })
  onTestFinished(() => cluster.close())
  await cluster.comeUp()
  cluster.driver.start()
  const client = new CtdbClient(cluster.connect(0), { peer: 'node 0', timeoutMs: 10_000 })
  onTestFinished(() => client.close())
  const observed: Observation[] = []
  const problems: string[] = []
  const node = targetNode({ client, pnn: client.pnn(), timeoutMs: 10_000 }, undefined)
  const actions = new Actions(
    () => node,
    (done) => observed.push(done),
    ({ message }) => problems.push(message),
  )
  const logged = (text: string) => log.filter((entry) => entry.text.includes(text)).length
  return { actions, cluster, observed, problems, logged }
}

describe('actions of a watch', () => {
  it('ask for a takeover run', async () => {
    const { actions, observed } = await acting()
    expect(await actions.carryOut({ kind: 'takeover-run' })).toEqual({
      text: 'takeover run done by the leader, node 0',
      failed: false,
    })
    const [begun, done] = observed
    expect(begun).toMatchObject({ kind: 'done', stage: 'begun', pnns: [], addresses: [] })
    expect(done).toMatchObject({ stage: 'done', text: 'takeover run done by the leader, node 0', begunMs: begun?.atMs })
  })

  it('disable and enable nodes, and report when there is nothing to do', async () => {
    const { actions, observed } = await acting()
    expect(await actions.carryOut({ kind: 'disable', pnn: 2 })).toEqual({
      text: 'node 2 is disabled; takeover run done by the leader, node 0',
      failed: false,
    })
    expect(await actions.carryOut({ kind: 'disable', pnn: 2 })).toEqual({
      text: 'disable node 2: Node 2 is already disabled',
      failed: true,
    })
    expect(observed.at(-1)).toMatchObject({ stage: 'failed', text: 'disable node 2: Node 2 is already disabled', pnns: [2] })
    expect(await actions.carryOut({ kind: 'enable', pnn: 2 })).toMatchObject({ failed: false })
  })

  it('move addresses, and report whether they stay', async () => {
    const { actions, observed, logged } = await acting()
    const { text, failed } = await actions.carryOut({ kind: 'move', address: '172.16.146.131', to: 2 })
    expect({ text, failed }).toMatchObject({ text: expect.stringMatching(/^172\.16\.146\.131 is on node 2/), failed: false })
    const about = { pnns: [2], addresses: ['172.16.146.131'] }
    expect(observed).toMatchObject([
      { ...about, stage: 'begun' },
      { ...about, stage: 'done' },
    ])
    expect(logged('Reenabling takeover runs')).toBe(logged('Disabling takeover runs'))
  })

  it('report problems, and retry', async () => {
    const { actions, problems } = await acting()
    const moving = actions.carryOut({ kind: 'move', address: '172.16.146.199', to: 2 })
    await expect.poll(() => problems).toEqual(['Node 2 CANNOT host IP address 172.16.146.199'])
    await actions.end()
    expect(await moving).toMatchObject({ text: 'move 172.16.146.199 to node 2: cancelled', failed: true })
  })

  it('report the state when they are cancelled: whether the node has received the request', async () => {
    const { actions, cluster } = await acting()
    cluster.carryOut('hang 2')
    const asking = actions.carryOut({ kind: 'disable', pnn: 2 })
    await expect.poll(() => actions.leftBehind).toMatch(/^node 2 has not answered/)
    await actions.end()
    expect(await asking).toMatchObject({
      text: expect.stringMatching(/^disable node 2: cancelled; node 2 has not answered and may or may not have received/),
      failed: true,
    })
    // A takeover run waits for it.
    for (const pnn of [0, 1]) cluster.carryOut(`script ${pnn} releaseip 60`)
    const disabling = actions.carryOut({ kind: 'disable', pnn: 1 })
    await expect.poll(() => actions.leftBehind).toMatch(/^node 1 has received the request/)
    await actions.end()
    expect(await disabling).toEqual({
      text: `disable node 1: cancelled; node 1 has received the request; the leader will do a takeover run by itself. Undo it with: ctdbts -n 1 enable`,
      failed: true,
    })
    expect(actions.leftBehind).toBeUndefined()
  })

  it('can be cancelled with nothing left disabled', async () => {
    const { actions, cluster, logged } = await acting()
    // It will take its time to answer.
    cluster.carryOut('hang 1')
    const moving = actions.carryOut({ kind: 'move', address: '172.16.146.131', to: 2 })
    expect(actions.running).toEqual({ kind: 'move', address: '172.16.146.131', to: 2 })
    await expect.poll(() => actions.leftBehind).toMatch(/takeover runs may stay disabled/)
    expect(await actions.carryOut({ kind: 'takeover-run' })).toEqual({
      text: 'move 172.16.146.131 to node 2 is still running',
      failed: true,
    })
    const ended = actions.end()
    cluster.carryOut('resume 1')
    expect(await ended).toMatchObject({ failed: true })
    expect(await moving).toMatchObject({ failed: true })
    expect(actions.running).toBeUndefined()
    await expect.poll(() => logged('Reenabling takeover runs')).toBe(logged('Disabling takeover runs'))
  })
})
