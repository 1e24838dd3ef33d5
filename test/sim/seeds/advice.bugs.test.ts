import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { type Claim, stays } from '../../../src/lib/audit/outlook.ts'
import { type Action, checkedFact, look, mend } from '../../../src/lib/audit/remedy.ts'
import type { AuditedFinding } from '../../../src/lib/audit/report.ts'
import { type Tried, tryOutlooks, tryRemedies } from './advice.ts'
import type { Audit } from './claimed.ts'

const LAST_SEED = 5_000

/** Something wrong that an audit says about the findings of a check. */
interface Wrong {
  readonly what: string
  readonly id: string
  /** The first seed to try, near the first one that detects it. Only saves time. */
  readonly fromSeed?: number
}

const subjectOf = ({ subject: { pnn = 0, address = '' } }: AuditedFinding) => ({ pnn, address })

const OUTLOOKS: readonly (Wrong & { claims(finding: AuditedFinding): readonly Claim[] })[] = [
  { what: 'nothing happens to an address that is missing', id: 'ip-missing', fromSeed: 1359, claims: () => [stays()] },
  {
    what: 'a dead node releases what its kernel has',
    id: 'ip-on-dead-daemon',
    fromSeed: 11,
    claims: (finding) => {
      const { pnn, address } = subjectOf(finding)
      return [{ kind: 'released', pnns: [pnn], addresses: [address], withinS: 30 }]
    },
  },
  {
    what: 'a node that is stopped notices what its kernel has',
    id: 'ip-on-inactive-node',
    fromSeed: 132,
    claims: (finding) => [{ kind: 'run-asked', by: [subjectOf(finding).pnn], withinS: 3 }],
  },
  {
    what: 'an address on a dead node as well is on its owner alone soon',
    id: 'ip-duplicate-kernel',
    fromSeed: 11,
    claims: (finding) => [{ kind: 'hosted', addresses: [subjectOf(finding).address], withinS: 40 }],
  },
  {
    what: 'a node that is disconnected comes back by itself',
    id: 'node-disconnected',
    fromSeed: 5,
    claims: (finding) => [{ kind: 'running', pnn: subjectOf(finding).pnn, withinS: 60 }],
  },
  {
    what: 'addresses move elsewhere',
    id: 'imbalance',
    fromSeed: 153,
    claims: ({ claims }) =>
      claims.map((claim) =>
        claim.kind === 'moved'
          ? { ...claim, moves: claim.moves.map(({ address, from, to }) => ({ address, from: to, to: from })) }
          : claim,
      ),
  },
  { what: 'nothing happens in a cluster that is split', id: 'cluster-split', fromSeed: 41, claims: () => [stays()] },
  {
    what: 'a ban ends at once',
    id: 'node-banned',
    fromSeed: 127,
    claims: (finding) => [{ kind: 'unbanned', pnn: subjectOf(finding).pnn, again: false, withinS: 1 }],
  },
  { what: 'CTDB repeats nothing after a failed monitor event', id: 'node-unhealthy', fromSeed: 121, claims: () => [stays()] },
  {
    what: 'an address that only one node knows comes to others',
    id: 'ip-unhostable',
    fromSeed: 177,
    claims: (finding) => [{ kind: 'hosted', addresses: [subjectOf(finding).address], withinS: 20 }],
  },
  {
    what: 'a stopped node rejoins when its ban ends',
    id: 'node-banned',
    fromSeed: 4687,
    claims: ({ claims }) => claims.map((claim) => (claim.kind === 'unbanned' ? { ...claim, stopped: false } : claim)),
  },
  {
    what: 'a node that is gone tells its flags',
    id: 'flags-disagreement',
    fromSeed: 3920,
    claims: ({ claims }) => claims.map((claim) => (claim.kind === 'flags-agreed' ? { ...claim, mayBeGone: false } : claim)),
  },
  {
    what: 'nodes in recovery release their addresses whoever leads',
    id: 'ip-duplicate-kernel',
    fromSeed: 3734,
    claims: ({ claims, nodes }) =>
      claims.map((claim) => (isWhetherKept(claim) ? { kind: 'all-released', pnns: nodes, withinS: 45 } : claim)),
  },
]

const isWhetherKept = (claim: Claim): boolean => claim.kind === 'unknown' && claim.what.includes('while several nodes lead')

const REMEDIES: readonly (Wrong & { actions(finding: AuditedFinding): readonly Action[] })[] = [
  {
    what: 'the first node that has an address gives it up, whoever owns it',
    id: 'ip-duplicate-kernel',
    fromSeed: 59,
    actions: ({ nodes, addresses: [address = ''] }) => [remove(nodes[0] ?? 0, address), remove(nodes.at(-1) ?? 0, address)],
  },
  {
    what: 'an address leaves the wrong interface before it is on the right one',
    id: 'ip-wrong-interface',
    fromSeed: 245,
    actions: ({ actions }) => actions.filter(({ kind }) => kind === 'remove'),
  },
  { what: 'a node that is down is looked at', id: 'node-disconnected', fromSeed: 5, actions: () => [look('See.')] },
  { what: 'a split is left alone', id: 'cluster-split', actions: () => [look('See.')] },
  {
    what: 'addresses of nodes that are down are left there',
    id: 'ip-on-dead-daemon',
    fromSeed: 11,
    actions: () => [look('See.')],
  },
  { what: 'a script that fails is left alone', id: 'script-failing', fromSeed: 121, actions: () => [look('See.')] },
  {
    what: 'an address that nobody can host gets a new file',
    id: 'ip-unhostable',
    fromSeed: 587,
    actions: () => [mend({ what: 'file' }, 'Edit it.')],
  },
]

function remove(pnn: number, address: string): Action {
  const held = [{ address, maskBits: 24, interfaceName: 'bond0', ...PLAIN }]
  return { kind: 'remove', pnn, held, checked: checkedFact('nothing') }
}

const PLAIN = { secondary: false, scope: 'global', dynamic: false, tentative: false, dadFailed: false, validSeconds: null }

const saying =
  (id: string, change: (finding: AuditedFinding) => Partial<AuditedFinding>): Audit =>
  (samples) => {
    const report = auditSamples(samples)
    return { ...report, findings: report.findings.map((each) => (each.id === id ? { ...each, ...change(each) } : each)) }
  }

/** The first seed that shows that something is wrong, while nothing is with what the audit really says; undefined if none does. */
function firstCaught(tryOut: (seed: number, audit?: Audit) => Tried, wrong: Audit, fromSeed = 0): number | undefined {
  for (let seed = fromSeed; seed <= LAST_SEED; seed++) {
    if (tryOut(seed, wrong).broken.length > 0 && tryOut(seed).broken.length === 0) return seed
  }
  return undefined
}

describe('a wrong outlook is noticed:', () => {
  it.each(OUTLOOKS)('$what', { timeout: 600_000 }, ({ what, id, claims, fromSeed }) => {
    const seed = firstCaught(
      tryOutlooks,
      saying(id, (finding) => ({ claims: claims(finding) })),
      fromSeed,
    )
    process.stdout.write(`caught with seed ${seed}: ${what}\n`)
    expect(seed).toBeDefined()
  })
})

describe('a wrong remedy is noticed:', () => {
  it.each(REMEDIES)('$what', { timeout: 600_000 }, ({ what, id, actions, fromSeed }) => {
    const seed = firstCaught(
      tryRemedies,
      saying(id, (finding) => ({ actions: actions(finding) })),
      fromSeed,
    )
    process.stdout.write(`caught with seed ${seed}: ${what}\n`)
    expect(seed).toBeDefined()
  })
})
