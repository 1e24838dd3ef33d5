import { CANNOT_HOST_FLAGS, hasFlag, isReachable, NODE_FLAG, type Pnn } from '../../../lib/cluster/node.ts'
import type { Edit } from '../../../lib/takeover/what-if.ts'
import type { AddressState, ClusterState, NodeState } from '../../../lib/watch/cluster-state.ts'
import { type Choice, type ClusterAction, type MenuItem, type Model, newestState } from '../model/model.ts'
import { newestSelectionOf, type Selection, selectionOf } from '../model/selection.ts'
import { actionLabel } from './cluster-action.ts'
import { openConfirmation, whyNoAction } from './confirmation.ts'
import { result, type UpdateResult, withNotice, withoutOverlay } from './result.ts'
import { editText, isSameEdit, toggleWhatIf } from './what-if.ts'

const menu = (model: Model, title: string, items: readonly MenuItem[]): UpdateResult =>
  result({ ...model, overlay: { kind: 'menu', title, items, cursor: 0 } })

/** The selected nodes, as a cluster state has them. */
export const selectedNodes = ({ nodes }: ClusterState, { pnns }: Selection): readonly NodeState[] =>
  pnns.map((pnn) => nodes.find((node) => node.pnn === pnn)).filter((node) => node !== undefined)

/** Opens the menu of what-ifs for the selected nodes and address. Lists active what-ifs too, so that they can be turned off. */
export function openWhatIf(model: Model): UpdateResult {
  const selection = selectionOf(model)
  const active = model.preview?.edits ?? []
  const possible = [
    ...selectedNodes(model.cluster, selection).flatMap(editsOfNode),
    ...(selection.address ? [{ kind: 'remove-address' as const, address: selection.address.address }] : []),
  ]
  const others = active.filter((edit) => !possible.some((each) => isSameEdit(each, edit)))
  const items = [...possible, ...others].map((edit): MenuItem => {
    const isOn = active.some((each) => isSameEdit(each, edit))
    return { label: editText(edit), ...(isOn && { isOn }), choice: { kind: 'what-if', edit } }
  })
  if (items.length === 0) return result(withNotice(model, 'Select a node or an address first'))
  return menu(model, 'What if …', items)
}

/**
 * The what-ifs that would change a node. A node that is down can only come up, as its links are unknown. Of a node that nobody sees, it is not
 * known what would change it.
 */
function editsOfNode({ pnn, flags, links, answers, isOutOfSight }: NodeState): readonly Edit[] {
  const node = { flags }
  if (isOutOfSight) return []
  // A daemon that answers runs already: the node is cut off.
  if (!isReachable(node)) return [...(answers ? [] : [{ kind: 'start' as const, pnn }]), { kind: 'up', pnn }]
  const isDisabled = hasFlag(node, NODE_FLAG.DISABLED)
  return [
    { kind: 'down', pnn },
    { kind: isDisabled ? 'enable' : 'disable', pnn },
    { kind: hasFlag(node, NODE_FLAG.STOPPED) ? 'continue' : 'stop', pnn },
    { kind: hasFlag(node, NODE_FLAG.BANNED) ? 'unban' : 'ban', pnn },
    // For a node that is only disabled, `up` would be the same as `enable`.
    ...(flags === 0 || flags === NODE_FLAG.DISABLED ? [] : [{ kind: 'up' as const, pnn }]),
    ...links.map(({ name, linkUp }): Edit => ({ kind: linkUp ? 'link-down' : 'link-up', pnn, interfaceName: name })),
  ]
}

/**
 * Opens the menu of actions for the cluster and the selected nodes and address, as they are now. While an action is running, the menu offers
 * to cancel it. Says why when no action is possible.
 */
export function openActions(model: Model): UpdateResult {
  const { running, readOnly } = model
  if (running && readOnly === undefined) {
    return menu(model, 'Actions', [{ label: `Cancel ${running.text}`, choice: { kind: 'cancel' } }])
  }
  const why = whyNoAction(model)
  if (why !== undefined) return result(withNotice(model, why, 'error'))
  const cluster = newestState(model)
  const selection = newestSelectionOf(model)
  const actions: readonly ClusterAction[] = [
    { kind: 'takeover-run' },
    ...selectedNodes(cluster, selection)
      .filter((node) => isReachable(node) && !node.isOutOfSight)
      .map(({ pnn, flags }): ClusterAction => ({ kind: hasFlag({ flags }, NODE_FLAG.DISABLED) ? 'enable' : 'disable', pnn })),
    ...(selection.address ? movesOf(cluster, selection.address, selection.pnns) : []),
  ]
  return menu(
    model,
    'Actions',
    actions.map((action) => ({ label: actionLabel(action), choice: { kind: 'act', action } })),
  )
}

/** Moves to each node that knows the address and can host one; selected nodes come first. From any other, the next run would take it again. */
function movesOf(
  { nodes }: ClusterState,
  { address, owner, knownBy }: AddressState,
  pnns: readonly Pnn[],
): readonly ClusterAction[] {
  const isFit = ({ flags, runState = 'RUNNING', isOutOfSight }: NodeState) =>
    !isOutOfSight && !hasFlag({ flags }, CANNOT_HOST_FLAGS) && runState === 'RUNNING'
  const fit = new Set(nodes.filter(isFit).map(({ pnn }) => pnn))
  const others = knownBy.filter((pnn) => pnn !== owner && fit.has(pnn))
  const first = others.filter((pnn) => pnns.includes(pnn))
  return [...first, ...others.filter((pnn) => !first.includes(pnn))].map((to) => ({ kind: 'move', address, to }))
}

/** Runs the selected menu item. */
export function choose(model: Model): UpdateResult {
  const { overlay } = model
  if (overlay?.kind !== 'menu') return result(model)
  const choice = overlay.items[overlay.cursor]?.choice
  return choice ? runChoice(withoutOverlay(model), choice) : result(model)
}

function runChoice(model: Model, choice: Choice): UpdateResult {
  if (choice.kind === 'what-if') return result(toggleWhatIf(model, choice.edit))
  // While paused, poll once so that the plan is up to date.
  if (choice.kind === 'act')
    return result(openConfirmation(model, choice.action), ...(model.backlog ? [{ kind: 'sample' } as const] : []))
  if (choice.kind === 'cancel') return cancelAction(model)
  return result(withNotice(model, choice.line), { kind: 'break', line: choice.line })
}

function cancelAction(model: Model): UpdateResult {
  const { running } = model
  if (!running) return result(withNotice(model, 'The action has already ended'))
  return result(withNotice(model, `Cancelling ${running.text}`), { kind: 'cancel' })
}
