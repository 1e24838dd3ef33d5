import type { Pnn } from '../../../lib/cluster/node.ts'
import type { AddressState, ClusterState, NodeState } from '../../../lib/watch/cluster-state.ts'
import { type MenuItem, type Model, newestState } from '../model/model.ts'
import { newestSelectionOf, type Selection } from '../model/selection.ts'
import { selectedNodes } from './menus.ts'
import { result, type UpdateResult, withNotice } from './result.ts'

/** Opens the menu of what to break and repair in the embedded cluster, for the selected nodes and address, else for the first node. */
export function openBreak(model: Model): UpdateResult {
  if (model.readOnly !== undefined) return result(withNotice(model, model.readOnly, 'error'))
  const cluster = newestState(model)
  const selection = newestSelectionOf(model)
  const nodes = selectedNodes(cluster, selection)
  const items = (nodes.length > 0 ? nodes : cluster.nodes.slice(0, 1)).flatMap(breaksOfNode)
  const all = [
    ...(selection.address ? breaksOfAddress(cluster, selection.address, selection) : []),
    ...items,
    item('heal', 'reconnect all nodes'),
  ]
  return result({ ...model, overlay: { kind: 'menu', title: 'Break or repair', items: all, cursor: 0 } })
}

const item = (line: string, what: string): MenuItem => ({ label: `${line}: ${what}`, choice: { kind: 'break', line } })

const breaksOfNode = ({ pnn, links }: NodeState): readonly MenuItem[] => [
  item(`restart-network ${pnn}`, 'remove its public addresses from the kernel'),
  ...links.map(({ name, linkUp }) =>
    item(`link ${pnn} ${name} ${linkUp ? 'down' : 'up'}`, linkUp ? 'pull the cable' : 'plug the cable in'),
  ),
  item(`kill ${pnn}`, 'kill ctdbd; its addresses stay in the kernel'),
  item(`start ${pnn}`, 'start ctdbd'),
  item(`crash ${pnn}`, 'power off'),
  item(`boot ${pnn}`, 'power on and start CTDB'),
  item(`hang ${pnn}`, 'stop the daemons with SIGSTOP'),
  item(`resume ${pnn}`, 'continue the daemons with SIGCONT'),
  item(`part ${pnn}`, 'disconnect it from all other nodes'),
]

function breaksOfAddress(cluster: ClusterState, state: AddressState, { pnns }: Selection): readonly MenuItem[] {
  const { address, owner, knownBy } = state
  const other = [...pnns, ...knownBy].find((pnn) => pnn !== owner)
  return [
    ...(owner === null ? [] : [item(`delete-address ${owner} ${address}`, 'remove it by hand')]),
    ...(other === undefined ? [] : duplicates(cluster, state, other)),
  ]
}

/** Adds the address to a second node. */
function duplicates(cluster: ClusterState, { address, interfaceName }: AddressState, second: Pnn): readonly MenuItem[] {
  const names = cluster.nodes.find(({ pnn }) => pnn === second)?.links.map(({ name }) => name) ?? []
  const name = names.find((each) => each === interfaceName) ?? names[0]
  if (name === undefined) return []
  return [item(`add-address ${second} ${address}/${maskBitsOf(cluster, address)} ${name}`, 'add it to a second node as well')]
}

/** The prefix length that a kernel has for the address, else a usual one. */
function maskBitsOf({ snapshot }: ClusterState, address: string): number {
  const held = snapshot?.nodes.flatMap(({ host }) => host?.addresses ?? []).find((each) => each.address === address)
  return held?.maskBits ?? (address.includes(':') ? 64 : 24)
}
