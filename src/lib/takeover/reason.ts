import type { AllocationStep } from '../allocation/input.ts'
import type { Pnn } from '../cluster/node.ts'
import { factsOf, type Snapshot } from '../snapshot/snapshot.ts'
import { whyNot } from './can-host.ts'
import type { Settings } from './settings.ts'

interface Question {
  readonly address: string
  readonly from: Pnn | null
  readonly to: Pnn | null
  readonly steps: readonly AllocationStep[]
  readonly imagined: Snapshot
  readonly settings: Settings
  readonly forceRebalance: readonly Pnn[]
}

/** Why an address ends up where it does, in one sentence made from its steps. */
export function reasonFor(question: Question): string {
  const { from, to } = question
  if (to === null) return unhosted(question)
  const why = arrival(question)
  if (from === to) return why === undefined || from === null ? `node ${to} can keep it` : `back to node ${to}: ${why}`
  const departure = from === null ? 'nobody owns it' : leaving(question, from)
  return [departure, why].filter((part) => part !== undefined).join('; ')
}

function leaving({ imagined, address, steps }: Question, from: Pnn): string | undefined {
  const evened = steps.some(({ kind }) => kind === 'evened out' || kind === 'rebalanced')
  const unable = whyNot(imagined, from, address)
  if (unable !== undefined) return `node ${from} cannot host it: ${unable}`
  return evened || steps.length > 0 ? undefined : `node ${from} no longer claims it`
}

/** What brought it to its new node: the last step. */
function arrival({ steps, imagined, forceRebalance }: Question): string | undefined {
  const step = steps.at(-1)
  switch (step?.kind) {
    case 'due':
      return `its ${step.because === 'home' ? 'home' : 'place in the list'} makes it due on node ${step.to}`
    case 'placed by count':
      return `node ${step.to} has the fewest (${step.count}) of those that can host it`
    case 'placed by cost':
      return `on node ${step.to} it costs least (${step.cost}) of those that can host it`
    case 'evened out':
      return `node ${step.from} has ${step.counts[0]} addresses, node ${step.to} only ${step.counts[1]}`
    case 'rebalanced': {
      const candidate = forceRebalance.includes(step.to) ? 'was named to receive addresses' : 'has none of its own'
      const known = factsOf(imagined, step.to) ? `node ${step.to} ${candidate}` : `node ${step.to}`
      return `${known}, and there it costs ${step.costs[1]} instead of ${step.costs[0]}`
    }
    default:
      return undefined
  }
}

function unhosted({ imagined, address, settings, from }: Question): string {
  const able = imagined.nodes.filter(({ pnn }) => whyNot(imagined, pnn, address) === undefined)
  if (able.length > 0 && settings.noIpTakeover) {
    return `${from === null ? 'nobody owns it' : `node ${from} cannot keep it`}, and NoIPTakeover=1 lets no node take it over`
  }
  return 'no node can host it'
}
