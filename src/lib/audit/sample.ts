import type { Snapshot } from '../snapshot/snapshot.ts'
import { linkCauses } from './causes.ts'
import { type Check, findingOf } from './check.ts'
import type { Finding, Unknown } from './finding.ts'
import { normalSnapshot } from './normal.ts'
import { viewOf } from './view.ts'

/** The check that reports nodes which say nothing. */
const REPORTS_SILENCE = 'node-disconnected'

/** What the checks find in one sample, each finding with what is behind it. */
export function auditSample(sample: Snapshot, checks: readonly Check[]): { findings: Finding[]; unknown: Unknown[] } {
  const snapshot = normalSnapshot(sample)
  const silenceIsReported = checks.some(({ id }) => id === REPORTS_SILENCE)
  const unknown = new Map<string, Unknown>()
  const findings = checks.flatMap((check) => {
    const { id } = check
    const view = viewOf(
      snapshot,
      (missed) => unknown.set(`${id} ${missed.pnn} ${missed.fact}`, { id, ...missed }),
      silenceIsReported,
    )
    return check.find(view).map((found) => findingOf(check, found))
  })
  return { findings: linkCauses(findings), unknown: [...unknown.values()] }
}
