import * as v from 'valibot'
import type { Claim } from './outlook.ts'
import type { Action } from './remedy.ts'
import type { AuditReport } from './report.ts'

// A report from a recording must be checked at run time. Unknown keys are ignored: a newer version may have added them.

const severity = v.picklist(['error', 'warning', 'info'])
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null
const finding = v.object({
  id: v.string(),
  severity,
  subject: v.object({
    pnn: v.exactOptional(v.number()),
    address: v.exactOptional(v.string()),
    interfaceName: v.exactOptional(v.string()),
    detail: v.exactOptional(v.string()),
  }),
  nodes: v.array(v.number()),
  addresses: v.array(v.string()),
  message: v.string(),
  evidence: v.array(v.string()),
  // Nothing that reads recordings looks into these two.
  claims: v.array(v.custom<Claim>(isObject)),
  outlook: v.string(),
  actions: v.array(v.custom<Action>(isObject)),
  remedy: v.string(),
  since: v.exactOptional(v.number()),
  passing: v.exactOptional(v.string()),
  causedBy: v.exactOptional(v.string()),
  state: v.picklist(['real', 'transient']),
  doubt: v.exactOptional(v.string()),
  isGone: v.exactOptional(v.literal(true)),
  acceptance: v.exactOptional(
    v.variant('kind', [
      v.object({ kind: v.picklist(['accepted', 'expired']), reason: v.string(), until: v.string() }),
      v.object({ kind: v.literal('severity'), original: severity, reason: v.string(), until: v.string() }),
    ]),
  ),
})
const node = v.object({
  pnn: v.number(),
  address: v.string(),
  flags: v.number(),
  reachedBy: v.nullable(v.string()),
  daemonAnswers: v.boolean(),
  counts: v.object({ error: v.number(), warning: v.number(), info: v.number() }),
  unknownFacts: v.number(),
})
const acceptance = v.object({
  check: v.string(),
  node: v.optional(v.union([v.number(), v.string()])),
  address: v.optional(v.string()),
  interface: v.optional(v.string()),
  detail: v.optional(v.string()),
  severity: v.optional(severity),
  reason: v.string(),
  until: v.string(),
  isExpired: v.boolean(),
  findings: v.number(),
})

/** The report of an audit, as JSON. */
export const auditReportSchema: v.GenericSchema<unknown, AuditReport> = v.object({
  findings: v.array(finding),
  unknown: v.array(
    v.object({ id: v.string(), pnn: v.number(), fact: v.string(), why: v.string(), hint: v.optional(v.string()) }),
  ),
  checks: v.array(v.string()),
  nodes: v.array(node),
  samples: v.number(),
  firstTakenAt: v.string(),
  lastTakenAt: v.string(),
  worst: v.nullable(severity),
  olderFormat: v.exactOptional(v.string()),
  acceptances: v.exactOptional(v.array(acceptance)),
})
