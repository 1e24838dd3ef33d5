import { describe, expect, it } from 'vitest'
import { auditSamples, mayBeMoving, needsAnotherSample } from '../../../src/lib/audit/audit.ts'
import type { Movement } from '../../../src/lib/audit/movement.ts'
import { CHECKS, NEEDING_PROBE } from '../../../src/lib/audit/registry.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { healthyCluster, heldAddress, ownerIn, withAll, withFacts, withFlags, withHost } from '../../support/audit-cluster.ts'

const good = healthyCluster()
const A = '10.0.0.1'
const owner = ownerIn(good, A)
const missing = withHost(good, owner, ({ addresses = [] }) => ({ addresses: addresses.filter(({ address }) => address !== A) }))
const banned = withFlags(good, 1, NODE_FLAG.BANNED)

const at = (snapshot: Snapshot, seconds: number): Snapshot => ({
  ...snapshot,
  takenAt: new Date(Date.parse(snapshot.takenAt) + seconds * 1000).toISOString(),
})
const judge = (samples: readonly Snapshot[], activity: readonly Movement[] = [], id = 'ip-missing') =>
  auditSamples(samples, { activity })
    .findings.filter((finding) => finding.id === id)
    .map(({ state, doubt }) => (state === 'real' ? state : `${state}: ${doubt}`))

describe('a finding', () => {
  it('is real when two samples agree on it', () => {
    expect(judge([missing, missing])).toEqual(['real'])
  })

  it('is real when there is only one sample', () => {
    expect(judge([missing])).toEqual(['real'])
  })

  it('is transient when it was not there before, or has disappeared since', () => {
    expect(judge([good, missing])).toEqual(['transient: it was not in the previous sample'])
    expect(judge([missing, good])).toEqual(['transient: it is not in the last sample'])
    expect(judge([good, banned], [], 'node-banned')).toEqual(['transient: it was not in the previous sample'])
  })

  it('counts only in the last two samples', () => {
    expect(judge([missing, good, good])).toEqual([])
    expect(judge([good, missing, missing])).toEqual(['real'])
  })

  it.each([
    { what: 'a move of its address', heard: [{ address: A }], verdict: 'transient: 10.0.0.1 was being moved' },
    {
      what: 'a move of its address, in another notation',
      heard: [{ address: `::ffff:${A}` }],
      verdict: 'transient: 10.0.0.1 was being moved',
    },
    { what: 'a takeover run', heard: [{}], verdict: 'transient: a takeover run was in progress' },
    { what: 'a move of another address', heard: [{ address: '10.0.0.2' }], verdict: 'real' },
  ])('is judged by what was heard: $what', ({ heard, verdict }) => {
    expect(judge([missing, missing], heard)).toEqual([verdict])
  })

  it.each([
    [
      'the generation changed',
      withFacts(missing, 2, () => ({ vnnMap: { generation: 9, map: [0, 1, 2] } })),
      'transient: node 2 went through a recovery',
    ],
    ['recovery mode changed', withFacts(missing, 2, () => ({ recoveryMode: 1 })), 'transient: node 2 went through a recovery'],
    [
      'a recovery began',
      withFacts(missing, 2, ({ times }) => (times ? { times: { ...times, lastRecoveryStarted: times.now } } : {})),
      'transient: node 2 went through a recovery',
    ],
    ['the leader changed', { ...missing, leader: { pnn: 1, era: 'leader' } } as Snapshot, 'transient: the leader changed'],
    [
      'a node changed its mind on the owner',
      withFacts(missing, (owner + 1) % 3, ({ known = [] }) => ({
        known: known.map((each) => (each.address === A ? { ...each, owner: null } : each)),
      })),
      'transient: 10.0.0.1 was being moved',
    ],
    [
      'a node changed its mind on the owner of another address',
      withFacts(missing, (owner + 1) % 3, ({ known = [] }) => ({
        known: known.map((each) => (each.address === '10.0.0.2' ? { ...each, owner: null } : each)),
      })),
      'real',
    ],
  ])('is judged by what changed: %s', (_what, before, verdict) => {
    expect(judge([before, missing])).toEqual([verdict])
  })

  it('is transient when it looked different', () => {
    const other = (owner + 1) % 3
    const twice = (name: string) =>
      withHost(good, other, ({ addresses = [] }) => ({ addresses: [...addresses, heldAddress(A, 24, name)] }))
    expect(judge([twice('eth0'), twice('eth1')], [], 'ip-duplicate-kernel')).toEqual([
      'transient: it was different in the previous sample',
    ])
  })

  it('that no takeover run can cause is real whatever moves', () => {
    expect(judge([banned, banned], [{}], 'node-banned')).toEqual(['real'])
  })

  it('is real when all samples agree on it for longer than a takeover run can take, whatever moves', () => {
    expect(judge([missing, at(missing, 5), at(missing, 8)], [{}])).toEqual(['transient: a takeover run was in progress'])
    expect(judge([missing, at(missing, 5), at(missing, 10)], [{}])).toEqual(['real'])
    expect(judge([good, at(missing, 5), at(missing, 10)], [{}])).toEqual(['transient: a takeover run was in progress'])
  })

  it('of a recovery is transient within the time that a recovery may take', () => {
    const recovering = (agoSeconds: number) =>
      withAll(good, ({ times }) => ({
        recoveryMode: 1,
        ...(times && { times: { ...times, lastRecoveryStarted: times.now - agoSeconds } }),
      }))
    expect(judge([recovering(10), recovering(10)], [], 'recovery-stuck')).toEqual([
      'transient: a recovery began 10 s ago and may take 30 s',
    ])
    expect(judge([recovering(10)], [], 'recovery-stuck')).toEqual(['transient: a recovery began 10 s ago and may take 30 s'])
    expect(judge([recovering(31), recovering(31)], [], 'recovery-stuck')).toEqual(['real'])
  })

  it('of a recovery is real when several begin and none ends', () => {
    const began = (agoSeconds: number, mode = 1) =>
      withAll(good, ({ times }) => ({
        recoveryMode: mode,
        ...(times && { times: { ...times, lastRecoveryStarted: times.now - agoSeconds } }),
      }))
    const [finding] = auditSamples([began(6), began(4), began(2)]).findings
    expect(finding).toMatchObject({ id: 'recovery-stuck', state: 'real' })
    expect(finding?.evidence.at(-1)).toBe('CTDB on node 2: 3 recoveries began, and none of them ended')
    expect(judge([began(4), began(2)], [], 'recovery-stuck')).toEqual([expect.stringMatching(/^transient: /)])
    expect(judge([began(6), began(4, 0), began(2)], [], 'recovery-stuck')).toEqual([expect.stringMatching(/^transient: /)])
    const ended = withAll(began(6), ({ times }) => ({
      ...(times && { times: { ...times, lastRecoveryFinished: times.now - 7 } }),
    }))
    expect(judge([ended, began(4), began(2)], [], 'recovery-stuck')).toEqual([expect.stringMatching(/^transient: /)])
  })

  it('of several leaders is real when there are several all the time, whichever', () => {
    const led = (...leaders: number[]) => withAll(good, ({ pnn }) => ({ leaders: [leaders[pnn % leaders.length] ?? 0] }))
    const id = 'leader-disagreement'
    expect(judge([led(0, 1), at(led(0, 2), 5), at(led(0, 1, 2), 10)], [], id)).toEqual(['real'])
    expect(judge([led(0, 1), at(led(0, 2), 5)], [], id)).toEqual(['transient: it was different in the previous sample'])
    expect(judge([led(0), at(led(0, 2), 5), at(led(0, 1), 10)], [], id)).toEqual([
      'transient: it was different in the previous sample',
    ])
  })
})

describe('another sample', () => {
  it('is needed while something looks like a running takeover run', () => {
    expect(needsAnotherSample(auditSamples([good, missing]))).toBe(true)
    expect(needsAnotherSample(auditSamples([missing, missing]))).toBe(false)
    expect(needsAnotherSample(auditSamples([missing, good]))).toBe(false)
    // What only the last look has may just have begun: it is no less real for that.
    expect(needsAnotherSample(auditSamples([good, banned]))).toBe(true)
  })

  it('may help when there is anything that a takeover run could cause', () => {
    expect(mayBeMoving(auditSamples([missing, missing]))).toBe(true)
    expect(mayBeMoving(auditSamples([banned, banned]))).toBe(false)
    expect(mayBeMoving(auditSamples([good, good]))).toBe(false)
  })
})

describe('an audit report', () => {
  it('puts the worst first, causes before effects, then by address', () => {
    const faulty = withHost(missing, (owner + 1) % 3, ({ addresses = [] }) => ({
      addresses: [...addresses, heldAddress('fd00::1', 64, 'eth1'), heldAddress(A, 24, 'eth1')],
      version: '4.19.1',
    }))
    const three = withHost(faulty, owner, ({ addresses = [] }) => ({
      addresses: addresses.filter(({ address }) => !address.startsWith('10.0.')),
    }))
    const { findings, worst } = auditSamples([three, three])
    expect(worst).toBe('error')
    expect(findings.map(({ id, subject: { address } }) => `${id} ${address ?? ''}`.trimEnd())).toEqual([
      'ip-missing 10.0.0.1',
      'ip-missing 10.0.0.4',
      'ip-rogue 10.0.0.1',
      'version-skew',
    ])
  })

  it('names the checks that were run, in order', () => {
    expect(auditSamples([good], { only: ['imbalance', 'ip-missing', 'ip-rogue'], skip: ['ip-rogue'] }).checks).toEqual([
      'ip-missing',
      'imbalance',
    ])
    expect(auditSamples([good]).checks).toHaveLength(CHECKS.length - NEEDING_PROBE.length)
  })

  it('refuses an unknown check, and an empty list of checks', () => {
    expect(() => auditSamples([good], { only: ['ip-mising'] })).toThrow(expect.objectContaining({ code: 'NO_CHECK' }))
    expect(() => auditSamples([good], { skip: ['nothing'] })).toThrow(expect.objectContaining({ code: 'NO_CHECK' }))
    expect(() => auditSamples([good], { only: ['imbalance'], skip: ['imbalance'] })).toThrow('no check is left to run')
  })

  it('counts the real findings of each node', () => {
    const { nodes } = auditSamples([missing, missing])
    expect(nodes.map(({ counts }) => counts.error)).toEqual([0, 1, 2].map((pnn) => (pnn === owner ? 1 : 0)))
    expect(auditSamples([good, missing]).nodes.every(({ counts }) => counts.error === 0)).toBe(true)
  })
})
