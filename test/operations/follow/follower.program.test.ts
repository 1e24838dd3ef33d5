import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { CtdbtsError } from '../../../src/lib/errors.ts'
import { factsOf, type Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { ClusterTracker } from '../../../src/lib/watch/cluster-tracker.ts'
import { Follower } from '../../../src/operations/follow/follower.ts'
import type { SimCluster } from '../../../src/sim/serve/sim-cluster.ts'
import { startSimServer } from '../../../src/sim/serve/sim-server.ts'
import { uniformLayout } from '../../../src/sim/world/layout.ts'
import { localHost } from '../../../src/transport/local/host.ts'
import { answerAs, node, type ScriptedCluster, threeNodes } from '../../support/cluster-script.ts'
import { ScriptedDaemon } from '../../support/scripted-daemon.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { inMemory, nodeIn, noWay, wayIn } from '../reach/clusters.ts'
import { Following, followed } from './watched-cluster.ts'

const flagsIn = ({ nodeMap }: Snapshot, pnn: number): number => nodeMap.find((entry) => entry.pnn === pnn)?.flags ?? 0

/** All nodes named, as the embedded cluster of the command has them. */
const allOf = (sim: SimCluster) => ({ entries: sim.world.nodes.map((_, pnn) => nodeIn(sim, pnn)) })

/** An address that a node hosts. */
function hostedBy(sim: SimCluster, pnn: number): string {
  const ip = sim.world.nodes[pnn]?.daemon?.publicIps.known().find((each) => each.pnn === pnn)
  if (!ip) throw new Error(`node ${pnn} hosts nothing`)
  return ip.address.address
}

describe('a follower', () => {
  it('takes a sample at once, and again at its interval', async () => {
    const sim = await inMemory()
    const following = new Following(allOf(sim), 100)
    const first = await following.follower.firstSample
    expect(first.nodes.map(({ missing, host }) => [missing, host?.hostname])).toEqual([0, 1, 2].map((pnn) => [[], `n${pnn}`]))
    await expect.poll(() => following.of('seen').length, { timeout: 10_000 }).toBeGreaterThan(5)
    const looks = following.of('seen')
    for (const [index, { beganMs, atMs }] of looks.entries()) {
      expect(beganMs).toBeLessThanOrEqual(atMs)
      expect(beganMs).toBeGreaterThanOrEqual(looks[index - 1]?.atMs ?? 0)
    }
  })

  it('reports a move at once, long before the next sample is due, and then takes one', async () => {
    const sim = await inMemory()
    const following = await followed(allOf(sim))
    const address = hostedBy(sim, 1)
    const since = following.all.length
    sim.carryOut('link 1 bond0 down')
    const release = await following.until('told', (told) => told.event === 'RELEASE_IP' && told.address === address, since)
    expect(release.pnn).toBe(1)
    const take = await following.until('told', (told) => told.event === 'TAKE_IP' && told.address === address, since)
    expect(take.pnn).not.toBe(1)
    const ownerSeen = ({ snapshot }: { snapshot: Snapshot }) =>
      factsOf(snapshot, take.pnn)?.known?.find((known) => known.address === address)
    const seen = await following.until('seen', (look) => ownerSeen(look)?.owner === take.pnn, since)
    expect(ownerSeen(seen)?.activeInterface).toBe('bond0')
    await following.until('audited', undefined, since)
  })

  it('reports the leader, and then only changes', async () => {
    const sim = await inMemory()
    const following = await followed(allOf(sim))
    await sleep(1_000)
    expect(following.of('leader').map(({ pnn }) => pnn)).toEqual([sim.world.leader])
    sim.carryOut(`kill ${sim.world.leader}`)
    const next = await following.until('leader', ({ pnn }) => pnn !== null && pnn !== following.of('leader')[0]?.pnn)
    expect(next.toldBy).not.toBe(following.of('leader')[0]?.pnn)
  })

  it('keeps the files of the last full sample in light samples', async () => {
    const sim = await inMemory()
    const following = new Following(allOf(sim), 50)
    await expect.poll(() => following.of('seen').length, { timeout: 10_000 }).toBeGreaterThan(10)
    for (const { snapshot } of following.of('seen')) {
      for (const { host, tunables, available, known } of snapshot.nodes) {
        expect(host).toMatchObject({ nodesFile: expect.any(String), version: '4.17.12', events: expect.any(Array) })
        expect(tunables).toBeDefined()
        expect(available).toHaveLength(4)
        expect(known?.every(({ interfaces }) => interfaces?.length === 1)).toBe(true)
      }
    }
  })

  it('reports a killed daemon at once, with the reason and the time of the next retry, and its return', async () => {
    const sim = await inMemory({ speed: 3 })
    const following = await followed(allOf(sim))
    const since = following.all.length
    sim.carryOut('kill 2')
    const killedMs = Date.now()
    const blind = await following.until('blind', undefined, since)
    expect(blind).toMatchObject({ pnn: 2, what: 'daemon', why: expect.stringContaining('closed the connection') })
    expect(blind.atMs - killedMs).toBeLessThan(500)
    expect(blind.retryAtMs - blind.atMs).toBeGreaterThan(500)
    expect((await following.until('seen', undefined, following.all.indexOf(blind))).heard).toEqual([0, 1])
    const later = await following.until('blind', ({ why }) => why.includes('no CTDB daemon runs'), since)
    expect(later.atMs).toBeGreaterThanOrEqual(blind.retryAtMs - 20)
    expect(later.retryAtMs - later.atMs).toBeGreaterThan(blind.retryAtMs - blind.atMs)
    const beforeStart = following.all.length
    sim.carryOut('start 2')
    await following.until('sighted', ({ pnn, what }) => pnn === 2 && what === 'daemon', beforeStart)
    // It is listened to again.
    await following.until('told', ({ pnn }) => pnn === 2, beforeStart)
    expect(following.of('blind', since).every(({ pnn }) => pnn === 2)).toBe(true)
  })

  it('keeps sampling the others without delay while a daemon hangs, and reports when it resumes', async () => {
    const sim = await inMemory({ speed: 1 })
    const following = await followed(allOf(sim), { intervalMs: 200 })
    sim.carryOut('hang 1')
    const blind = await following.until('blind')
    expect(blind).toMatchObject({ pnn: 1, what: 'daemon', why: expect.stringContaining('within 3 s') })
    const since = following.all.length
    await expect.poll(() => following.of('seen', since).length, { timeout: 10_000 }).toBeGreaterThan(3)
    const looks = following.of('seen', since).slice(1)
    expect(Math.max(...looks.map(({ atMs, beganMs }) => atMs - beganMs))).toBeLessThan(2_000)
    expect(looks.every(({ snapshot }) => factsOf(snapshot, 0)?.known !== undefined)).toBe(true)
    sim.carryOut('resume 1')
    await following.until('sighted', ({ pnn }) => pnn === 1, since)
  })

  it('continues when no node can be reached, and samples them when they are back', async () => {
    const sim = await inMemory({ speed: 3 })
    const following = await followed(allOf(sim))
    for (const pnn of [0, 1, 2]) sim.carryOut(`crash ${pnn}`)
    const none = await following.until('blind', ({ pnn }) => pnn === undefined)
    expect(none.why).toMatch(/^no node's daemon can be reached; /)
    await following.until('blind', ({ why }) => why === 'simulated node 1 has no power')
    const since = following.all.length
    for (const pnn of [0, 1, 2]) sim.carryOut(`boot ${pnn}`)
    await following.until('sighted', ({ pnn }) => pnn === undefined, since)
    for (const pnn of [0, 1, 2]) await following.until('sighted', (sighted) => sighted.pnn === pnn, since)
    const healthy = ({ snapshot }: { snapshot: Snapshot }) => [0, 1, 2].every((pnn) => flagsIn(snapshot, pnn) === 0)
    await following.until('seen', healthy, since)
  })

  it('learns the leader of a cluster of 2017 from samples, without waiting for a broadcast', async () => {
    const sim = await inMemory({ era: '2017', speed: 3 })
    const following = await followed(allOf(sim), { intervalMs: 100 })
    const since = following.all.length
    await expect.poll(() => following.of('seen', since).length, { timeout: 10_000 }).toBeGreaterThan(3)
    for (const { snapshot, beganMs, atMs } of following.of('seen', since)) {
      expect(snapshot.leader).toEqual({ pnn: expect.any(Number), era: 'recmaster' })
      expect(atMs - beganMs).toBeLessThan(1_500)
    }
  })

  it('connects to a node that was down at the start', async () => {
    const sim = await inMemory({ speed: 3 })
    sim.carryOut('crash 2')
    const following = await followed({ entries: [nodeIn(sim, 0)], routeTo: wayIn(sim) })
    expect(following.of('blind')[0]).toMatchObject({ pnn: 2 })
    sim.carryOut('boot 2')
    await following.until('sighted', ({ pnn }) => pnn === 2)
    // A look may be at its kernel only.
    const { snapshot } = await following.until('seen', (look) => factsOf(look.snapshot, 2)?.host?.hostname !== undefined)
    expect(factsOf(snapshot, 2)?.host).toMatchObject({ daemonAnswers: true, hostname: 'n2' })
  })

  it('takes few samples during a storm of events', async () => {
    const sim = await inMemory({ layout: uniformLayout(3, 300), speed: 3 })
    const following = await followed(allOf(sim))
    const since = following.all.length
    sim.carryOut('link 0 bond0 down')
    const released = () => following.of('told', since).filter(({ event }) => event === 'RELEASE_IP').length
    await expect.poll(released, { timeout: 40_000 }).toBe(100)
    await following.until('audited', undefined, since)
    const looks = following.of('seen', since)
    const spanMs = (looks.at(-1)?.atMs ?? 0) - (looks[0]?.beganMs ?? 0)
    expect(looks.length).toBeLessThan(spanMs / 80 + 3)
    expect(looks.length).toBeLessThan(released())
  })

  it('takes no samples while paused, except on request, and still reports broadcasts', async () => {
    const sim = await inMemory()
    const following = await followed(allOf(sim), { intervalMs: 50 })
    following.follower.pause()
    await sleep(300)
    const since = following.all.length
    sim.carryOut('link 1 bond0 down')
    await following.until('told', undefined, since)
    await sleep(300)
    expect(following.of('seen', since)).toEqual([])
    following.follower.sampleNow()
    await following.until('seen', undefined, since)
    following.follower.setInterval(60_000)
    const beforeResume = following.all.length
    following.follower.resume()
    await following.until('seen', undefined, beforeResume)
  })

  it('ends at once with the reason when it cannot start', async () => {
    const error = new CtdbtsError('SSH_RESOLVE', 'nobody knows the host')
    const following = new Following({ entries: [noWay('nowhere', error)] }, 50)
    await expect(following.follower.firstSample).rejects.toBe(error)
    expect(following.follower.cluster).toBeUndefined()
  })

  it('reports nothing after it is closed, even during a sample', async () => {
    const sim = await inMemory({ speed: 1 })
    const following = await followed(allOf(sim), { intervalMs: 50 })
    sim.carryOut('hang 0')
    await sleep(300)
    following.follower.close()
    const { length } = following.all
    await sleep(300)
    expect(following.all).toHaveLength(length)
  })

  it('can be closed before it has started', async () => {
    const sim = await inMemory()
    using follower = Follower.start({
      cluster: { ...allOf(sim), socketPaths: ['/run/ctdb/ctdbd.socket'], timeoutMs: 1_000 },
      intervalMs: 50,
      auditEveryMs: 50,
      observe: () => expect.unreachable('nothing is to be observed'),
      signal: AbortSignal.abort(),
    })
    await expect(follower.firstSample).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('a follower of daemons behind their sockets', () => {
  it('reconnects to a daemon that ends and restarts, and whose socket disappears meanwhile', async () => {
    const server = await startSimServer({ layout: uniformLayout(3, 3), era: 'now', seed: 1, speed: 3 })
    onTestFinished(() => server[Symbol.asyncDispose]())
    const path = server.nodes[0]?.socketPath ?? ''
    const following = await followed({
      entries: [{ name: 'here', reach: async () => localHost() }],
      socketPaths: [path],
      checksHost: true,
    })
    // Of the others the only daemon that can be reached tells.
    expect(following.of('seen')[0]?.snapshot.nodes.map(({ runState }) => runState)).toEqual(['RUNNING', 'RUNNING', 'RUNNING'])
    expect(following.of('seen')[0]?.heard).toEqual([0])
    const since = following.all.length
    server.cluster.carryOut('kill 0')
    await following.until('blind', ({ pnn }) => pnn === 0, since)
    await following.until('blind', ({ pnn }) => pnn === undefined, since)
    server.cluster.carryOut('start 0')
    await following.until('sighted', ({ pnn }) => pnn === 0, since)
    await following.until('sighted', ({ pnn }) => pnn === undefined, since)
    const last = following.all.length
    await following.until(
      'seen',
      ({ snapshot, heard = [] }) =>
        heard.join() === '0' && flagsIn(snapshot, 0) === 0 && (flagsIn(snapshot, 2) & NODE_FLAG.DISCONNECTED) === 0,
      last,
    )
  })

  it('reports a takeover run from the requests of the leader, and takes a sample right after it', async () => {
    const server = await startSimServer({ layout: uniformLayout(3, 3), era: 'now', seed: 1, speed: 3 })
    onTestFinished(() => server[Symbol.asyncDispose]())
    const { leader } = server.cluster.world
    const other = [0, 1, 2].find((pnn) => pnn !== leader) ?? -1
    const following = await followed({
      entries: [{ name: 'here', reach: async () => localHost() }],
      socketPaths: [server.nodes[other]?.socketPath ?? ''],
      checksHost: true,
    })
    const since = following.all.length
    server.cluster.carryOut('run')
    const asked = (seconds: number) =>
      following.until('told', (told) => told.event === 'DISABLE_TAKEOVER_RUNS' && told.seconds === seconds, since)
    expect(await asked(60)).toMatchObject({ pnn: other, by: leader, wantsAnswer: false })
    const { atMs } = await asked(0)
    await following.until('audited', (audit) => audit.atMs > atMs, since)
    const tracker = new ClusterTracker()
    const runs = following.all
      .flatMap((observation) => tracker.observe(observation))
      .filter(({ kind }) => kind === 'takeover-run')
    expect(runs.map(({ what }) => what)).toEqual(['started', 'finished'])
  })

  it('connects to an added node, and no longer to a removed one', async () => {
    using dir = tempDir()
    let cluster: ScriptedCluster = { ...threeNodes, nodes: [node(0), node(1)] }
    await using daemon = await new ScriptedDaemon(dir.file('s'), (exchange) => answerAs(cluster)(exchange)).listen()
    const here = { ...localHost(), exec: () => Promise.reject(new CtdbtsError('EXEC_FAILED', 'no shell here')) }
    const goneTo: string[] = []
    const routeTo = (privateAddress: string) => {
      goneTo.push(privateAddress)
      return noWay(privateAddress, new CtdbtsError('SSH_REFUSED', `${privateAddress} refuses`))
    }
    const entries = [{ name: 'here', reach: async () => here }]
    const following = new Following({ entries, routeTo, socketPaths: [daemon.path] }, 50)
    await following.follower.firstSample
    expect(goneTo).toEqual(['10.0.0.2'])
    cluster = { ...threeNodes, nodes: [node(0), node(1), node(2)] }
    const blind = await following.until('blind', ({ pnn }) => pnn === 2)
    expect(blind).toMatchObject({ what: 'host', why: '10.0.0.3 refuses' })
    cluster = { ...threeNodes, nodes: [node(0), node(1)] }
    await following.until('seen', ({ snapshot }) => snapshot.nodes.length === 2, following.all.indexOf(blind))
    const { length } = following.all
    await following.until('blind', ({ pnn, atMs }) => pnn === 1 && atMs > blind.retryAtMs, length)
    expect(following.of('blind', length).filter(({ pnn }) => pnn === 2)).toEqual([])
  })
})
