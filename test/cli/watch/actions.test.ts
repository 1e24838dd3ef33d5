import { describe, expect, it, onTestFinished } from 'vitest'
import { Actions } from '../../../src/cli/watch/actions.ts'
import type { LogEntry } from '../../../src/lib/log/entry.ts'
import { uniformLayout } from '../../../src/lib/sim/layout.ts'
import type { Observation } from '../../../src/lib/watch/observation.ts'
import { askedNode } from '../../../src/transport/asked-node.ts'
import { CtdbClient } from '../../../src/transport/client.ts'
import { SimCluster } from '../../../src/transport/serve/sim-cluster.ts'

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
  const node = askedNode({ client, pnn: client.pnn(), timeoutMs: 10_000 }, undefined)
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

  it('disable and enable nodes, and say when there is nothing to do', async () => {
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

  it('move addresses, and say whether they stay', async () => {
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

  it('tell what is in the way, and try again', async () => {
    const { actions, problems } = await acting()
    const moving = actions.carryOut({ kind: 'move', address: '172.16.146.199', to: 2 })
    await expect.poll(() => problems).toEqual(['Node 2 CANNOT host IP address 172.16.146.199'])
    await actions.end()
    expect(await moving).toMatchObject({ text: 'move 172.16.146.199 to node 2: ended before its end', failed: true })
  })

  it('say what stands when they are ended: nothing but that the node was asked, or that it was told', async () => {
    const { actions, cluster } = await acting()
    cluster.carryOut('hang 2')
    const asking = actions.carryOut({ kind: 'disable', pnn: 2 })
    await expect.poll(() => actions.leaves).toMatch(/^node 2 has not answered/)
    await actions.end()
    expect(await asking).toMatchObject({
      text: expect.stringMatching(
        /^disable node 2: ended before its end; node 2 has not answered, and may or may not have heard/,
      ),
      failed: true,
    })
    // A takeover run waits for it.
    for (const pnn of [0, 1]) cluster.carryOut(`script ${pnn} releaseip 60`)
    const disabling = actions.carryOut({ kind: 'disable', pnn: 1 })
    await expect.poll(() => actions.leaves).toMatch(/^node 1 was told, which stands/)
    await actions.end()
    expect(await disabling).toEqual({
      text: `disable node 1: ended before its end; node 1 was told, which stands; the leader does a takeover run by itself. Undo it with: ctdbts -n 1 enable`,
      failed: true,
    })
    expect(actions.leaves).toBeUndefined()
  })

  it('end before their end with nothing left switched off', async () => {
    const { actions, cluster, logged } = await acting()
    // It will take its time to answer.
    cluster.carryOut('hang 1')
    const moving = actions.carryOut({ kind: 'move', address: '172.16.146.131', to: 2 })
    expect(actions.underWay).toEqual({ kind: 'move', address: '172.16.146.131', to: 2 })
    await expect.poll(() => actions.leaves).toMatch(/takeover runs may stay disabled/)
    expect(await actions.carryOut({ kind: 'takeover-run' })).toEqual({
      text: 'move 172.16.146.131 to node 2 is still under way',
      failed: true,
    })
    const ended = actions.end()
    cluster.carryOut('resume 1')
    expect(await ended).toMatchObject({ failed: true })
    expect(await moving).toMatchObject({ failed: true })
    expect(actions.underWay).toBeUndefined()
    await expect.poll(() => logged('Reenabling takeover runs')).toBe(logged('Disabling takeover runs'))
  })
})
