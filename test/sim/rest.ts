import { isReachable, NODE_FLAG, type Pnn } from '../../src/lib/cluster/node.ts'
import type { MemoryHost } from '../../src/lib/sim/memory-host.ts'
import type { World } from '../../src/lib/sim/world.ts'

/**
 * What keeps a cluster from being at rest: every address that some node can host is on exactly one of those that run, and what they all
 * believe is what their kernels hold. Undefined when nothing does.
 * @param stoppedToo nodes that were stopped count as well: those do not look for faults themselves, so it takes a run that others ask for.
 */
export function whyNotAtRest(
  world: World,
  hosts: readonly MemoryHost[],
  { stoppedToo }: { stoppedToo: boolean },
): string | undefined {
  const running = world.nodes.filter(({ daemon, answers }) => daemon && answers)
  const active = running.filter(({ daemon }) => ((daemon?.ownFlags ?? 0) & (NODE_FLAG.STOPPED | NODE_FLAG.BANNED)) === 0)
  if (running.some(({ daemon }) => ((daemon?.ownFlags ?? 0) & NODE_FLAG.BANNED) !== 0)) return 'a node is banned'
  if (active.length === 0) return undefined
  if (world.leader === undefined) return 'nobody leads'
  for (const { pnn, daemon } of active) {
    if (daemon?.runState !== 'RUNNING') return `node ${pnn} is not up yet`
    if (daemon.recoveryMode !== 0) return `node ${pnn} is in recovery`
    const away = daemon.peers.nodes().find((node) => isReachable(node) !== running.some((other) => other.pnn === node.pnn))
    if (away) return `node ${pnn} is wrong about node ${away.pnn}`
  }
  const addresses = new Set(
    running.flatMap(({ daemon }) => daemon?.publicIps.known().map(({ address }) => address.address) ?? []),
  )
  for (const address of addresses) {
    const reason = whyNotHosted(address, stoppedToo ? running : active, hosts)
    if (reason !== undefined) return reason
  }
  return undefined
}

function whyNotHosted(address: string, running: World['nodes'], hosts: readonly MemoryHost[]): string | undefined {
  // What a node has but does not know as a public address, nobody looks after.
  const knowing = running.filter(({ daemon }) => daemon?.publicIps.known().some((ip) => ip.address.address === address))
  const holders = knowing.filter(({ pnn }) => hosts[pnn]?.held.some((held) => held.address === address)).map(({ pnn }) => pnn)
  const owner: Pnn | undefined = holders[0]
  if (holders.length > 1) return `${address} is on ${holders.join(' and ')}`
  const couldHost = running.filter((node) => canHost(node, address, hosts))
  if (owner === undefined && couldHost.length > 0) return `${address} is nowhere, though node ${couldHost[0]?.pnn} could host it`
  for (const { pnn, daemon } of running) {
    const believed = daemon?.publicIps.known().find((ip) => ip.address.address === address)?.pnn
    if (believed === pnn && owner !== pnn) return `node ${pnn} believes that it holds ${address}`
    // A leader with nobody to host anything moves nothing at all: what was put on by hand stays there until somebody can.
    const someoneHosts = running.some((node) => (node.daemon?.publicIps.available().length ?? 0) > 0)
    if (believed !== undefined && owner === pnn && believed !== pnn && someoneHosts) {
      return `node ${pnn} does not believe that it holds ${address}`
    }
    const takesPart = ((daemon?.ownFlags ?? 0) & NODE_FLAG.STOPPED) === 0
    if (takesPart && believed !== undefined && owner !== undefined && believed !== owner && someoneHosts) {
      return `node ${pnn} believes that node ${believed} holds ${address}, and it is node ${owner}`
    }
  }
  return undefined
}

/** By what is, not by what the daemon says: no flags, and the cable of an interface is in. */
function canHost({ pnn, daemon }: World['nodes'][number], address: string, hosts: readonly MemoryHost[]): boolean {
  if (daemon?.ownFlags !== 0) return false
  if (!daemon.publicIps.known().some((ip) => ip.address.address === address)) return false
  const { interfaces } = daemon.publicIps.info({ family: 'ipv4', address, port: 0 })
  return interfaces.some(({ name }) => hosts[pnn]?.carrierOf(name))
}
