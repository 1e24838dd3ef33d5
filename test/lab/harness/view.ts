import { isIPv4, isIPv6 } from 'node:net'
import { hasFlag, NODE_FLAG, UNKNOWN_PNN } from '../../../src/lib/cluster/node.ts'
import type { NodeStatus } from '../../../src/lib/cluster/report.ts'
import { CtdbtsError } from '../../../src/lib/errors.ts'
import { collectIps } from '../../../src/operations/collect/ip.ts'
import { collectStatus } from '../../../src/operations/collect/status.ts'
import { connectUnix } from '../../../src/transport/local/socket.ts'
import { MACHINE_FLAGS } from '../../../src/ui/ctdb/status.ts'
import type { Lab } from './lab.ts'
import { waitUntil } from './wait.ts'

/** The cluster as one node sees it. */
export interface View {
  /** The state of each node, by PNN, as the columns of `ctdb -X status` name it: `OK`, `Banned`, `Unhealthy|Disabled`. */
  readonly states: readonly string[]
  /** The public addresses that the node knows, and the PNN of the owner of each; -1 if there is none. */
  readonly owners: ReadonlyMap<string, number>
}

const LIMIT_MS = 3_000

/**
 * The cluster as a node reports it, or an error message if it cannot. Waits ask for it again and again, so it does not run `ctdb`: on two
 * processors its start would take more time than all tests.
 */
export async function viewOf(lab: Lab, pnn: number): Promise<View | string> {
  try {
    using client = await connectUnix(lab.socketPath(pnn), { timeoutMs: LIMIT_MS })
    const [{ report }, { ips }] = await Promise.all([
      collectStatus(client, client.pnn(), { nodesOnly: true, timeoutMs: LIMIT_MS }),
      collectIps(client, client.pnn(), { all: false, interfaces: false, nodes: false }),
    ])
    return {
      states: report.nodes.filter((node) => !hasFlag(node, NODE_FLAG.DELETED)).map(stateOf),
      owners: new Map(ips.map((ip) => [ip.address.address, ip.pnn === UNKNOWN_PNN ? -1 : ip.pnn])),
    }
  } catch (error) {
    if (!(error instanceof CtdbtsError)) throw error
    return error.message
  }
}

/** Leaves out Inactive, which follows from the other flags. */
function stateOf(node: NodeStatus): string {
  const names = MACHINE_FLAGS.flatMap(([name, mask]) => (name !== 'Inactive' && hasFlag(node, mask) ? [name] : []))
  return [...names, ...(node.partiallyOnline ? ['PartiallyOnline'] : [])].join('|') || 'OK'
}

/**
 * Waits until nodes see the cluster in these states. Does not check where the addresses are.
 * @param seenBy the nodes to ask; all by default.
 */
export async function untilSeen(lab: Lab, states: readonly string[], seenBy: readonly number[] = lab.pnns): Promise<void> {
  await untilAll(lab, seenBy, states, (view) => stateLack(view, states))
}

/**
 * Waits until nodes see the cluster in these states, and each address on a node that can host it, or on none if no node can.
 * @param seenBy the nodes to ask; all by default.
 */
export async function untilSettled(lab: Lab, states: readonly string[], seenBy: readonly number[] = lab.pnns): Promise<void> {
  await untilAll(lab, seenBy, states, (view) => stateLack(view, states) ?? placementLack(view, states))
}

/** Waits until all nodes are healthy and no takeover run is under way, and makes sure that each node has its share of the addresses. */
export async function untilHealthy(lab: Lab): Promise<void> {
  await untilSettled(
    lab,
    lab.pnns.map(() => 'OK'),
  )
  // This returns when a takeover run has ended. After a node was killed during a run, the leader waits for its replies first.
  await lab.must(0, 'ctdb', 'ipreallocate')
  for (const isOfFamily of [isIPv4, isIPv6]) await share(lab, isOfFamily)
}

/** Gives each node an address. A takeover run leaves addresses where earlier tests moved them, unless a node has none at all. */
async function share(lab: Lab, isOfFamily: (address: string) => boolean): Promise<void> {
  const view = await viewOf(lab, 0)
  if (typeof view === 'string') throw new Error(view)
  const owners = new Map([...view.owners].filter(([address]) => isOfFamily(address)))
  const countOf = (pnn: number) => [...owners.values()].filter((owner) => owner === pnn).length
  for (const pnn of lab.pnns.filter((each) => countOf(each) === 0)) {
    const [address] = [...owners].find(([, owner]) => countOf(owner) > 1) ?? []
    if (address === undefined) continue
    await lab.must(0, 'ctdb', 'moveip', address, String(pnn))
    owners.set(address, pnn)
  }
}

async function untilAll(
  lab: Lab,
  seenBy: readonly number[],
  states: readonly string[],
  lackOf: (view: View) => string | undefined,
): Promise<void> {
  let late = seenBy[0]
  await waitUntil(`the nodes are ${states.join(', ')}`, async () => {
    // As long as the node that was late is late still, there is no need to ask the others.
    for (const pnn of seenBy.toSorted((one, other) => Number(other === late) - Number(one === late))) {
      const view = await viewOf(lab, pnn)
      const lack = typeof view === 'string' ? view : lackOf(view)
      if (lack === undefined) continue
      late = pnn
      return `node ${pnn} sees: ${lack}`
    }
    return undefined
  }).catch((error) => {
    throw new Error(`${error.message}\n${lab.pnns.map((pnn) => lab.lastLogLines(pnn)).join('\n')}`, { cause: error })
  })
}

const stateLack = (view: View, states: readonly string[]): string | undefined =>
  view.states.join() === states.join() ? undefined : view.states.join(', ')

function placementLack(view: View, states: readonly string[]): string | undefined {
  const hosts = states.flatMap((state, pnn) => (state === 'OK' || state === 'PartiallyOnline' ? [pnn] : []))
  const allowed = hosts.length === 0 ? [-1] : hosts
  const misplaced = [...view.owners].find(([, owner]) => !allowed.includes(owner))
  return misplaced && `the address ${misplaced[0]} on node ${misplaced[1]}`
}
