import type { Pnn } from '../../lib/cluster/node.ts'
import type { AddressState, NodeState, Story } from '../../lib/watch/story.ts'
import { newestStory } from './held.ts'
import { nodesUnder } from './menus.ts'
import type { MenuItem, Model } from './model.ts'
import { type Result, result, withNotice } from './result.ts'
import { type UnderCursor, underCursorNow } from './under-cursor.ts'

/** What can be broken and mended in an embedded cluster, of what is under the cursor; without anything there, of the first node. */
export function openBreak(model: Model): Result {
  if (model.readOnly !== undefined) return result(withNotice(model, model.readOnly, 'error'))
  const story = newestStory(model)
  const under = underCursorNow(model)
  const nodes = nodesUnder(story, under)
  const items = (nodes.length > 0 ? nodes : story.nodes.slice(0, 1)).flatMap(breaksOfNode)
  const all = [
    ...(under.address ? breaksOfAddress(story, under.address, under) : []),
    ...items,
    item('heal', 'all nodes reach each other again'),
  ]
  return result({ ...model, overlay: { kind: 'menu', title: 'Break …', items: all, cursor: 0 } })
}

const item = (line: string, what: string): MenuItem => ({ label: `${line}: ${what}`, choice: { kind: 'break', line } })

const breaksOfNode = ({ pnn, links }: NodeState): readonly MenuItem[] => [
  item(`restart-network ${pnn}`, 'its public addresses are gone from the kernel'),
  ...links.map(({ name, linkUp }) =>
    item(`link ${pnn} ${name} ${linkUp ? 'down' : 'up'}`, linkUp ? 'pull the cable' : 'plug the cable in'),
  ),
  item(`kill ${pnn}`, 'SIGKILL for ctdbd: its addresses stay on'),
  item(`start ${pnn}`, 'start ctdbd'),
  item(`crash ${pnn}`, 'power off'),
  item(`boot ${pnn}`, 'power on, and start CTDB'),
  item(`hang ${pnn}`, 'SIGSTOP for the daemons'),
  item(`resume ${pnn}`, 'SIGCONT for the daemons'),
  item(`part ${pnn}`, 'cut it off from all others'),
]

function breaksOfAddress(story: Story, state: AddressState, { pnns }: UnderCursor): readonly MenuItem[] {
  const { address, owner, knownBy } = state
  const thief = [...pnns, ...knownBy].find((pnn) => pnn !== owner)
  return [
    ...(owner === null ? [] : [item(`delete-address ${owner} ${address}`, 'take it off by hand')]),
    ...(thief === undefined ? [] : stolen(story, state, thief)),
  ]
}

/** A node holds what is another's. */
function stolen(story: Story, { address, interfaceName }: AddressState, thief: Pnn): readonly MenuItem[] {
  const names = story.nodes.find(({ pnn }) => pnn === thief)?.links.map(({ name }) => name) ?? []
  const name = names.find((each) => each === interfaceName) ?? names[0]
  if (name === undefined) return []
  return [item(`add-address ${thief} ${address}/${maskBitsOf(story, address)} ${name}`, 'a second node holds it too')]
}

/** As a kernel has it; else what is usual. */
function maskBitsOf({ snapshot }: Story, address: string): number {
  const held = snapshot?.nodes.flatMap(({ host }) => host?.addresses ?? []).find((each) => each.address === address)
  return held?.maskBits ?? (address.includes(':') ? 64 : 24)
}
