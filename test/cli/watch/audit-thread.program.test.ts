import { afterEach, describe, expect, it } from 'vitest'
import { AuditThread } from '../../../src/cli/watch/audit-thread.ts'
import type { CtdbtsError } from '../../../src/lib/errors.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { AuditSeries } from '../../../src/operations/audit/audit-series.ts'
import { healthyCluster, withFacts } from '../../support/audit-cluster.ts'

const faulty = withFacts(healthyCluster(), 1, ({ known = [] }) => ({ known: known.slice(1) }))
const look = (snapshot: Snapshot, second: number) => ({ beganMs: second * 1000, snapshot, activity: [] })

describe('the auditor of a watch', () => {
  const problems: CtdbtsError[] = []
  const auditor = new AuditThread((problem) => problems.push(problem))
  afterEach(() => {
    auditor[Symbol.dispose]()
    problems.length = 0
  })

  it('finds in its own thread what it would find in ours, poll after poll', async () => {
    const here = new AuditSeries()
    for (const [second, snapshot] of [healthyCluster(), faulty, faulty, healthyCluster()].entries()) {
      expect(await auditor.add(look(snapshot, second))).toEqual(here.add(look(snapshot, second)))
    }
    expect(problems).toEqual([])
  })

  it('reports when it has failed, and starts over', async () => {
    const first = await auditor.add(look(faulty, 0))
    expect(await auditor.add({ ...look(faulty, 1), snapshot: { ...faulty, nodeMap: null as never } })).toEqual({})
    expect(problems).toMatchObject([{ code: 'AUDIT_FAILED', message: expect.stringContaining('the audit failed: ') }])
    expect(await auditor.add(look(faulty, 2))).toEqual(first)
    expect((await auditor.add(look(faulty, 3))).report?.samples).toBe(2)
  })

  it('has no answer once it is disposed of', async () => {
    const answer = auditor.add(look(faulty, 0))
    auditor[Symbol.dispose]()
    expect(await answer).toEqual({})
    expect(problems).toEqual([])
  })
})
