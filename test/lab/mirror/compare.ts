import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import type { Lab } from '../harness/lab.ts'
import { runBoth, type Shown } from '../side-by-side/compare.ts'
import type { Case } from './cases.ts'
import { DIFFERENCES, type Difference } from './differences.ts'
import { comparable } from './rules.ts'

/**
 * Gives both tools a command line.
 * @returns the difference that is meant, if any.
 * @throws AssertionError for any other.
 */
export async function compare(lab: Lab, pnn: number, tested: Case): Promise<Difference | undefined> {
  const { ctdb, ctdbts } = await runBoth(lab, pnn, tested.argv, {
    normal: (run) => comparable(run, tested.rule),
    accepts: (theirs, ours) => isDeepStrictEqual(theirs, ours) || explanation(theirs, ours, tested) !== undefined,
  })
  return differenceOf(ctdb, ctdbts, tested, `node ${pnn}: ${tested.argv.join(' ')}`)
}

/** As {@link compare}, of two runs that were. */
export function differenceOf(ctdb: Shown, ctdbts: Shown, tested: Case, where: string): Difference | undefined {
  if (isDeepStrictEqual(ctdb, ctdbts)) return undefined
  const difference = explanation(ctdb, ctdbts, tested)
  if (!difference) expect(ctdbts, where).toEqual(ctdb)
  return difference
}

const explanation = (ctdb: Shown, ctdbts: Shown, tested: Case): Difference | undefined =>
  DIFFERENCES.find(({ explains }) => explains(ctdb, ctdbts, tested))
