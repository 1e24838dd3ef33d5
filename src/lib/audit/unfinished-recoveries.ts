import type { Pnn } from '../cluster/node.ts'
import { RECOVERY_ACTIVE } from '../cluster/recovery-mode.ts'
import { factsOf, type Snapshot } from '../snapshot/snapshot.ts'
import { said } from './facts.ts'

/** A recovery that fails is tried again: one that was may be bad luck. */
const SEVERAL = 3

/**
 * The evidence that recoveries do not end: in successive samples, a node is always in recovery mode, several recoveries begin there, and none ends.
 * One sample does not show that, as each recovery hides when the one before began. Empty if that is not seen.
 */
export function unfinishedRecoveries(samples: readonly Snapshot[]): string[] {
  return (samples.at(-1)?.nodes ?? []).flatMap(({ pnn }) => {
    const begun = begunOn(pnn, samples)
    return begun !== undefined && begun >= SEVERAL ? [said(pnn, `${begun} recoveries began, and none of them ended`)] : []
  })
}

/** How many recoveries began on a node, of which none ended; undefined if one may have. */
function begunOn(pnn: Pnn, samples: readonly Snapshot[]): number | undefined {
  const facts = samples.map((sample) => factsOf(sample, pnn))
  const times = facts.flatMap((each) => (each?.recoveryMode === RECOVERY_ACTIVE && each.times ? [each.times] : []))
  if (times.length < samples.length || new Set(times.map((each) => each.lastRecoveryFinished)).size > 1) return undefined
  return new Set(times.map((each) => each.lastRecoveryStarted)).size
}
