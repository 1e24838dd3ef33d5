import type { Cause } from './cause.ts'
import type { Check } from './check.ts'
import { type Finding, type FindingKey, findingKey } from './finding.ts'

/** Links each finding to the finding that explains it, if there is one among them. */
export function linkCauses(findings: readonly Finding[], checks: readonly Check[]): Finding[] {
  const byId = Map.groupBy(findings, ({ id }) => id)
  const causesOf = new Map(checks.map(({ id, causes = [] }) => [id, causes]))
  return findings.map((effect) => {
    const causedBy = explanationOf(effect, causesOf.get(effect.id) ?? [], byId)
    return causedBy === undefined ? effect : { ...effect, causedBy }
  })
}

function explanationOf(
  effect: Finding,
  causes: readonly Cause[],
  byId: ReadonlyMap<string, readonly Finding[]>,
): FindingKey | undefined {
  for (const cause of causes) {
    const found = byId.get(cause.id)?.find((candidate) => explains(cause, effect, candidate))
    if (found) return findingKey(found)
  }
  return undefined
}

const explains = ({ shared, when }: Cause, effect: Finding, candidate: Finding): boolean =>
  shared.every((what) =>
    what === 'node'
      ? effect.nodes.some((pnn) => candidate.nodes.includes(pnn))
      : effect.addresses.some((address) => candidate.addresses.includes(address)),
  ) &&
  (when?.(effect, candidate) ?? true)
