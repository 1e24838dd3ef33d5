import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { auditCluster } from '../../src/operations/audit/audit.ts'
import { Cluster } from '../../src/operations/reach/cluster.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { wholeCluster } from './harness/node-access.ts'
import { untilHealthy, viewOf } from './harness/view.ts'

/** Each takes some seconds of processor time. `LAB_AUDITS=500 npm run test:lab -- verify-runs` makes more of them. */
const AUDITS = Number(process.env.LAB_AUDITS ?? 15)
/** As many audits ask the networks too. `LAB_PROBES=500` makes more of them. */
const PROBES = Number(process.env.LAB_PROBES ?? 10)
const ROUNDS = 4
/** How many audits run at the same time, each with its own connections. One of them does not probe; if many have to probe, more do. */
const AT_ONCE = 2 + Math.floor(PROBES / 200)
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

  it(`raise no false alarm in ${AUDITS} or more, nor in ${PROBES} with a probe`, {
    timeout: 15_000 * (AUDITS + PROBES),
  }, async () => {
    const made = { audits: 0, probes: 0 }
    let transient = 0
    const alarms: unknown[] = []
    const auditAll = async (probe: boolean) => {
      while (made.audits < AUDITS || made.probes < PROBES || moves < ROUNDS) {
        made[probe ? 'probes' : 'audits']++
        using cluster = await Cluster.open(wholeCluster(lab))
        const { findings, unknown } = await auditCluster(cluster, { probe })
        alarms.push(...findings.filter(({ state }) => state === 'real'), ...unknown)
        transient += findings.length
        await sleep(PAUSE_MS)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => auditAll(index > 0)))
    process.stdout.write(
      `${made.audits} audits and ${made.probes} with a probe during ${moves} rounds of takeover runs: ${transient} transient findings, ${alarms.length} alarms\n`,
    )
    expect(alarms).toEqual([])
    // Otherwise there was nothing that could have been mistaken for a problem.
    expect(transient).toBeGreaterThan(0)
  })
})
