import { isDeepStrictEqual } from 'node:util'
import type { RunResult } from '../../support/program.ts'
import type { Lab } from '../harness/lab.ts'

/** What a script can see of a run. */
export type Shown = Pick<RunResult, 'stdout' | 'stderr' | 'status'>

const ATTEMPTS = 5

/** When two runs count as the same. */
interface Comparison {
  /** Takes out what is never twice the same. */
  normal(shown: Shown): Shown
  /** Whether they need not be looked at again. */
  accepts(ctdb: Shown, ctdbts: Shown): boolean
}

/**
 * Runs `ctdb` and `ctdbts` with the same arguments at the same time. When they differ, that may be because the cluster has changed
 * between their questions: then ctdbts runs between two runs of ctdb, and counts when those two agree.
 * @throws Error when they never do, so that nothing can be told.
 */
export async function runBoth(
  lab: Lab,
  pnn: number,
  argv: readonly string[],
  { normal = (run) => run, accepts = isDeepStrictEqual }: Partial<Comparison> = {},
): Promise<{ ctdb: Shown; ctdbts: Shown }> {
  const ctdb = async () => normal(shown(await lab.ctdb(pnn, ...argv)))
  const ctdbts = async () => normal(shown(await lab.ctdbts(pnn, ...argv)))
  const [theirs, ours] = await Promise.all([ctdb(), ctdbts()])
  if (accepts(theirs, ours)) return { ctdb: theirs, ctdbts: ours }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = await ctdb()
    const between = await ctdbts()
    if (isDeepStrictEqual(before, await ctdb())) return { ctdb: before, ctdbts: between }
  }
  throw new Error(`ctdb itself showed something else each time: the cluster did not keep still for ${ATTEMPTS} attempts`)
}

export const shown = ({ stdout, stderr, status }: RunResult): Shown => ({ stdout, stderr, status })
