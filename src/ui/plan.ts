import type { AllocationStep } from '../lib/allocation/input.ts'
import type { Outcome } from '../lib/takeover/outcome.ts'
import type { AddressPlan, Change, Plan } from '../lib/takeover/plan.ts'
import { type Paint, table } from './table.ts'

const SIGNS: Record<Change, string> = { moved: '~', assigned: '+', released: '-', kept: ' ', unhosted: '!' }

const nodeText = (pnn: number | null): string => (pnn === null ? 'nobody' : String(pnn))

/** Whether a run would change anything. */
export const changesAnything = ({ addresses }: Plan): boolean =>
  addresses.some(({ change }) => change !== 'kept' && change !== 'unhosted')

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
      plan.counts.map(({ pnn, before, after }) => [
        String(pnn),
        String(before),
        before === after ? String(after) : `${after} (${signed(after - before)})`,
      ]),
    ),
    explain ? explanation(plan) : '',
    ...plan.notes.map((note) => `Note: ${note}\n`),
    `${summary(plan)}\n`,
  ]
  return parts.join('')
}

const signed = (value: number): string => (value > 0 ? `+${value}` : String(value))

function addressRow({ change, address, from, to, reason }: AddressPlan, paint: Paint): string[] {
  const mood = change === 'kept' ? 'plain' : change === 'assigned' || change === 'moved' ? 'good' : 'bad'
  return [paint(mood, SIGNS[change]), address, nodeText(from), nodeText(to), reason]
}

/** `3 to move, 1 to assign, 0 to release; 8 stay, 0 unhosted (lcp2, leader 0)`. */
function summary({ addresses, algorithm, leader }: Plan): string {
  const count = (change: Change) => addresses.filter((address) => address.change === change).length
  const moves = `${count('moved')} to move, ${count('assigned')} to assign, ${count('released')} to release`
  return `${moves}; ${count('kept')} stay, ${count('unhosted')} unhosted (${algorithm}, leader ${nodeText(leader)})`
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

function stepText(step: AllocationStep): string {
  switch (step.kind) {
    case 'unassigned':
      return `taken from node ${step.from}, which cannot host it`
    case 'due':
      return `due on node ${step.to}: ${step.because}`
    case 'placed by count':
      return `to node ${step.to}, which has the fewest (${step.count})`
    case 'placed by cost':
      return `to node ${step.to}, where it costs least (${step.cost})`
    case 'evened out':
      return `from node ${step.from} (${step.counts[0]} addresses) to node ${step.to} (${step.counts[1]})`
    case 'rebalanced':
      return `from node ${step.from} (cost ${step.costs[0]}) to candidate ${step.to} (cost ${step.costs[1]})`
  }
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
