import { INACTIVE_FLAGS, NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { factsOf, type NodeFacts, type Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { controls } from '../../../src/lib/wire/controls.ts'
import { DESTINATION } from '../../../src/lib/wire/destination.ts'
import { messages } from '../../../src/lib/wire/messages.ts'
import type { CtdbClient } from '../../../src/transport/client/client.ts'
import type { Lab } from '../harness/lab.ts'
import type { Random } from './random.ts'

/** A change to the cluster that affects the next takeover run. */
export interface Operation {
  readonly name: string
  /** The node that the planner has to rebalance; the leader's list of these nodes cannot be read. */
  readonly forced?: number
  carryOut(client: CtdbClient, lab: Lab): Promise<unknown>
  /** Whether a snapshot shows that the change has reached all nodes. */
  hasArrived(snapshot: Snapshot): boolean
}

const EXTRA_ADDRESSES = ['10.99.1.201', '10.99.1.202', '10.99.1.66', 'fd00:99:1::201', 'fd00:99:1::e']
const INTERFACE = 'eth1'

const flagsOf = ({ nodeMap }: Snapshot, pnn: number): number => nodeMap.find((entry) => entry.pnn === pnn)?.flags ?? 0
const socketAddress = (address: string) => ({
  family: address.includes(':') ? ('ipv6' as const) : ('ipv4' as const),
  address,
  port: 0,
})

/** Draws an operation that is possible in this state, and that leaves at least one node active. */
export function drawOperation(random: Random, snapshot: Snapshot): Operation {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const pnn = pick(snapshot.nodes).pnn
  // With random operations only, no node of a small cluster could soon host any address, and there would be nothing to predict.
  const cure = random() < 0.5 ? cureFor(snapshot) : undefined
  if (cure) return cure
  const makers = [
    () => toggleDisabled(snapshot, pnn),
    () => toggleStopped(snapshot, pnn),
    () => toggleBanned(snapshot, pnn),
    () => toggleLink(snapshot, pnn),
    () => addAddress(snapshot, pick(EXTRA_ADDRESSES), random),
    () => deleteAddress(snapshot, pick(EXTRA_ADDRESSES)),
    () => setTunable(snapshot, 'IPAllocAlgorithm', Math.floor(random() * 3)),
    () => setTunable(snapshot, 'NoIPFailback', Math.floor(random() * 2)),
    () => setTunable(snapshot, 'NoIPTakeover', random() < 0.3 ? 1 : 0),
    () => rebalance(pnn),
  ]
  for (;;) {
    const operation = pick(makers)()
    if (operation) return operation
  }
}

/** An operation that makes a node able to host addresses again, if fewer than two are; otherwise undefined. */
function cureFor(snapshot: Snapshot): Operation | undefined {
  const unhealthy = snapshot.nodeMap.filter(({ flags }) => flags !== 0)
  const [node] = unhealthy
  if (!node || snapshot.nodeMap.length - unhealthy.length >= 2) return undefined
  const { pnn, flags } = node
  if ((flags & NODE_FLAG.BANNED) !== 0) return toggleBanned(snapshot, pnn)
  if ((flags & NODE_FLAG.STOPPED) !== 0) return toggleStopped(snapshot, pnn)
  return (flags & NODE_FLAG.DISABLED) !== 0 ? toggleDisabled(snapshot, pnn) : undefined
}

/** Whether a node can be made inactive: at least one other has to stay active. */
const isSpare = ({ nodeMap }: Snapshot, pnn: number): boolean =>
  nodeMap.some((entry) => entry.pnn !== pnn && (entry.flags & INACTIVE_FLAGS) === 0)

/** Checks a flag of a node in the node maps of all nodes. */
const seenByAll =
  (pnn: number, flag: number, wanted: boolean) =>
  ({ nodes }: Snapshot): boolean =>
    nodes.every(({ nodeMap }) => (((nodeMap?.find((entry) => entry.pnn === pnn)?.flags ?? 0) & flag) !== 0) === wanted)

/** Disables a node, or enables it. */
export function toggleDisabled(snapshot: Snapshot, pnn: number): Operation {
  const disable = (flagsOf(snapshot, pnn) & NODE_FLAG.DISABLED) === 0
  return {
    name: `${disable ? 'disable' : 'enable'} ${pnn}`,
    carryOut: (client) => client.control(disable ? controls.disableNode : controls.enableNode, { to: pnn }),
    hasArrived: seenByAll(pnn, NODE_FLAG.DISABLED, disable),
  }
}

function toggleStopped(snapshot: Snapshot, pnn: number): Operation | undefined {
  const stop = (flagsOf(snapshot, pnn) & NODE_FLAG.STOPPED) === 0
  if (stop && !isSpare(snapshot, pnn)) return undefined
  return {
    name: `${stop ? 'stop' : 'continue'} ${pnn}`,
    carryOut: (client) => client.control(stop ? controls.stopNode : controls.continueNode, { to: pnn }),
    hasArrived: seenByAll(pnn, NODE_FLAG.STOPPED, stop),
  }
}

function toggleBanned(snapshot: Snapshot, pnn: number): Operation | undefined {
  const ban = (flagsOf(snapshot, pnn) & NODE_FLAG.BANNED) === 0
  if (ban && !isSpare(snapshot, pnn)) return undefined
  return {
    name: `${ban ? 'ban' : 'unban'} ${pnn}`,
    carryOut: (client) => client.control(controls.setBanState, { to: pnn, data: { pnn, timeSeconds: ban ? 600 : 0 } }),
    hasArrived: seenByAll(pnn, NODE_FLAG.BANNED, ban),
  }
}

function toggleLink(snapshot: Snapshot, pnn: number): Operation {
  const linkOf = (facts: NodeFacts | undefined) => facts?.interfaces?.find(({ name }) => name === INTERFACE)?.linkUp
  const pull = linkOf(factsOf(snapshot, pnn)) === true
  return {
    name: `${pull ? 'pull' : 'plug'} ${INTERFACE} of ${pnn}`,
    carryOut: (_, lab) => (pull ? lab.pull(pnn, INTERFACE) : lab.plug(pnn, INTERFACE)),
    hasArrived: (now) => {
      // A banned or stopped node runs no monitor event, and so does not check its links.
      const looks = (flagsOf(now, pnn) & INACTIVE_FLAGS) === 0
      return !looks || linkOf(factsOf(now, pnn)) === !pull
    },
  }
}

const knows = (facts: NodeFacts | undefined, address: string): boolean =>
  facts?.known?.some((known) => known.address === address) ?? false

function addAddress(snapshot: Snapshot, address: string, random: Random): Operation | undefined {
  if (snapshot.nodes.some((facts) => knows(facts, address))) return undefined
  const where = snapshot.nodes.map(({ pnn }) => pnn).filter(() => random() < 0.7)
  if (where.length === 0) return undefined
  const data = { address: socketAddress(address), maskBits: address.includes(':') ? 64 : 24, interfaceName: INTERFACE }
  return {
    name: `add ${address} on ${where.join(', ')}`,
    carryOut: (client) => Promise.all(where.map((to) => client.control(controls.addPublicIp, { to, data }))),
    hasArrived: (now) => where.every((pnn) => knows(factsOf(now, pnn), address)),
  }
}

function deleteAddress(snapshot: Snapshot, address: string): Operation | undefined {
  const where = snapshot.nodes.filter((facts) => knows(facts, address)).map(({ pnn }) => pnn)
  if (where.length === 0) return undefined
  const data = { address: socketAddress(address), maskBits: 0, interfaceName: '' }
  return {
    name: `delete ${address}`,
    carryOut: (client) => Promise.all(where.map((to) => client.control(controls.deletePublicIp, { to, data }))),
    // The owner keeps it until the next takeover run; the other nodes drop it at once.
    hasArrived: () => true,
  }
}

/** Sets a tunable on all nodes, as any of them may be the leader at the end. */
function setTunable(snapshot: Snapshot, name: string, value: number): Operation | undefined {
  const isSet = ({ nodes }: Snapshot) => nodes.every(({ tunables }) => tunables?.[name] === value)
  if (isSet(snapshot)) return undefined
  const where = snapshot.nodes.map(({ pnn }) => pnn)
  return {
    name: `${name}=${value}`,
    carryOut: (client) => Promise.all(where.map((to) => client.control(controls.setTunable, { to, data: { name, value } }))),
    hasArrived: isSet,
  }
}

function rebalance(pnn: number): Operation {
  return {
    name: `rebalance ${pnn}`,
    forced: pnn,
    carryOut: async (client) => client.send(messages.rebalanceNode, DESTINATION.CONNECTED_NODES, pnn),
    hasArrived: () => true,
  }
}
