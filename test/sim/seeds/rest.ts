import { INACTIVE_FLAGS, isReachable, NODE_FLAG, type Pnn } from '../../../src/lib/cluster/node.ts'
import type { MemoryHost } from '../../../src/sim/world/memory-host.ts'
import type { World } from '../../../src/sim/world/world.ts'

type SimNode = World['nodes'][number]

/** A running node, with the owners that it believes in and the addresses in its kernel. */
interface Seen {
  readonly node: SimNode
  readonly flags: number
  /** The believed owners, by address. */
  readonly believes: ReadonlyMap<string, Pnn>
  readonly holds: ReadonlySet<string>
}

/** Who must be at rest. */
export interface Whom {
  /** Whether stopped nodes count. They do not check themselves, so only a requested takeover run corrects them. */
  readonly stoppedToo: boolean
  /** A node that has a fault: the others must be at rest without it. */
  readonly without?: Pnn
}

/**
 * Why a cluster is not at rest; undefined when it is. At rest, every address that some node can host is on exactly one running node, and all
 * nodes believe what the kernels hold.
 */
export function whyNotAtRest(world: World, hosts: readonly MemoryHost[], { stoppedToo, without }: Whom): string | undefined {
  const all = world.nodes.filter(({ daemon, answers }) => daemon && answers).map((node) => see(node, hosts[node.pnn]))
  const running = all.filter(({ node }) => node.pnn !== without)
  const faulty = all.find(({ node }) => node.pnn === without)
  const active = running.filter(({ flags }) => (flags & (NODE_FLAG.STOPPED | NODE_FLAG.BANNED)) === 0)
  if (running.some(({ flags }) => (flags & NODE_FLAG.BANNED) !== 0)) return 'a node is banned'
  if (active.length === 0) return undefined
  if (world.leader === undefined) return 'there is no leader'
  const looked = stoppedToo ? running : active
  return whyNotUp(active, running, without) ?? whyNotAllHosted(looked, hosts, faulty)
}

function see(node: SimNode, host: MemoryHost | undefined): Seen {
  return {
    node,
    flags: node.daemon?.ownFlags ?? 0,
    believes: new Map(node.daemon?.publicIps.known().map(({ address, pnn }) => [address.address, pnn])),
    holds: new Set(host?.held.map(({ address }) => address)),
  }
}

function whyNotUp(active: readonly Seen[], running: readonly Seen[], without: Pnn | undefined): string | undefined {
  const there = new Set(running.map(({ node }) => node.pnn))
  for (const { node } of active) {
    if (node.daemon?.runState !== 'RUNNING') return `node ${node.pnn} is not up yet`
    if (node.daemon.recoveryMode !== 0) return `node ${node.pnn} is in recovery`
    if (node.daemon.publicIps.isBusy) return `node ${node.pnn} runs a script`
    const away = node.daemon.peers.nodes().find((other) => other.pnn !== without && isReachable(other) !== there.has(other.pnn))
    if (away) return `node ${node.pnn} is wrong about the connection to node ${away.pnn}`
  }
  return undefined
}

function whyNotAllHosted(looked: readonly Seen[], hosts: readonly MemoryHost[], faulty: Seen | undefined): string | undefined {
  // Without a node that can host addresses, the leader moves nothing, and addresses that were added by hand stay.
  const someoneHosts = looked.some(({ node }) => (node.daemon?.publicIps.available().length ?? 0) > 0)
  const addresses = new Set(looked.flatMap(({ believes }) => [...believes.keys()]))
  for (const address of addresses) {
    // No node manages an address that its holder does not know as a public address.
    const holders = looked.filter(({ believes, holds }) => believes.has(address) && holds.has(address))
    if (holders.length > 1) return `${address} is on ${holders.map(({ node }) => node.pnn).join(' and ')}`
    const owner = holders[0]?.node.pnn
    if (owner === undefined && faulty && serves(faulty, address)) continue
    const reason =
      owner === undefined ? whyNowhere(address, looked, hosts) : someoneHosts ? whoIsWrong(address, owner, looked) : undefined
    if (reason !== undefined) return reason
  }
  return undefined
}

/** Whether a node has an address although it has a fault. */
const serves = ({ node, flags, believes, holds }: Seen, address: string): boolean =>
  (flags & INACTIVE_FLAGS) === 0 && believes.get(address) === node.pnn && holds.has(address)

function whyNowhere(address: string, looked: readonly Seen[], hosts: readonly MemoryHost[]): string | undefined {
  const deluded = looked.find(({ node, believes }) => believes.get(address) === node.pnn)
  if (deluded) return `node ${deluded.node.pnn} believes that it holds ${address}`
  const able = looked.find((seen) => canHost(seen, address, hosts))
  return able && `${address} is on no node, although node ${able.node.pnn} could host it`
}

/** Stopped nodes may learn about new owners later. */
function whoIsWrong(address: string, owner: Pnn, looked: readonly Seen[]): string | undefined {
  const wrong = looked.find(
    ({ node, flags, believes }) =>
      believes.has(address) &&
      believes.get(address) !== owner &&
      (node.pnn === owner || believes.get(address) === node.pnn || (flags & NODE_FLAG.STOPPED) === 0),
  )
  return (
    wrong && `node ${wrong.node.pnn} believes that node ${wrong.believes.get(address)} holds ${address}, but node ${owner} does`
  )
}

/** Decided by the facts, not by the daemon: no flags, and an interface with its cable plugged in. */
function canHost({ node: { pnn, daemon }, flags, believes }: Seen, address: string, hosts: readonly MemoryHost[]): boolean {
  if (!daemon || flags !== 0 || !believes.has(address)) return false
  const { interfaces } = daemon.publicIps.info({ family: 'ipv4', address, port: 0 })
  return interfaces.some(({ name }) => hosts[pnn]?.carrierOf(name))
}
