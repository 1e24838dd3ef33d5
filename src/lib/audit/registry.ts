import { CtdbtsError } from '../errors.ts'
import type { Check } from './check.ts'
import { ALL_CHECKS } from './checks/index.ts'

/** All checks, in the order in which they are listed. */
export const CHECKS: readonly Check[] = ALL_CHECKS.toSorted((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1))

/** The ids of the checks that are only made of what `verify --probe` finds. */
export const NEEDING_PROBE: readonly string[] = CHECKS.filter(({ needsProbe }) => needsProbe).map(({ id }) => id)

/** The check of these that reads neighbour tables; the others judge answers. */
export const NEIGHBOUR_STALE = 'ip-neighbour-stale'

/** @throws CtdbtsError NO_CHECK if there is no check with this id. */
export function checkNamed(id: string): Check {
  const check = CHECKS.find((candidate) => candidate.id === id)
  if (check) return check
  throw new CtdbtsError('NO_CHECK', `there is no check ${JSON.stringify(id)}`, { hint: 'see `ctdbts verify --list-checks`' })
}

/**
 * Chooses the checks to run: those of `only` (default: all) without those of `skip`, in the order of {@link CHECKS}.
 * @throws CtdbtsError NO_CHECK for an id that no check has, or if no check is left.
 */
export function chooseChecks(only?: readonly string[], skip: readonly string[] = []): Check[] {
  const wanted = new Set(only === undefined ? CHECKS : only.map(checkNamed))
  for (const id of skip) wanted.delete(checkNamed(id))
  if (wanted.size > 0) return CHECKS.filter((check) => wanted.has(check))
  throw new CtdbtsError('NO_CHECK', 'no check is left to run', { hint: 'skip fewer; see `ctdbts verify --list-checks`' })
}
