import type { Edit } from '../../../lib/takeover/what-if.ts'
import type { Model } from '../model/model.ts'
import { NOT_REQUESTED } from './plan-requests.ts'
import { withNotice } from './result.ts'

/** A what-if in a few words: `node 1 is down`. Contains names as the nodes gave them: not safe for a terminal. */
export function editText(edit: Edit): string {
  switch (edit.kind) {
    case 'down':
      return `node ${edit.pnn} is down`
    case 'up':
      return `node ${edit.pnn} is up and healthy`
    case 'stop':
      return `node ${edit.pnn} is stopped`
    case 'ban':
      return `node ${edit.pnn} is banned`
    case 'start':
      return `node ${edit.pnn} is started`
    case 'continue':
      return `node ${edit.pnn} is continued`
    case 'unban':
      return `node ${edit.pnn} is unbanned`
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
      return `${edit.count} more nodes`
    case 'algorithm':
      return `the algorithm is ${edit.algorithm}`
    case 'set':
      return `${edit.tunable} is ${edit.value}`
    case 'reload':
      return `node ${edit.pnn} reloads its public addresses`
  }
}

/** Whether two what-ifs are the same. */
export const isSameEdit = (a: Edit, b: Edit): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Two edits of the same aspect exclude each other. */
function aspectOf(edit: Edit): string {
  switch (edit.kind) {
    case 'down':
    case 'up':
    case 'start':
    case 'stop':
    case 'continue':
    case 'ban':
    case 'unban':
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
 * The order in which edits are valid: "up" comes first, as it also enables a node; only a node that is up can be disabled; and no edit is
 * valid for a node that is down.
 */
const rankOf = ({ kind }: Edit): number => ['up', 'disable', 'down'].indexOf(kind)

/** Adds an edit, or removes it when it is there already. It replaces an edit that it excludes. */
function toggleEdit(edits: readonly Edit[], edit: Edit): readonly Edit[] {
  const others = edits.filter((each) => aspectOf(each) !== aspectOf(edit))
  if (edits.some((each) => isSameEdit(each, edit))) return others
  return [...others, edit].toSorted((a, b) => rankOf(a) - rankOf(b))
}

/** Adds or removes a what-if. The old plan stays on the screen until the new one arrives. */
export function toggleWhatIf(model: Model, edit: Edit): Model {
  const { preview, ...others } = model
  const edits = toggleEdit(preview?.edits ?? [], edit)
  if (edits.length === 0) return others
  const planned = preview?.planned.state === 'done' ? preview.planned : NOT_REQUESTED.planned
  return { ...others, preview: { ...NOT_REQUESTED, edits, planned } }
}

/** Removes all what-ifs. */
export function clearWhatIf({ preview, ...model }: Model): Model {
  return preview ? model : withNotice(model, 'No what-if to clear')
}
