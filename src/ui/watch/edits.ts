import type { Edit } from '../../lib/takeover/what-if.ts'
import type { ClusterAction } from './model.ts'

/** What is imagined, in a few words: `node 1 is down`. Names in it are as their node has them. */
export function editText(edit: Edit): string {
  switch (edit.kind) {
    case 'down':
      return `node ${edit.pnn} is down`
    case 'up':
      return `node ${edit.pnn} is up and healthy`
    case 'disable':
      return `node ${edit.pnn} is disabled`
    case 'enable':
      return `node ${edit.pnn} is enabled`
    case 'link-down':
      return `${edit.interfaceName} of node ${edit.pnn} has no link`
    case 'link-up':
      return `${edit.interfaceName} of node ${edit.pnn} has a link`
    case 'move':
      return `node ${edit.pnn} owns ${edit.address}`
    case 'remove-address':
      return `no node knows ${edit.address}`
    case 'add-address':
      return `${edit.pnns ? `nodes ${edit.pnns.join(', ')} know` : 'all nodes know'} ${edit.address}`
    case 'add-nodes':
      return `there are ${edit.count} nodes more`
    case 'algorithm':
      return `the algorithm is ${edit.algorithm}`
    case 'set':
      return `${edit.tunable} is ${edit.value}`
    case 'reload':
      return `node ${edit.pnn} reloads its public addresses`
  }
}

/** What is to be done, as a title and in a notice: `disable node 1`. */
export function actionText(action: ClusterAction): string {
  switch (action.kind) {
    case 'takeover-run':
      return 'takeover run'
    case 'disable':
    case 'enable':
      return `${action.kind} node ${action.pnn}`
    case 'move':
      return `move ${action.address} to node ${action.to}`
  }
}

/** What has to be imagined to see what an action brings: the planner then works out the takeover run after it. */
export function editsOfAction(action: ClusterAction): readonly Edit[] {
  switch (action.kind) {
    case 'takeover-run':
      return []
    case 'disable':
    case 'enable':
      return [{ kind: action.kind, pnn: action.pnn }]
    case 'move':
      return [{ kind: 'move', address: action.address, pnn: action.to }]
  }
}

export const isSameEdit = (a: Edit, b: Edit): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Two edits of the same one of these cannot both be. */
function aspectOf(edit: Edit): string {
  switch (edit.kind) {
    case 'down':
    case 'up':
      return `node ${edit.pnn}`
    case 'disable':
    case 'enable':
      return `disabled ${edit.pnn}`
    case 'link-down':
    case 'link-up':
      return `link ${edit.pnn} ${edit.interfaceName}`
    default:
      return JSON.stringify(edit)
  }
}

/**
 * The order in which edits are possible: a node that is up and healthy cannot be enabled any more, only what is up can be disabled, and
 * nothing can be imagined of a node once it is down.
 */
const rankOf = ({ kind }: Edit): number => ['up', 'disable', 'down'].indexOf(kind)

/** Edits with one more; without it when it is among them. One that says the contrary gives way. */
export function toggled(edits: readonly Edit[], edit: Edit): readonly Edit[] {
  const others = edits.filter((each) => aspectOf(each) !== aspectOf(edit))
  if (edits.some((each) => isSameEdit(each, edit))) return others
  return [...others, edit].toSorted((a, b) => rankOf(a) - rankOf(b))
}
