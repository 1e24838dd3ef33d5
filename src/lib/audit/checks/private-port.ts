import type { Pnn } from '../../cluster/node.ts'
import { listed, nodesText } from '../../cluster/node-text.ts'
import { CTDB_PORT } from '../../cluster/nodes-list.ts'
import { groupOf } from '../../group-of.ts'
import { oneOr } from '../../plural.ts'
import type { HostConnection } from '../../snapshot/host-facts.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { kernelHas } from '../facts.ts'
import { normalAddress } from '../normal.ts'
import { staysUntil } from '../outlook.ts'
import { mend } from '../remedy.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'private-port',
  order: 283,
  severity: 'error',
  title: 'A node does not answer on its private port, although it reaches the others',
  seenBy: ['K'],
  moves: false,
  causes: [cause('private-ip-missing', 'node')],
  meaning:
    'Each daemon connects to TCP port 4379 of every other node. Here one direction works and the other does not: a packet filter on a node or between them stops one of them, or large packets are lost. Nodes count as connected only if both directions work, so the cluster splits, or recoveries never end.',
  outlook: 'CTDB tries to connect again every second, and the nodes find each other as soon as it succeeds.',
  remedy:
    'Open TCP port 4379 for the private addresses of all nodes, in both directions, on the nodes (`nft list ruleset`, `iptables -S`) and between them.',
  falseAlarm: 'For a second after a daemon was started. Ports other than 4379 are not checked.',
  find(view) {
    if (view.nodes.length < 2) return []
    const ends = new Map(view.nodes.flatMap((node) => endOf(view, node.pnn, node.address) ?? []).map((end) => [end.pnn, end]))
    const byTarget = new Map<Pnn, Refusal[]>()
    for (const from of ends.values()) {
      for (const to of ends.values()) {
        const refusal = from === to ? undefined : refusalOf(from, to)
        if (refusal) groupOf(byTarget, to.pnn).push(refusal)
      }
    }
    return [...byTarget].map(([pnn, refusals]) => foundOf(view, pnn, refusals))
  },
}

/** The daemon of a node, with the connections of its port. */
interface End {
  readonly pnn: Pnn
  readonly address: string
  /** The connections that it has made, or wants to make, to this port of other nodes, by their addresses. */
  readonly made: ReadonlyMap<string, readonly HostConnection[]>
}

/** Undefined where no daemon answers or listens at the node's private address. */
function endOf(view: View, pnn: Pnn, given: string): End | undefined {
  const runState = view.need(pnn, 'runState')
  const connections = view.want(pnn, 'host.connections')
  // A daemon that hangs accepts no connections.
  if (connections === undefined || view.isDaemonDead(pnn) || runState === undefined) return undefined
  const address = normalAddress(given)
  const listens = connections.some(
    ({ state, local }) => state === 'LISTEN' && local.port === CTDB_PORT && normalAddress(local.address) === address,
  )
  if (!listens) return undefined
  const made = connections.filter(({ state, peer }) => state !== 'LISTEN' && peer.port === CTDB_PORT)
  return { pnn, address, made: Map.groupBy(made, ({ peer }) => normalAddress(peer.address)) }
}

/** After so many repetitions TCP has had no answer for more than six seconds. */
const MANY = 5

const isLost = ({ resent }: HostConnection): boolean => resent >= MANY

interface Refusal {
  readonly from: End
  readonly evidence: string
}

/** What keeps one node from the port of another one, while the other way round all is well; undefined if nothing does. */
function refusalOf(from: End, to: End): Refusal | undefined {
  const [there, back] = [from.made.get(to.address) ?? [], to.made.get(from.address) ?? []]
  const works = (list: readonly HostConnection[]) => list.some((each) => each.state === 'ESTAB' && !isLost(each))
  if (works(there) || !works(back)) return undefined
  const port = `port ${CTDB_PORT} of ${to.address}`
  if (there.some(({ state }) => state === 'ESTAB')) return { from, evidence: `what was sent to ${port} is not acknowledged` }
  return { from, evidence: there.length > 0 ? `${port} does not answer` : `there is no connection to ${port}` }
}

function foundOf(view: View, pnn: Pnn, refusals: readonly Refusal[]): Found {
  const others = refusals.map(({ from }) => from.pnn)
  const starting = [pnn, ...others].filter((each) => hasJustStarted(view, each))
  return {
    subject: { pnn },
    nodes: others,
    message: `${nodesText(others)} cannot use port ${CTDB_PORT} of node ${pnn}, which itself reaches ${oneOr(others.length, 'that node', 'those nodes')}`,
    evidence: [
      ...refusals.map(({ from, evidence }) => kernelHas(from.pnn, evidence)),
      kernelHas(pnn, `it is connected to port ${CTDB_PORT} of ${listed(refusals.map(({ from }) => from.address))}`),
    ],
    ...(starting.length > 0 && { passing: `${nodesText(starting)} ${oneOr(starting.length, 'has', 'have')} just started` }),
    claims: [staysUntil({ on: 'repair' }, 'CTDB tries to connect again every second')],
    actions: [mend({ what: 'network', pnn }, check.remedy)],
  }
}

const JUST_S = 10

function hasJustStarted(view: View, pnn: Pnn): boolean {
  const times = view.peek(pnn, 'times')
  return times !== undefined && times.now - times.daemonStart < JUST_S
}
