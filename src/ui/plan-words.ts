import type { AllocationStep } from '../lib/allocation/input.ts'
import { counted } from '../lib/plural.ts'
import type { AddressPlan, Plan } from '../lib/takeover/plan.ts'

/** What happens to an address, as one character. */
export const CHANGE_SIGNS: Record<AddressPlan['change'], string> = {
  moved: '~',
  assigned: '+',
  released: '-',
  kept: ' ',
  unhosted: '!',
}

/** `2`, `nobody`. */
export const nodeText = (pnn: number | null): string => (pnn === null ? 'nobody' : String(pnn))

/** Whether a takeover run would change anything. */
export const changesAnything = ({ addresses }: Plan): boolean =>
  addresses.some(({ change }) => change !== 'kept' && change !== 'unhosted')

/** How many addresses a takeover run moves: `moves nothing`, `moves 3 addresses`. */
export const countWords = (moves: number): string =>
  moves === 0 ? 'moves nothing' : `moves ${counted(moves, 'address', 'addresses')}`

/** How many addresses a node has after a takeover run, and how many more or fewer that is: `7 (+2)`. */
export const countText = ({ before, after }: { readonly before: number; readonly after: number }): string =>
  before === after ? String(after) : `${after} (${signed(after - before)})`

const signed = (value: number): string => (value > 0 ? `+${value}` : String(value))

/** `3 to move, 1 to assign, 0 to release; 8 stay, 0 unhosted (lcp2, leader 0)`. */
export function planSummary({ addresses, algorithm, leader }: Plan): string {
  const count = (change: AddressPlan['change']) => addresses.filter((address) => address.change === change).length
  const moves = `${count('moved')} to move, ${count('assigned')} to assign, ${count('released')} to release`
  return `${moves}; ${count('kept')} stay, ${count('unhosted')} unhosted (${algorithm}, leader ${nodeText(leader)})`
}

/** A step of the algorithm in words. */
export function stepText(step: AllocationStep): string {
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
