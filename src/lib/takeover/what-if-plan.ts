import type { Pnn } from '../cluster/node.ts'
import { seenByCluster } from '../snapshot/cluster-view.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { areHappenings, type CourseRun, courseOf, courseRun, isRunDue, planOf } from './course.ts'
import { dependencies } from './dependencies.ts'
import { type NeededEvent, neededEvents, scriptDoubts } from './needed-events.ts'
import { type Plan, splitNotes } from './plan.ts'
import type { Edit } from './what-if.ts'

/** What some what-ifs bring, with all takeover runs on the way. */
export interface WhatIfPlan extends Plan {
  readonly whatIf: readonly Edit[]
  /** The takeover runs, in their order; the plan is their sum. */
  readonly course: readonly CourseRun[]
  /** What the plan takes for granted, and what else it depends on. They are among the notes too. */
  readonly assumptions: readonly string[]
  /** The events that have to succeed. If one fails, its run fails, and the leader repeats it. */
  readonly neededEvents: readonly NeededEvent[]
}

/**
 * Predicts what happens when these what-ifs come true: every takeover run that they bring, from what the one before it leaves behind. Without
 * what-ifs, that is the next takeover run of the cluster as it is. All what-ifs happen before the first run.
 * @param options `forceRebalance`: nodes named to the leader to receive addresses (REBALANCE_NODE).
 * @throws CtdbtsError IMPOSSIBLE for a what-if that contradicts the state of the cluster, or another what-if; BAD_ADDRESS for a snapshot with a
 * text that is not an address.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises'
 * import { parseSnapshot, planWhatIf } from 'ctdbts'
 *
 * const now = parseSnapshot(await readFile('cluster.json', 'utf8'), 'cluster.json')
 * const plan = planWhatIf(now, [{ kind: 'start', pnn: 2 }])
 * for (const { cause, moves } of plan.course) console.log(cause, moves)
 * for (const { address, from, to } of plan.addresses) console.log(address, from, to)
 * ```
 */
export function planWhatIf(
  snapshot: Snapshot,
  edits: readonly Edit[],
  { forceRebalance = [] }: { readonly forceRebalance?: readonly Pnn[] } = {},
): WhatIfPlan {
  const now = seenByCluster(snapshot)
  const options = { forceRebalance, runsFirst: areHappenings(edits) && isRunDue(now) }
  const course = courseOf(now, edits, options)
  const plan = planOf(course)
  const needed = neededEvents(snapshot, course)
  const assumptions = [
    ...course.assumptions,
    ...(edits.length > 0 ? dependencies(now, edits, course, options) : []),
    ...scriptDoubts(now, course, needed),
  ]
  return {
    ...plan,
    whatIf: edits,
    course: course.runs.map(courseRun),
    assumptions,
    neededEvents: needed,
    notes: [...splitNotes(now), ...assumptions, ...plan.notes],
  }
}
