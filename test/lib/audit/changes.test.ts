import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { changesBetween, type Outcome, rememberedOf } from '../../../src/lib/audit/changes.ts'
import type { AuditReport } from '../../../src/lib/audit/report.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { CtdbtsError } from '../../../src/lib/errors.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { healthyCluster, ownerIn, withFlags, withHost } from '../../support/audit-cluster.ts'

const good = healthyCluster()
const A = '10.0.0.1'
const owner = ownerIn(good, A)
const missing = withHost(good, owner, ({ addresses = [] }) => ({ addresses: addresses.filter(({ address }) => address !== A) }))
const banned = withFlags(good, 1, NODE_FLAG.BANNED)
const blind = withHost(good, owner, () => ({ addresses: undefined }))

const audit = (...samples: Snapshot[]): AuditReport => auditSamples(samples)
const failure = new CtdbtsError('SSH_REFUSED', 'node1 refuses')

/** The same in short. */
function told(before: Parameters<typeof changesBetween>[0], now: Parameters<typeof changesBetween>[1]) {
  const { failed, recovered, lost, found, ...lists } = changesBetween(before, now)
  const ids = Object.entries(lists).map(([name, list]) => [name, [...new Set(list.map(({ id }) => id))]] as const)
  const facts = Object.entries({ lost, found }).map(
    ([name, list]) => [name, list.map(({ pnn, fact }) => `${pnn} ${fact}`)] as const,
  )
  const some = [...ids, ...facts].filter(([, list]) => list.length > 0)
  return { ...Object.fromEntries(some), ...(failed && { failed: failed.message }), ...(recovered && { recovered }) }
}

describe('the changes from one audit to the next', () => {
  it('are none when the findings are the same', () => {
    expect(told(audit(good), audit(good))).toEqual({})
    expect(told(audit(missing), audit(missing))).toEqual({})
    expect(told(audit(blind), audit(blind))).toEqual({})
  })

  it('are all findings the first time', () => {
    expect(told(undefined, audit(good))).toEqual({})
    expect(told(undefined, audit(missing))).toEqual({ appeared: ['ip-missing'] })
    expect(told(undefined, audit(blind))).toEqual({ lost: [`${owner} host.addresses`] })
    expect(told(undefined, failure)).toEqual({ failed: 'node1 refuses' })
  })

  it('include findings that appear, and findings that clear', () => {
    expect(told(audit(good), audit(missing))).toEqual({ appeared: ['ip-missing'] })
    expect(told(audit(missing), audit(good))).toEqual({ cleared: ['ip-missing'] })
    expect(told(audit(banned), audit(missing))).toMatchObject({ appeared: ['ip-missing'], cleared: ['node-banned'] })
  })

  it('include a transient finding, once', () => {
    const passing = audit(missing, good)
    expect(told(audit(good), passing)).toEqual({ passed: ['ip-missing'] })
    expect(told(passing, passing)).toEqual({})
  })

  it('include a finding once in the end, whatever the doubts in between', () => {
    const inDoubt = audit(good, missing)
    const hidden = audit(blind)
    const steps: Outcome[] = [audit(missing), inDoubt, hidden, audit(missing), inDoubt, audit(good), audit(good)]
    let before: Outcome | undefined
    const story = steps.map((now) => {
      const change = told(before, now)
      before = rememberedOf(before, now, changesBetween(before, now))
      return change
    })
    const fact = `${owner} host.addresses`
    expect(story).toEqual([
      { appeared: ['ip-missing'] },
      {},
      { lost: [fact] },
      { found: [fact] },
      {},
      { cleared: ['ip-missing'] },
      {},
    ])
  })

  it('do not clear a finding that is only in doubt, until it is gone', () => {
    const inDoubt = audit(good, missing)
    expect(inDoubt.findings.map(({ state }) => state)).toEqual(['transient'])
    expect(told(audit(missing), inDoubt)).toEqual({})
    expect(told(audit(good), inDoubt)).toEqual({ passed: ['ip-missing'] })
    // In doubt first, real then: told as real.
    expect(told(inDoubt, audit(missing))).toEqual({ appeared: ['ip-missing'] })
  })

  it('never clear a finding that can only not be seen any more', () => {
    expect(told(audit(missing), audit(blind))).toEqual({ lost: [`${owner} host.addresses`] })
    expect(told(audit(blind), audit(missing))).toEqual({ appeared: ['ip-missing'], found: [`${owner} host.addresses`] })
    expect(told(audit(blind), audit(good))).toEqual({ found: [`${owner} host.addresses`] })
  })

  it('include a fact once that several checks need', () => {
    const wanting = audit(blind).unknown.filter(({ fact }) => fact === 'host.addresses')
    expect(wanting.length).toBeGreaterThan(1)
    expect(changesBetween(undefined, audit(blind)).lost).toHaveLength(1)
  })

  it('include that an audit failed, once for each reason, and that one succeeded again', () => {
    expect(told(audit(good), failure)).toEqual({ failed: 'node1 refuses' })
    expect(told(failure, new CtdbtsError('SSH_REFUSED', 'node1 refuses'))).toEqual({})
    expect(told(failure, new CtdbtsError('SSH_TIMEOUT', 'node1 is silent'))).toEqual({ failed: 'node1 is silent' })
    expect(told(failure, audit(good))).toEqual({ recovered: true })
    expect(told(failure, audit(missing))).toEqual({ recovered: true, appeared: ['ip-missing'] })
  })
})
