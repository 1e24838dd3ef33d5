import type { Snapshot } from '../snapshot/snapshot.ts'
import { linkCauses } from './causes.ts'
import { type Check, findingOf } from './check.ts'
import type { Finding, Unknown } from './finding.ts'
import { normalSnapshot } from './normal.ts'
import { viewOf } from './view.ts'

/** The check that reports nodes that do not answer. */
const REPORTS_SILENCE = 'node-disconnected'

/** What the checks find in one sample. Each finding is linked to the one that explains it. */
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
  return { findings: linkCauses(findings, checks), unknown: [...unknown.values()] }
}
