import { isDeepStrictEqual } from 'node:util'
import type { RunResult } from '../../support/program.ts'
import type { Lab } from '../harness/lab.ts'

/** The result of a run that a script can see. */
export type Shown = Pick<RunResult, 'stdout' | 'stderr' | 'status'>

const ATTEMPTS = 5

/** How two runs are compared. */
interface Comparison {
  /** Removes what differs between any two runs. */
  normal(shown: Shown): Shown
  /** Whether the results are final, so that they need not be checked again. */
  accepts(ctdb: Shown, ctdbts: Shown): boolean
}

/**
 * Runs `ctdb` and `ctdbts` with the same arguments at the same time. If they differ, the cluster may have changed in between: then
 * `ctdbts` runs between two runs of `ctdb`, and its result counts if those two are equal.
 * @throws Error if those two are never equal, so that nothing can be concluded.
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
