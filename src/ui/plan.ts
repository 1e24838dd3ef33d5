import type { Outcome } from '../lib/takeover/outcome.ts'
import type { AddressPlan, Plan } from '../lib/takeover/plan.ts'
import { CHANGE_SIGNS, changesAnything, countText, nodeText, planSummary, stepText } from './plan-words.ts'
import { type Paint, table } from './table.ts'

/**
 * A plan for people: what changes, how many addresses each node has before and after, and one line that sums it up.
 * @param explain show every address with the steps that lead to it, and the controls that will be sent.
 */
export function planText(plan: Plan, { explain, paint }: { explain: boolean; paint: Paint }): string {
  const shown = explain ? plan.addresses : plan.addresses.filter(({ change }) => change !== 'kept')
  const rows = shown.map((address) => addressRow(address, paint))
  const parts = [
    ...plan.failures.map((failure) => `${paint('bad', 'The run would fail:')} ${failure}\n`),
    rows.length > 0 ? table(['', 'Address', 'From', 'To', 'Why'], rows) : '',
    table(
      ['Node', 'Before', 'After'],
      plan.counts.map(({ pnn, before, after }) => [String(pnn), String(before), countText({ before, after })]),
    ),
    explain ? explanation(plan) : '',
    ...plan.notes.map((note) => `Note: ${note}\n`),
    `${planSummary(plan)}\n`,
  ]
  return parts.join('')
}

function addressRow({ change, address, from, to, reason }: AddressPlan, paint: Paint): string[] {
  const mood = change === 'kept' ? 'plain' : change === 'assigned' || change === 'moved' ? 'good' : 'bad'
  return [paint(mood, CHANGE_SIGNS[change]), address, nodeText(from), nodeText(to), reason]
}

function explanation(plan: Plan): string {
  const addresses = plan.addresses.flatMap(({ address, steps, cannot }) => [
    `${address}\n`,
    ...steps.map((step) => `  ${stepText(step)}\n`),
    ...cannot.map(({ pnn, why }) => `  not on node ${pnn}: ${why}\n`),
  ])
  const controls = plan.controls.map(({ control, to, address, owner, redundant }) => {
    const whose = control === 'RELEASE_IP' ? `, owner ${nodeText(owner)}` : ''
    return `  ${control} to node ${to}: ${address}${whose}${redundant ? ' (redundant)' : ''}\n`
  })
  return `Address by address, as the algorithm goes:\n${addresses.join('')}Controls, all releases before the first takeover:\n${controls.join('')}`
}

/** What a run did, held against the plan. */
export function outcomeText({ asPlanned, addresses, differences }: Outcome): string {
  const good = addresses - differences.length
  if (asPlanned) return `The outcome is the plan: ${good} of ${addresses} addresses.\n`
  const rows = differences.map(({ address, planned, actual }) => [address, nodeText(planned), nodeText(actual)])
  return `The outcome is not the plan: ${good} of ${addresses} addresses are where they were promised.\n${table(['Address', 'Promised', 'Is on'], rows)}`
}

/** A plan as a JSON document. */
export const planJson = (plan: Plan): Record<string, unknown> => ({ formatVersion: 1, changes: changesAnything(plan), ...plan })
