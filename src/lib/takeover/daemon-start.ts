import { configValue, isOn } from '../audit/config-file.ts'
import { type FatalFile, fatalAddresses, fatalConfiguration } from '../audit/fatal-files.ts'
import { linkNamed } from '../audit/interfaces.ts'
import { normalAddress } from '../audit/normal.ts'
import { readTunables } from '../audit/tunables-file.ts'
import { plainView } from '../audit/view.ts'
import { readPublicAddresses } from '../cluster/address-files.ts'
import { isReachable, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { TUNABLES } from '../cluster/tunables.ts'
import { factsOf, interfacesOf, type KnownAddress, type NodeFacts, type Snapshot } from '../snapshot/snapshot.ts'
import { impossible, knownSomewhere, requireNode, type WhatIf, withFacts, withFlags } from './edited-snapshot.ts'
import { possibleLeaders, withLeader } from './leader.ts'

/** What a daemon knows when it has just been started. */
interface StartFacts {
  readonly facts: Pick<NodeFacts, 'known' | 'interfaces' | 'tunables'>
  readonly assumptions: readonly string[]
}

/**
 * A daemon is started: it joins the cluster, and the recovery that follows finds it in run state FIRST_RECOVERY, UNHEALTHY, with the
 * addresses of its own file and no others. It forgets that it was disabled, stopped or banned before.
 * @throws CtdbtsError IMPOSSIBLE if it runs already, or would end at once.
 */
export function startDaemon(snapshot: Snapshot, pnn: Pnn): WhatIf {
  const { flags } = requireNode(snapshot, pnn)
  const before = factsOf(snapshot, pnn)
  if (before?.known || before?.runState !== undefined || before?.host?.daemonAnswers === true)
    throw impossible(`node ${pnn} cannot be started: its daemon answers`)
  if (isReachable({ flags })) throw impossible(`node ${pnn} cannot be started: it is connected, so its daemon runs`)
  refuse(fatalConfiguration(plainView(snapshot), pnn), pnn)
  const { facts, assumptions } = knownAtStart(snapshot, pnn)
  const joined = withFlags(snapshot, pnn, NODE_FLAG.UNHEALTHY | configuredFlags(before))
  const next = withFacts(joined, pnn, (own) => ({
    pnn,
    missing: [],
    ...facts,
    available: [],
    runState: 'FIRST_RECOVERY',
    nodeMap: joined.nodeMap,
    ...(own.host && { host: own.host }),
  }))
  const leads = next.leader.pnn === null && possibleLeaders(next).includes(pnn)
  return { snapshot: leads ? withLeader(next, pnn) : next, assumptions }
}

/** @throws CtdbtsError IMPOSSIBLE if there is such a file. */
function refuse(fatal: FatalFile | undefined, pnn: Pnn): void {
  if (fatal) throw impossible(`ctdbd on node ${pnn} would reject its ${fatal.file}, and end: ${fatal.why}`)
}

/** The flags that a daemon gives itself because of its configuration. From ctdb.conf(5). */
function configuredFlags(facts: NodeFacts | undefined): number {
  const text = facts?.host?.configFile ?? ''
  const isSet = (name: string) => isOn(configValue(text, 'legacy', name))
  return (isSet('start as disabled') ? NODE_FLAG.DISABLED : 0) | (isSet('start as stopped') ? NODE_FLAG.STOPPED : 0)
}

/** The tunables of a daemon that has just been started: CTDB's defaults, and what its files set; nothing if they were not read. */
function tunablesAtStart(facts: NodeFacts | undefined): Pick<NodeFacts, 'tunables'> {
  const { tunablesFiles, version } = facts?.host ?? {}
  if (!tunablesFiles) return {}
  const defaults = Object.fromEntries(TUNABLES.map(({ name, defaultValue }) => [name, defaultValue]))
  return { tunables: { ...defaults, ...readTunables(tunablesFiles, version) } }
}

/**
 * The addresses, interfaces and tunables that a node's daemon would have if it were started now: those of its files, if they were read. What
 * other nodes know is otherwise the best guess for the addresses.
 * @throws CtdbtsError IMPOSSIBLE if the daemon would reject its file.
 */
export function knownAtStart(snapshot: Snapshot, pnn: Pnn): StartFacts {
  const before = factsOf(snapshot, pnn)
  const tunables = tunablesAtStart(before)
  const text = before?.host?.publicAddressesFile
  if (text === undefined) {
    const assumption = `node ${pnn} is assumed to know all addresses that other nodes know, with links up: its public addresses file was not read`
    return { facts: { known: knownSomewhere(snapshot), ...tunables }, assumptions: [assumption] }
  }
  const view = plainView(snapshot)
  const reading = readPublicAddresses(text ?? '')
  refuse(fatalAddresses(view, pnn), pnn)
  const known = reading.addresses.map(
    ({ address, interfaces }): KnownAddress => ({ address: normalAddress(address), owner: null, interfaces }),
  )
  const links = view.peek(pnn, 'host.links')
  // If the links were not seen, they count as up, as they do for the daemon until its first monitor event.
  const hasLink = (name: string) => links === undefined || linkNamed(links, name)?.carrier === true
  const interfaces = interfacesOf(known).map((name) => ({ name, linkUp: hasLink(name), references: 0 }))
  return { facts: { known, interfaces, ...tunables }, assumptions: [] }
}
