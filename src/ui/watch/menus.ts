import { hasFlag, isReachable, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import type { Edit } from '../../lib/takeover/what-if.ts'
import type { AddressState, NodeState, Story } from '../../lib/watch/story.ts'
import { askForConsent, whyNoAction } from './confirmation.ts'
import { actionText, editText, isSameEdit } from './edits.ts'
import { newestStory } from './held.ts'
import type { Choice, ClusterAction, MenuItem, Model } from './model.ts'
import { imagineAlso } from './preview.ts'
import { type Result, result, withNotice, withoutOverlay } from './result.ts'
import { type UnderCursor, underCursor, underCursorNow } from './under-cursor.ts'

const menu = (model: Model, title: string, items: readonly MenuItem[]): Result =>
  result({ ...model, overlay: { kind: 'menu', title, items, cursor: 0 } })

/** The nodes under the cursor, as they stand in a story. */
export const nodesUnder = ({ nodes }: Story, { pnns }: UnderCursor): readonly NodeState[] =>
  pnns.map((pnn) => nodes.find((node) => node.pnn === pnn)).filter((node) => node !== undefined)

/** What can be imagined of what is under the cursor; what is imagined already is in it too, so that it can be taken back. */
export function openWhatIf(model: Model): Result {
  const under = underCursor(model)
  const imagined = model.preview?.edits ?? []
  const possible = [
    ...nodesUnder(model.story, under).flatMap(editsOfNode),
    ...(under.address ? [{ kind: 'remove-address' as const, address: under.address.address }] : []),
  ]
  const added = imagined.filter((edit) => !possible.some((each) => isSameEdit(each, edit)))
  const items = [...possible, ...added].map((edit): MenuItem => {
    const isOn = imagined.some((each) => isSameEdit(each, edit))
    return { label: editText(edit), ...(isOn && { isOn }), choice: { kind: 'imagine', edit } }
  })
  if (items.length === 0) return result(withNotice(model, 'put the cursor on a node or an address first'))
  return menu(model, 'What if …', items)
}

/** What the node is not already, as far as it can be imagined: of a node that is down nothing is known. */
function editsOfNode({ pnn, flags, links }: NodeState): readonly Edit[] {
  const node = { flags }
  if (!isReachable(node)) return [{ kind: 'up', pnn }]
  const isDisabled = hasFlag(node, NODE_FLAG.DISABLED)
  return [
    { kind: 'down', pnn },
    { kind: isDisabled ? 'enable' : 'disable', pnn },
    // To be enabled is all that a node lacks which is only disabled.
    ...(flags === 0 || flags === NODE_FLAG.DISABLED ? [] : [{ kind: 'up' as const, pnn }]),
    ...links.map(({ name, linkUp }): Edit => ({ kind: linkUp ? 'link-down' : 'link-up', pnn, interfaceName: name })),
  ]
}

/**
 * What can be done to the cluster, the node or the address under the cursor, as they are by now; when nothing can, why not. While something
 * is under way, it can be ended.
 */
export function openActions(model: Model): Result {
  const { underWay, readOnly } = model
  if (underWay && readOnly === undefined) {
    return menu(model, 'Do …', [{ label: `end ${underWay.text}`, choice: { kind: 'end' } }])
  }
  const why = whyNoAction(model)
  if (why !== undefined) return result(withNotice(model, why, 'error'))
  const story = newestStory(model)
  const under = underCursorNow(model)
  const actions: readonly ClusterAction[] = [
    { kind: 'takeover-run' },
    ...nodesUnder(story, under)
      .filter(isReachable)
      .map(({ pnn, flags }): ClusterAction => ({ kind: hasFlag({ flags }, NODE_FLAG.DISABLED) ? 'enable' : 'disable', pnn })),
    ...(under.address ? movesOf(story, under.address, under.pnns) : []),
  ]
  return menu(
    model,
    'Do …',
    actions.map((action) => ({ label: actionText(action), choice: { kind: 'act', action } })),
  )
}

/** To each node that knows it and can be told so; a marked one first. */
function movesOf({ nodes }: Story, { address, owner, knownBy }: AddressState, pnns: readonly Pnn[]): readonly ClusterAction[] {
  const reachable = new Set(nodes.filter(isReachable).map(({ pnn }) => pnn))
  const others = knownBy.filter((pnn) => pnn !== owner && reachable.has(pnn))
  const first = others.filter((pnn) => pnns.includes(pnn))
  return [...first, ...others.filter((pnn) => !first.includes(pnn))].map((to) => ({ kind: 'move', address, to }))
}

/** Does what the cursor of the menu is on. */
export function choose(model: Model): Result {
  const { overlay } = model
  if (overlay?.kind !== 'menu') return result(model)
  const choice = overlay.items[overlay.cursor]?.choice
  return choice ? carryOut(withoutOverlay(model), choice) : result(model)
}

function carryOut(model: Model, choice: Choice): Result {
  if (choice.kind === 'imagine') return result(imagineAlso(model, choice.edit))
  // The plan shall be of now, also where nothing is polled.
  if (choice.kind === 'act')
    return result(askForConsent(model, choice.action), ...(model.held ? [{ kind: 'look' } as const] : []))
  if (choice.kind === 'end') return endAction(model)
  return result(withNotice(model, choice.line), { kind: 'break', line: choice.line })
}

function endAction(model: Model): Result {
  const { underWay } = model
  if (!underWay) return result(withNotice(model, 'it has ended already'))
  return result(withNotice(model, `ending ${underWay.text}`), { kind: 'end' })
}
