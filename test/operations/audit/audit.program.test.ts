import { describe, expect, it } from 'vitest'
import type { AuditedFinding, AuditReport } from '../../../src/lib/audit/report.ts'
import { DESTINATION } from '../../../src/lib/wire/destination.ts'
import { messages } from '../../../src/lib/wire/messages.ts'
import { auditCluster } from '../../../src/operations/audit/audit.ts'
import type { SimCluster } from '../../../src/sim/serve/sim-cluster.ts'
import { uniformLayout } from '../../../src/sim/world/layout.ts'
import { inMemory, nodeIn, opened, openedInMemory, overSsh, poolFor, sshHost, throughEntry, wayIn } from '../reach/clusters.ts'

const told = ({ findings }: AuditReport): string[] => findings.map(({ id, state }) => `${state} ${id}`)
const findingsOf = ({ findings }: AuditReport, id: string): AuditedFinding[] => findings.filter((each) => each.id === id)

/** Where time passes faster, the clocks of nodes that are asked one after the other seem to differ. */
const REAL_TIME = { speed: 1 }

/** An address in the kernel of a node that owns it. */
function hosted(sim: SimCluster): { pnn: number; address: string } {
  const [ip] = sim.world.nodes[0]?.daemon?.publicIps.known() ?? []
  if (!ip) throw new Error('there is no public address')
  return { pnn: ip.pnn, address: ip.address.address }
}

/** The milliseconds between the first and the last sample. */
const spanMs = ({ firstTakenAt, lastTakenAt }: AuditReport): number => Date.parse(lastTakenAt) - Date.parse(firstTakenAt)

describe('an audit', () => {
  it('of a cluster at rest finds nothing, with two samples and no wait', async () => {
    const { cluster } = await openedInMemory(REAL_TIME)
    const report = await auditCluster(cluster)
    expect(told(report)).toEqual([])
    expect(report).toMatchObject({ samples: 2, unknown: [], worst: null })
    expect(report.nodes.map(({ reachedBy }) => reachedBy)).toEqual([0, 1, 2].map((pnn) => `simulated node ${pnn}`))
    expect(spanMs(report)).toBeLessThan(2_000)
  })

  it('finds nothing over SSH either, nor in a cluster of 2017', async () => {
    const server = await overSsh(REAL_TIME)
    const pool = poolFor(server)
    const overTheWire = await opened({ entries: [sshHost(pool, 'node0')], routeTo: throughEntry(pool) })
    expect(await auditCluster(overTheWire)).toMatchObject({ findings: [], unknown: [], samples: 2 })
    const { cluster } = await openedInMemory({ ...REAL_TIME, era: '2017' })
    expect(told(await auditCluster(cluster))).toEqual([])
  })

  it('makes only the requested checks', async () => {
    const { cluster } = await openedInMemory()
    expect((await auditCluster(cluster, { only: ['ip-missing', 'imbalance'], skip: ['imbalance'] })).checks).toEqual([
      'ip-missing',
    ])
    await expect(auditCluster(cluster, { only: ['nothing'] })).rejects.toMatchObject({ code: 'NO_CHECK' })
  })

  it('reports an address as missing after a third sample if nothing repairs it', async () => {
    const { sim, cluster } = await openedInMemory()
    const { pnn, address } = hosted(sim)
    const request = { pnn: 0, replySrvid: 0n, timeoutSeconds: 1_000 }
    sim.world.nodes[0]?.daemon?.send(DESTINATION.CONNECTED_NODES, messages.disableTakeoverRuns, request)
    await letPass(sim, 1)
    sim.carryOut(`delete-address ${pnn} ${address}`)
    const report = await auditCluster(cluster)
    expect(findingsOf(report, 'ip-missing')).toMatchObject([{ state: 'real', subject: { pnn, address } }])
    expect(report.samples).toBeGreaterThan(2)
    expect(spanMs(report)).toBeGreaterThanOrEqual(2_400)
  })

  it('reports a fault as transient if CTDB repairs it meanwhile', async () => {
    const { sim, cluster } = await openedInMemory({ speed: 1 })
    const { pnn, address } = hosted(sim)
    sim.carryOut(`delete-address ${pnn} ${address}`)
    const report = await auditCluster(cluster)
    expect(findingsOf(report, 'ip-missing').filter(({ state }) => state === 'real')).toEqual([])
    expect(report.worst).toBeNull()
  })

  it('reports changes by a takeover run in progress as transient', async () => {
    const sim = await inMemory({ speed: 1 })
    const cluster = await opened({ entries: [nodeIn(sim, 0)], routeTo: wayIn(sim) })
    for (const pnn of [0, 1, 2]) {
      sim.carryOut(`script ${pnn} releaseip 2`)
      sim.carryOut(`script ${pnn} takeip 2`)
    }
    sim.carryOut('link 1 bond0 down')
    // From the monitor event that fails to the run that has moved everything.
    const reports = [await auditCluster(cluster), await auditCluster(cluster)]
    for (const report of reports) {
      const real = report.findings.filter(({ id, state }) => state === 'real' && id.startsWith('ip-'))
      expect(real.map(({ id, message }) => `${id}: ${message}`)).toEqual([])
    }
    expect(told(reports[1] as AuditReport)).toContain('real node-unhealthy')
  })

  it('finds a dead daemon, the addresses left behind, and the consequences', async () => {
    const sim = await inMemory({ layout: uniformLayout(3, 6) })
    sim.carryOut('kill 2')
    await letPass(sim, 30)
    const cluster = await opened({ entries: [nodeIn(sim, 0)], routeTo: wayIn(sim) })
    const report = await auditCluster(cluster)
    expect(told(report)).toEqual(
      expect.arrayContaining(['real node-disconnected', 'real ip-on-dead-daemon', 'real ip-duplicate-kernel']),
    )
    expect(report.worst).toBe('error')
    expect(report.nodes[2]).toMatchObject({ pnn: 2, daemonAnswers: false })
  })

  it('ends at once with the reason when its signal aborts, even during a sample', async () => {
    const { sim, cluster } = await openedInMemory()
    const early = AbortSignal.abort(new Error('too early'))
    await expect(auditCluster(cluster, { signal: early })).rejects.toThrow('too early')
    for (const pnn of [0, 1, 2]) sim.carryOut(`hang ${pnn}`)
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('enough')), 200)
    const startMs = performance.now()
    await expect(auditCluster(cluster, { signal: stop.signal })).rejects.toThrow('enough')
    // The time limit for each answer is 5 s.
    expect(performance.now() - startMs).toBeLessThan(3_000)
  })
})

/** Lets pass as much simulated time, at once. */
async function letPass(sim: SimCluster, seconds: number): Promise<void> {
  sim.driver.stop()
  await sim.advance(sim.world.clock.nowMs + seconds * 1000)
  sim.driver.start()
}
