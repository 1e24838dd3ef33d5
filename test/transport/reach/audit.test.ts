import { describe, expect, it } from 'vitest'
import type { AuditedFinding, AuditReport } from '../../../src/lib/audit/report.ts'
import { DESTINATION, SRVID } from '../../../src/lib/cluster/srvid.ts'
import { uniformLayout } from '../../../src/lib/sim/layout.ts'
import { auditCluster } from '../../../src/transport/reach/audit.ts'
import type { SimCluster } from '../../../src/transport/serve/sim-cluster.ts'
import { inMemory, nodeIn, opened, openedInMemory, overSsh, poolFor, sshHost, throughEntry, wayIn } from './clusters.ts'

const told = ({ findings }: AuditReport): string[] => findings.map(({ id, state }) => `${state} ${id}`)
const findingsOf = ({ findings }: AuditReport, id: string): AuditedFinding[] => findings.filter((each) => each.id === id)

/** An address in the kernel of a node that owns it. */
function hosted(sim: SimCluster): { pnn: number; address: string } {
  const [ip] = sim.world.nodes[0]?.daemon?.publicIps.known() ?? []
  if (!ip) throw new Error('there is no public address')
  return { pnn: ip.pnn, address: ip.address.address }
}

/** The milliseconds between the first and the last sample. */
const spanMs = ({ firstTakenAt, lastTakenAt }: AuditReport): number => Date.parse(lastTakenAt) - Date.parse(firstTakenAt)

describe('an audit', () => {
  it('of a cluster at rest finds nothing, at two looks, without waiting', async () => {
    const { cluster } = await openedInMemory()
    const report = await auditCluster(cluster)
    expect(told(report)).toEqual([])
    expect(report).toMatchObject({ samples: 2, unknown: [], worst: null })
    expect(report.nodes.map(({ reachedBy }) => reachedBy)).toEqual([0, 1, 2].map((pnn) => `simulated node ${pnn}`))
    expect(spanMs(report)).toBeLessThan(2_000)
  })

  it('finds nothing over SSH either, nor in a cluster of 2017', async () => {
    const server = await overSsh()
    const pool = poolFor(server)
    const overTheWire = await opened({ entries: [sshHost(pool, 'node0')], wayTo: throughEntry(pool) })
    expect(await auditCluster(overTheWire)).toMatchObject({ findings: [], unknown: [], samples: 2 })
    const { cluster } = await openedInMemory({ era: '2017' })
    expect(told(await auditCluster(cluster))).toEqual([])
  })

  it('makes the checks that are wanted', async () => {
    const { cluster } = await openedInMemory()
    expect((await auditCluster(cluster, { only: ['ip-missing', 'imbalance'], skip: ['imbalance'] })).checks).toEqual([
      'ip-missing',
    ])
    await expect(auditCluster(cluster, { only: ['nothing'] })).rejects.toMatchObject({ code: 'NO_CHECK' })
  })

  it('takes an address for missing when it is, and nobody mends it, at a third look', async () => {
    const { sim, cluster } = await openedInMemory()
    const { pnn, address } = hosted(sim)
    const request = { pnn: 0, replySrvid: 0n, timeoutSeconds: 1_000 }
    sim.world.nodes[0]?.daemon?.send(DESTINATION.CONNECTED_NODES, SRVID.disableTakeoverRuns, request)
    await letPass(sim, 1)
    sim.carryOut(`delete-address ${pnn} ${address}`)
    const report = await auditCluster(cluster)
    expect(findingsOf(report, 'ip-missing')).toMatchObject([{ state: 'real', subject: { pnn, address } }])
    expect(report.samples).toBeGreaterThan(2)
    expect(spanMs(report)).toBeGreaterThanOrEqual(2_400)
  })

  it('takes for transient what CTDB mends meanwhile', async () => {
    const { sim, cluster } = await openedInMemory({ speed: 1 })
    const { pnn, address } = hosted(sim)
    sim.carryOut(`delete-address ${pnn} ${address}`)
    const report = await auditCluster(cluster)
    expect(findingsOf(report, 'ip-missing').filter(({ state }) => state === 'real')).toEqual([])
    expect(report.worst).toBeNull()
  })

  it('takes for transient what a takeover run under way brings about', async () => {
    const sim = await inMemory({ speed: 1 })
    const cluster = await opened({ entries: [nodeIn(sim, 0)], wayTo: wayIn(sim) })
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

  it('finds a dead daemon and the addresses that it has left, and what that leads to', async () => {
    const sim = await inMemory({ layout: uniformLayout(3, 6) })
    sim.carryOut('kill 2')
    await letPass(sim, 30)
    const cluster = await opened({ entries: [nodeIn(sim, 0)], wayTo: wayIn(sim) })
    const report = await auditCluster(cluster)
    expect(told(report)).toEqual(
      expect.arrayContaining(['real node-disconnected', 'real ip-on-dead-daemon', 'real ip-duplicate-kernel']),
    )
    expect(report.worst).toBe('error')
    expect(report.nodes[2]).toMatchObject({ pnn: 2, daemonAnswers: false })
  })

  it('is ended by its signal at once, with the reason, also in the middle of a look', async () => {
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
