import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { KNOWN_SOCKETS } from '../../src/lib/cluster/paths.ts'
import { auditCluster } from '../../src/operations/audit/audit.ts'
import { Cluster } from '../../src/operations/reach/cluster.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { nodeAccess } from './harness/node-access.ts'
import { untilHealthy, viewOf } from './harness/view.ts'

/** Each takes some seconds of processor time. `LAB_AUDITS=500 npm run test:lab -- verify-runs` makes more of them. */
const AUDITS = Number(process.env.LAB_AUDITS ?? 15)
const ROUNDS = 4
/** How many audits run at the same time, each with its own connections. */
const AT_ONCE = 2
/** Without a pause, the audits would leave no time for takeover runs. */
const PAUSE_MS = 300

describeOnLab('audits during takeover runs', (lab) => {
  let isOver = false
  let moves = 0
  let background: Promise<void>

  /** Moves addresses, with and without takeover runs, as fast as CTDB can. */
  async function keepMoving(): Promise<void> {
    for (let round = 0; !isOver; round++) {
      const pnn = round % 3
      await lab.ctdb(0, 'disable', '-n', String(pnn))
      await lab.ctdb(0, 'ipreallocate')
      await lab.ctdb(0, 'enable', '-n', String(pnn))
      await lab.ctdb(0, 'ipreallocate')
      const view = await viewOf(lab, 0)
      const [address, owner] = typeof view === 'string' ? [] : ([...view.owners][round % view.owners.size] ?? [])
      if (address !== undefined && owner !== undefined) {
        await lab.ctdb(0, 'moveip', address, String((owner + 1) % 3))
        await lab.ctdb(0, 'ipreallocate')
      }
      moves++
    }
  }

  beforeAll(() => {
    background = keepMoving()
  })
  afterAll(async () => {
    isOver = true
    await background
    await untilHealthy(lab)
  }, 240_000)

  it(`raise no false alarm in ${AUDITS} or more`, { timeout: 15_000 * AUDITS }, async () => {
    const options = {
      entries: lab.pnns.map((pnn) => ({ name: `node ${pnn}`, reach: async () => nodeAccess(lab, pnn) })),
      socketPaths: KNOWN_SOCKETS,
      timeoutMs: 10_000,
    }
    let audits = 0
    let transient = 0
    const alarms: unknown[] = []
    const auditAll = async () => {
      while (audits < AUDITS || moves < ROUNDS) {
        audits++
        using cluster = await Cluster.open(options)
        const { findings, unknown } = await auditCluster(cluster)
        alarms.push(...findings.filter(({ state }) => state === 'real'), ...unknown)
        transient += findings.length
        await sleep(PAUSE_MS)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, auditAll))
    process.stdout.write(
      `${audits} audits during ${moves} rounds of takeover runs: ${transient} transient findings, ${alarms.length} alarms\n`,
    )
    expect(alarms).toEqual([])
    // Otherwise there was nothing that could have been mistaken for a problem.
    expect(transient).toBeGreaterThan(0)
  })
})
