import { flagsText, hasFlag, isActive, isReachable, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { listed } from '../cluster/node-text.ts'
import { isStarting } from '../cluster/run-state.ts'
import { factsOf, type NodeFacts, type Snapshot } from '../snapshot/snapshot.ts'
import { unwellHosts } from '../snapshot/unwell-hosts.ts'
import { flagsOf } from './can-host.ts'
import { knownAtStart } from './daemon-start.ts'
import {
  impossible,
  knownSomewhere,
  plain,
  requireNode,
  type WhatIf,
  withAvailable,
  withFacts,
  withFlags,
} from './edited-snapshot.ts'
import { possibleLeaders, withLeader } from './leader.ts'

/** A node's daemon or machine is dead. The leader asks only connected nodes, so what this node alone knows is forgotten. */
export function takeDown(snapshot: Snapshot, pnn: Pnn, heir?: Pnn): WhatIf {
  if (!isReachable(requireNode(snapshot, pnn))) throw impossible(`node ${pnn} is already down`)
  const flags = flagsOf(snapshot, pnn) | NODE_FLAG.DISCONNECTED | NODE_FLAG.UNHEALTHY
  const missing = [{ fact: 'everything', code: 'DISCONNECTED', message: `node ${pnn} is assumed to be down` }]
  return withHeir(
    withFacts(withFlags(snapshot, pnn, flags), pnn, () => ({ pnn, missing })),
    pnn,
    heir,
  )
}

/** The cluster after a node cannot lead any more. @param heir who succeeds it, if that node can. */
function withHeir(snapshot: Snapshot, pnn: Pnn, heir: Pnn | undefined): WhatIf {
  if (snapshot.leader.pnn !== pnn) return plain(snapshot)
  // Which node wins the election cannot be known. Its tunables count from then on.
  const possible = possibleLeaders(snapshot)
  const next = heir !== undefined && possible.includes(heir) ? heir : (possible[0] ?? null)
  const assumptions = next === null ? [] : [`node ${pnn} is the leader; node ${next} is assumed to succeed it`]
  return { snapshot: withLeader(snapshot, next), assumptions }
}

/** A node that is stopped or banned releases its addresses at once. It stays connected: the leader still asks which addresses it knows. */
export function deactivate(snapshot: Snapshot, pnn: Pnn, action: 'stop' | 'ban', heir?: Pnn): WhatIf {
  const { flags } = requireNode(snapshot, pnn)
  const flag = FLAG_OF[action]
  if (!isReachable({ flags }) || hasFlag({ flags }, flag)) throw impossible(`node ${pnn} is ${flagsText(flags)}`)
  const inactive = withFacts(withFlags(snapshot, pnn, flags | flag), pnn, ({ known, ...facts }) => ({
    ...facts,
    ...(known && { known: known.map((ip) => (ip.owner === pnn ? { ...ip, owner: null, activeInterface: null } : ip)) }),
  }))
  return withHeir(inactive, pnn, heir)
}

const FLAG_OF = {
  stop: NODE_FLAG.STOPPED,
  continue: NODE_FLAG.STOPPED,
  ban: NODE_FLAG.BANNED,
  unban: NODE_FLAG.BANNED,
} as const

/**
 * A node is continued or unbanned: that flag goes, and nothing else. It has not been monitored meanwhile, so its health and its links are
 * those from before.
 */
export function reactivate(snapshot: Snapshot, pnn: Pnn, action: 'continue' | 'unban'): WhatIf {
  const { flags } = requireNode(snapshot, pnn)
  const flag = FLAG_OF[action]
  if (!isReachable({ flags })) throw impossible(`node ${pnn} is ${flagsText(flags)}`)
  if (!hasFlag({ flags }, flag)) throw impossible(`node ${pnn} is not ${action === 'continue' ? 'stopped' : 'banned'}`)
  const next = withFlags(snapshot, pnn, flags & ~flag)
  const leads = next.leader.pnn === null && possibleLeaders(next).includes(pnn)
  return { snapshot: leads ? withLeader(next, pnn) : next, assumptions: restText(next, pnn) }
}

/** What still keeps a node from hosting addresses after it was continued or unbanned. */
function restText(snapshot: Snapshot, pnn: Pnn): string[] {
  const flags = flagsOf(snapshot, pnn)
  const { runState } = factsOf(snapshot, pnn) ?? {}
  const hostsNothing = `node ${pnn} is still ${flagsText(flags)}, so it hosts nothing`
  if (!isActive({ flags }) || hasFlag({ flags }, NODE_FLAG.DISABLED)) return [hostsNothing]
  if (!hasFlag({ flags }, NODE_FLAG.UNHEALTHY) || isStarting(runState) || unwellHosts(snapshot).has(pnn)) return []
  return [`${hostsNothing} until a monitor event succeeds there; --up ${pnn} shows the cluster after that`]
}

/** A node whose daemon was still starting is in run state RUNNING, and its first monitor event has succeeded. */
export function completeStart(snapshot: Snapshot, pnn: Pnn): WhatIf {
  const flags = flagsOf(snapshot, pnn)
  const { runState, interfaces = [] } = factsOf(snapshot, pnn) ?? {}
  // A node that is stopped or banned meanwhile stays in FIRST_RECOVERY.
  if (!isStarting(runState) || !isActive({ flags })) return plain(snapshot)
  const running = withFacts(snapshot, pnn, (own) => ({ ...own, runState: 'RUNNING' }))
  const down = interfaces.filter(({ linkUp }) => !linkUp).map(({ name }) => name)
  // 10.interface fails if no interface has a link.
  const isUnhealthy = interfaces.length > 0 && down.length === interfaces.length
  if (isUnhealthy)
    return { snapshot: withFlags(running, pnn, flags), assumptions: [`node ${pnn} stays unhealthy: no link on ${listed(down)}`] }
  const assumption = `node ${pnn} is assumed to become healthy: its startup event and its first monitor event succeed`
  const despite = down.length === 0 ? '' : `, although there is no link on ${listed(down)} (CTDB_PARTIALLY_ONLINE_INTERFACES=yes)`
  return { snapshot: withFlags(running, pnn, flags & ~NODE_FLAG.UNHEALTHY), assumptions: [`${assumption}${despite}`] }
}

/** A node is up and healthy, however that came about. */
export function bringUp(snapshot: Snapshot, pnn: Pnn): WhatIf {
  const entry = requireNode(snapshot, pnn)
  if (entry.flags === 0) throw impossible(`node ${pnn} is already up and healthy`)
  const known = factsOf(snapshot, pnn)?.known ? undefined : knownAtStart(snapshot, pnn)
  const assumptions = [`node ${pnn} is assumed to be healthy, in run state RUNNING`, ...(known?.assumptions ?? [])]
  const next = withFacts(snapshot, pnn, (own) => ({
    ...(known ? { pnn, missing: [], ...known.facts } : own),
    runState: 'RUNNING',
  }))
  const up = withFlags(next, pnn, 0)
  return { snapshot: up.leader.pnn === null ? withLeader(up, pnn) : up, assumptions }
}

export function changeDisabled(snapshot: Snapshot, pnn: Pnn, disabled: boolean): WhatIf {
  const { flags } = requireNode(snapshot, pnn)
  if (((flags & NODE_FLAG.DISABLED) !== 0) === disabled)
    throw impossible(`node ${pnn} is ${disabled ? 'already' : 'not'} disabled`)
  if (!isReachable({ flags })) throw impossible(`node ${pnn} is ${flagsText(flags)}`)
  return plain(withFlags(snapshot, pnn, flags ^ NODE_FLAG.DISABLED))
}

export function changeLink(snapshot: Snapshot, pnn: Pnn, name: string, linkUp: boolean): WhatIf {
  requireNode(snapshot, pnn)
  const interfaces = factsOf(snapshot, pnn)?.interfaces
  if (!interfaces) throw impossible(`the interfaces of node ${pnn} are not known`)
  const found = interfaces.find((candidate) => candidate.name === name)
  if (!found) {
    const names = interfaces.map((candidate) => candidate.name).join(', ') || 'none'
    throw impossible(`node ${pnn} has no interface ${JSON.stringify(name)} for public addresses (it has ${names})`)
  }
  if (found.linkUp === linkUp) throw impossible(`the link of ${name} on node ${pnn} is already ${linkUp ? 'up' : 'down'}`)
  const changed = interfaces.map((candidate) => (candidate.name === name ? { ...candidate, linkUp } : candidate))
  const next = withAvailable(
    withFacts(snapshot, pnn, (facts) => ({ ...facts, interfaces: changed })),
    pnn,
  )
  const assumption = linkUp
    ? []
    : [
        `node ${pnn} is assumed to stay healthy without that link (CTDB_PARTIALLY_ONLINE_INTERFACES=yes); otherwise it is as with --disable`,
      ]
  return { snapshot: next, assumptions: assumption }
}

const MAX_NODES = 1000

export function addNodes(snapshot: Snapshot, count: number): WhatIf {
  if (!Number.isInteger(count) || count < 1 || snapshot.nodeMap.length + count > MAX_NODES) {
    throw impossible(`a cluster has at most ${MAX_NODES} nodes, and this one already has ${snapshot.nodeMap.length}`)
  }
  const first = Math.max(...snapshot.nodeMap.map(({ pnn }) => pnn)) + 1
  const known = knownSomewhere(snapshot)
  const available = known.map(({ address }) => address)
  const entries = Array.from({ length: count }, (_, index) => ({ pnn: first + index, address: '0.0.0.0', flags: 0 }))
  const added = entries.map(({ pnn }): NodeFacts => ({ pnn, missing: [], runState: 'RUNNING', known, available }))
  const nodes = snapshot.nodes.map((facts) => (facts.nodeMap ? { ...facts, nodeMap: [...facts.nodeMap, ...entries] } : facts))
  const names = entries.length === 1 ? `node ${first} is` : `nodes ${first} to ${first + count - 1} are`
  return {
    snapshot: { ...snapshot, nodeMap: [...snapshot.nodeMap, ...entries], nodes: [...nodes, ...added] },
    assumptions: [`${names} assumed to be healthy, and to know all addresses that other nodes know`],
  }
}
