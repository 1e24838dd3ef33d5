import { isDeepStrictEqual } from 'node:util'
import type { ExpectStatic } from 'vitest'
import type { Lab } from '../harness/lab.ts'
import { runBoth, type Shown } from '../side-by-side/compare.ts'
import type { Case } from './cases.ts'
import { DIFFERENCES, type Difference, NEWER_DIFFERENCES } from './differences.ts'
import { comparable } from './rules.ts'

/**
 * Runs both tools with a command line, and expects the same of them, or an intended difference.
 * @param expect that of the test, as others may run at the same time.
 * @returns the intended difference, if any.
 */
export async function compare(lab: Lab, pnn: number, tested: Case, expect: ExpectStatic): Promise<Difference | undefined> {
  const { ctdb, ctdbts } = await runBoth(lab, pnn, tested.argv, {
    normal: (run) => comparable(run, tested.rule),
    accepts: (theirs, ours) => isDeepStrictEqual(theirs, ours) || explanation(theirs, ours, tested) !== undefined,
  })
  return differenceOf(ctdb, ctdbts, tested, `node ${pnn}: ${tested.argv.join(' ')}`, expect)
}

/** Does the same as {@link compare} with what two runs have shown. */
export function differenceOf(
  ctdb: Shown,
  ctdbts: Shown,
  tested: Case,
  where: string,
  expect: ExpectStatic,
): Difference | undefined {
  const difference = isDeepStrictEqual(ctdb, ctdbts) ? undefined : explanation(ctdb, ctdbts, tested)
  if (difference) expect(ctdbts, where).not.toEqual(ctdb)
  else expect(ctdbts, where).toEqual(ctdb)
  return difference
}

const explanation = (ctdb: Shown, ctdbts: Shown, tested: Case): Difference | undefined =>
  [...DIFFERENCES, ...NEWER_DIFFERENCES].find(({ explains }) => explains(ctdb, ctdbts, tested))
