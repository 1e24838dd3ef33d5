import { INACTIVE_FLAGS, NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { DESTINATION } from '../../../src/lib/cluster/srvid.ts'
import { factsOf, type NodeFacts, type Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import type { CtdbClient } from '../../../src/transport/client.ts'
import { controls } from '../../../src/transport/wire/controls.ts'
import { messages } from '../../../src/transport/wire/messages.ts'
import type { Lab } from '../harness/lab.ts'

/** Numbers from 0 (inclusive) to 1, the same for the same seed. */
export type Random = () => number

/** One change to the cluster that a takeover run has to do with. */
export interface Operation {
  readonly name: string
  /** Nodes to tell the planner of, as the leader's list of them cannot be asked for. */
  readonly forced?: number
  carryOut(client: CtdbClient, lab: Lab): Promise<unknown>
  /** What has to be seen before the change has arrived everywhere. */
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

/** Draws an operation that is possible in the state of this snapshot, and leaves at least one node active. */
export function drawOperation(random: Random, snapshot: Snapshot): Operation {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const pnn = pick(snapshot.nodes).pnn
  // Left to chance, a small cluster soon has nothing left that could host anything, and nothing to be predicted.
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

/** What helps a node that cannot host addresses, when fewer than two could; undefined when all is well enough. */
function cureFor(snapshot: Snapshot): Operation | undefined {
  const unwell = snapshot.nodeMap.filter(({ flags }) => flags !== 0)
  const [patient] = unwell
  if (!patient || snapshot.nodeMap.length - unwell.length >= 2) return undefined
  const { pnn, flags } = patient
  if ((flags & NODE_FLAG.BANNED) !== 0) return toggleBanned(snapshot, pnn)
  if ((flags & NODE_FLAG.STOPPED) !== 0) return toggleStopped(snapshot, pnn)
  return (flags & NODE_FLAG.DISABLED) !== 0 ? toggleDisabled(snapshot, pnn) : undefined
}

/** Whether a node may be taken out: another has to stay, or nobody would run anything. */
const isSpare = ({ nodeMap }: Snapshot, pnn: number): boolean =>
  nodeMap.some((entry) => entry.pnn !== pnn && (entry.flags & INACTIVE_FLAGS) === 0)

/** Waits for a flag in every node's view. */
const seenByAll =
  (pnn: number, flag: number, wanted: boolean) =>
  ({ nodes }: Snapshot): boolean =>
    nodes.every(({ nodeMap }) => (((nodeMap?.find((entry) => entry.pnn === pnn)?.flags ?? 0) & flag) !== 0) === wanted)

function toggleDisabled(snapshot: Snapshot, pnn: number): Operation {
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
      // A node that is banned or stopped does not run its monitor event, and so does not look.
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
    // Whoever holds it keeps it until a takeover run has taken it away; the others drop it at once.
    hasArrived: () => true,
  }
}

/** On all nodes, as whoever leads at the end decides. */
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
