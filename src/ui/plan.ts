import { nodesText } from '../lib/cluster/node-text.ts'
import type { CourseRun, RunCause } from '../lib/takeover/course.ts'
import type { NeededEvent } from '../lib/takeover/needed-events.ts'
import type { Outcome } from '../lib/takeover/outcome.ts'
import type { AddressPlan, Plan } from '../lib/takeover/plan.ts'
import type { WhatIfPlan } from '../lib/takeover/what-if-plan.ts'
import type { Versioned } from './documents/common.ts'
import type { PlanDocumented } from './documents/plan.ts'
import { CHANGE_SIGNS, changesAnything, countText, countWords, nodeText, planSummary, stepText } from './plan-words.ts'
import { type Paint, table } from './table.ts'
import { visible } from './visible.ts'

/**
 * A plan for people: what changes, how many addresses each node has before and after, and a summary in one line.
 * If several takeover runs move addresses, what each of them moves.
 * @param explain show every address with the steps that decide about it, the controls that will be sent, and the events that must succeed.
 */
export function planText(plan: Plan & Partial<WhatIfPlan>, { explain, paint }: { explain: boolean; paint: Paint }): string {
  const shown = explain ? plan.addresses : plan.addresses.filter(({ change }) => change !== 'kept')
  const rows = shown.map((address) => addressRow(address, paint))
  const parts = [
    ...plan.failures.map((failure) => `${paint('bad', 'The takeover run would fail:')} ${visible(failure)}\n`),
    rows.length > 0 ? table(['', 'Address', 'From', 'To', 'Why'], rows) : '',
    table(
      ['Node', 'Before', 'After'],
      plan.counts.map(({ pnn, before, after }) => [String(pnn), String(before), countText({ before, after })]),
    ),
    courseText(plan.course ?? []),
    explain ? explanation(plan) : '',
    explain ? eventsText(plan.neededEvents ?? []) : '',
    ...plan.notes.map((note) => `Note: ${visible(note)}\n`),
    `${planSummary(plan)}\n`,
  ]
  return parts.join('')
}

function addressRow({ change, address, from, to, reason }: AddressPlan, paint: Paint): string[] {
  const style = change === 'kept' ? 'plain' : change === 'assigned' || change === 'moved' ? 'good' : 'bad'
  return [paint(style, CHANGE_SIGNS[change]), address, nodeText(from), nodeText(to), visible(reason)]
}

const CAUSES: Readonly<Record<RunCause, string>> = {
  due: 'due already',
  recovery: 'in the recovery',
  request: 'requested',
  check: 'when the started node checks itself for the first time',
  healthy: 'when the started node has become healthy',
}

/** Nothing if a single run moves everything. */
function courseText(course: readonly CourseRun[]): string {
  if (course.filter(({ moves }) => moves.length > 0).length < 2) return ''
  const runs = course.map(({ cause, moves }, index) => {
    const lines = moves.map(({ address, from, to }) => `  ${address}: ${nodeText(from)} to ${nodeText(to)}\n`)
    return `Run ${index + 1}, ${CAUSES[cause]}: ${countWords(moves.length)}\n${lines.join('')}`
  })
  return runs.join('')
}

function eventsText(events: readonly NeededEvent[]): string {
  const lines = (['releaseip', 'takeip', 'ipreallocated'] as const).flatMap((name) => {
    const pnns = events.filter(({ event }) => event === name).map(({ pnn }) => pnn)
    return pnns.length === 0 ? [] : [`  ${name} on ${nodesText(pnns)}\n`]
  })
  return lines.length === 0 ? '' : `Events that have to succeed:\n${lines.join('')}`
}

function explanation(plan: Plan): string {
  const addresses = plan.addresses.flatMap(({ address, steps, cannot }) => [
    `${address}\n`,
    ...steps.map((step) => `  ${visible(stepText(step))}\n`),
    ...cannot.map(({ pnn, why }) => `  not on node ${pnn}: ${visible(why)}\n`),
  ])
  const controls = plan.controls.map(({ control, to, address, owner, redundant }) => {
    const whose = control === 'RELEASE_IP' ? `, owner ${nodeText(owner)}` : ''
    return `  ${control} to node ${to}: ${address}${whose}${redundant ? ' (redundant)' : ''}\n`
  })
  return `Steps of the algorithm for each address:\n${addresses.join('')}Controls, all releases before the first takeover:\n${controls.join('')}`
}

/** What a takeover run did, compared with its plan. */
export function outcomeText({ asPlanned, addresses, differences }: Outcome): string {
  const good = addresses - differences.length
  if (asPlanned) return `The result matches the plan: ${good} of ${addresses} addresses.\n`
  const rows = differences.map(({ address, planned, actual }) => [address, nodeText(planned), nodeText(actual)])
  return `The result does not match the plan: ${good} of ${addresses} addresses are where planned.\n${table(['Address', 'Planned', 'Actual'], rows)}`
}

/** A plan as a JSON document. */
export const planJson = <P extends Plan>(plan: P): Versioned & PlanDocumented<P> => ({
  formatVersion: 1,
  changes: changesAnything(plan),
  ...plan,
})
