import { formatIp, parseIp } from '../address/ip-text.ts'
import type { Algorithm } from '../allocation/input.ts'
import type { ConfiguredAddress } from '../cluster/address-files.ts'
import { flagsText, hasFlag, INACTIVE_FLAGS, isReachable, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { TUNABLES } from '../cluster/tunables.ts'
import { CtdbtsError } from '../errors.ts'
import { factsOf, type KnownAddress, type MapEntry, type NodeFacts, type Snapshot } from '../snapshot/snapshot.ts'
import { flagsOf, obstacle, whyNot } from './can-host.ts'

/** One thing that is imagined to be otherwise. */
export type Edit =
  | { readonly kind: 'down' | 'up' | 'disable' | 'enable'; readonly pnn: Pnn }
  | { readonly kind: 'link-down' | 'link-up'; readonly pnn: Pnn; readonly interfaceName: string }
  | { readonly kind: 'algorithm'; readonly algorithm: Algorithm }
  | { readonly kind: 'set'; readonly tunable: string; readonly value: number }
  /** Known to these nodes; to all unless given. */
  | { readonly kind: 'add-address'; readonly address: string; readonly pnns?: readonly Pnn[] }
  | { readonly kind: 'remove-address'; readonly address: string }
  /** As after `moveip`: the node owns it, and all know. */
  | { readonly kind: 'move'; readonly address: string; readonly pnn: Pnn }
  | { readonly kind: 'add-nodes'; readonly count: number }
  /** The node reloads a public addresses file that lists these. */
  | { readonly kind: 'reload'; readonly pnn: Pnn; readonly lines: readonly ConfiguredAddress[] }

/** A cluster that is imagined, and what had to be assumed for it. */
export interface WhatIf {
  readonly snapshot: Snapshot
  readonly assumptions: readonly string[]
}

/**
 * The cluster as it would be after these edits, one after the other. What each node could host is worked out anew where an edit
 * touches it.
 * @throws CtdbtsError IMPOSSIBLE for an edit that cannot be, with the reason.
 */
export function imagine(snapshot: Snapshot, edits: readonly Edit[]): WhatIf {
  return edits.reduce<WhatIf>(
    (before, edit) => {
      const after = apply(before.snapshot, edit)
      return { snapshot: after.snapshot, assumptions: [...new Set([...before.assumptions, ...after.assumptions])] }
    },
    { snapshot, assumptions: [] },
  )
}

function apply(snapshot: Snapshot, edit: Edit): WhatIf {
  switch (edit.kind) {
    case 'down':
      return takeDown(snapshot, edit.pnn)
    case 'up':
      return bringUp(snapshot, edit.pnn)
    case 'disable':
      return changeDisabled(snapshot, edit.pnn, true)
    case 'enable':
      return changeDisabled(snapshot, edit.pnn, false)
    case 'link-down':
      return changeLink(snapshot, edit.pnn, edit.interfaceName, false)
    case 'link-up':
      return changeLink(snapshot, edit.pnn, edit.interfaceName, true)
    case 'algorithm': {
      const value = { deterministic: 0, 'non-deterministic': 1, lcp2: 2 }[edit.algorithm]
      return changeTunable(snapshot, 'IPAllocAlgorithm', value)
    }
    case 'set':
      return changeTunable(snapshot, edit.tunable, edit.value)
    case 'add-address':
      return addAddress(snapshot, edit.address, edit.pnns)
    case 'remove-address':
      return removeAddress(snapshot, edit.address)
    case 'move':
      return moveAddress(snapshot, edit.address, edit.pnn)
    case 'add-nodes':
      return addNodes(snapshot, edit.count)
    case 'reload':
      return reloadFile(snapshot, edit.pnn, edit.lines)
  }
}

const impossible = (reason: string): CtdbtsError => new CtdbtsError('IMPOSSIBLE', `cannot imagine that: ${reason}`)
const plain = (snapshot: Snapshot): WhatIf => ({ snapshot, assumptions: [] })

function requireNode(snapshot: Snapshot, pnn: Pnn): MapEntry {
  const entry = snapshot.nodeMap.find((candidate) => candidate.pnn === pnn)
  if (!entry || hasFlag(entry, NODE_FLAG.DELETED)) throw impossible(`there is no node ${pnn}`)
  return entry
}

/** Gives a node other flags in every view of it, then works out anew what it could host. */
function withFlags(snapshot: Snapshot, pnn: Pnn, flags: number): Snapshot {
  const change = (map: readonly MapEntry[]) => map.map((entry) => (entry.pnn === pnn ? { ...entry, flags } : entry))
  const nodes = snapshot.nodes.map((facts) => (facts.nodeMap ? { ...facts, nodeMap: change(facts.nodeMap) } : facts))
  return withAvailable({ ...snapshot, nodeMap: change(snapshot.nodeMap), nodes }, pnn)
}

const withFacts = (snapshot: Snapshot, pnn: Pnn, change: (facts: NodeFacts) => NodeFacts): Snapshot => ({
  ...snapshot,
  nodes: snapshot.nodes.map((facts) => (facts.pnn === pnn ? change(facts) : facts)),
})

/** Works out what a node could host, as its daemon would. */
function withAvailable(snapshot: Snapshot, pnn: Pnn): Snapshot {
  return withFacts(snapshot, pnn, (facts) => {
    if (!facts.known) return facts
    const able = facts.known.filter(({ address }) => obstacle(snapshot, pnn, address) === undefined)
    return { ...facts, available: able.map(({ address }) => address) }
  })
}

function takeDown(snapshot: Snapshot, pnn: Pnn): WhatIf {
  if (!isReachable(requireNode(snapshot, pnn))) throw impossible(`node ${pnn} is down already`)
  const flags = flagsOf(snapshot, pnn) | NODE_FLAG.DISCONNECTED | NODE_FLAG.UNHEALTHY
  const missing = [{ fact: 'everything', code: 'DISCONNECTED', message: `node ${pnn} is imagined to be down` }]
  const down = withFacts(withFlags(snapshot, pnn, flags), pnn, () => ({ pnn, missing }))
  if (snapshot.leader.pnn !== pnn) return plain(down)
  // Which node wins the election cannot be known; its tunables matter, and they are normally the same everywhere.
  const heir = down.nodeMap.find((entry) => !hasFlag(entry, INACTIVE_FLAGS))
  const leader = { ...down.leader, pnn: heir?.pnn ?? null }
  const assumption = heir ? [`node ${pnn} leads now; node ${heir.pnn} is assumed to lead after it`] : []
  return { snapshot: { ...down, leader }, assumptions: assumption }
}

function bringUp(snapshot: Snapshot, pnn: Pnn): WhatIf {
  const entry = requireNode(snapshot, pnn)
  if (entry.flags === 0) throw impossible(`node ${pnn} is up and healthy already`)
  const facts = factsOf(snapshot, pnn)
  const assumptions = [`node ${pnn} is assumed to be healthy, in run state RUNNING`]
  let next = snapshot
  if (!facts?.known) {
    next = withFacts(snapshot, pnn, () => ({ pnn, missing: [], known: knownSomewhere(snapshot), runState: 'RUNNING' }))
    assumptions.push(`node ${pnn} is assumed to know all addresses that others know, with links up`)
  } else {
    next = withFacts(snapshot, pnn, (own) => ({ ...own, runState: 'RUNNING' }))
  }
  const up = withFlags(next, pnn, 0)
  const leader = up.leader.pnn === null ? { ...up.leader, pnn } : up.leader
  return { snapshot: { ...up, leader }, assumptions }
}

/** Every address that some node knows, without an owner. */
function knownSomewhere({ nodes }: Snapshot): KnownAddress[] {
  const addresses = new Set(nodes.flatMap(({ known }) => (known ?? []).map(({ address }) => address)))
  return [...addresses].map((address) => ({ address, owner: null }))
}

function changeDisabled(snapshot: Snapshot, pnn: Pnn, disabled: boolean): WhatIf {
  const { flags } = requireNode(snapshot, pnn)
  if (((flags & NODE_FLAG.DISABLED) !== 0) === disabled)
    throw impossible(`node ${pnn} is ${disabled ? '' : 'not '}disabled already`)
  if (!isReachable({ flags })) throw impossible(`node ${pnn} is ${flagsText(flags)}`)
  return plain(withFlags(snapshot, pnn, flags ^ NODE_FLAG.DISABLED))
}

function changeLink(snapshot: Snapshot, pnn: Pnn, name: string, linkUp: boolean): WhatIf {
  requireNode(snapshot, pnn)
  const interfaces = factsOf(snapshot, pnn)?.interfaces
  if (!interfaces) throw impossible(`the interfaces of node ${pnn} are not known`)
  const found = interfaces.find((candidate) => candidate.name === name)
  if (!found) {
    const names = interfaces.map((candidate) => candidate.name).join(', ') || 'none'
    throw impossible(`node ${pnn} has no interface ${JSON.stringify(name)} for public addresses (it has ${names})`)
  }
  if (found.linkUp === linkUp) throw impossible(`the link of ${name} on node ${pnn} is ${linkUp ? 'up' : 'down'} already`)
  const changed = interfaces.map((candidate) => (candidate.name === name ? { ...candidate, linkUp } : candidate))
  const next = withAvailable(
    withFacts(snapshot, pnn, (facts) => ({ ...facts, interfaces: changed })),
    pnn,
  )
  const assumption = linkUp
    ? []
    : [
        `node ${pnn} is assumed to stay healthy without that link (CTDB_PARTIALLY_ONLINE_INTERFACES=yes); else it is as with --disable`,
      ]
  return { snapshot: next, assumptions: assumption }
}

function changeTunable(snapshot: Snapshot, tunable: string, value: number): WhatIf {
  const known = TUNABLES.find(({ name }) => name.toLowerCase() === tunable.toLowerCase())
  if (!known) throw impossible(`there is no tunable ${JSON.stringify(tunable)}`)
  if (known.name === 'IPAllocAlgorithm' && value > 2) throw impossible('IPAllocAlgorithm is 0, 1 or 2')
  const { pnn } = snapshot.leader
  if (pnn === null) throw impossible('no leader is known, and its tunables are what counts')
  return plain(withFacts(snapshot, pnn, (facts) => ({ ...facts, tunables: { ...facts.tunables, [known.name]: value } })))
}

function addAddress(snapshot: Snapshot, text: string, pnns: readonly Pnn[] | undefined): WhatIf {
  const ip = parseIp(text)
  if (!ip) throw impossible(`${JSON.stringify(text)} is no IP address`)
  const address = formatIp(ip)
  const where = pnns ?? snapshot.nodes.filter(({ known }) => known).map(({ pnn }) => pnn)
  let next = snapshot
  for (const pnn of where) {
    requireNode(snapshot, pnn)
    const facts = factsOf(snapshot, pnn)
    if (!facts?.known) throw impossible(`what node ${pnn} knows is not known`)
    if (facts.known.some((known) => known.address === address)) throw impossible(`node ${pnn} knows ${address} already`)
    // On any of the interfaces that the node has for public addresses: nobody said on which.
    const interfaces = facts.interfaces?.map(({ name }) => name) ?? []
    const added: KnownAddress = { address, owner: null, ...(interfaces.length > 0 && { interfaces }) }
    next = withFacts(next, pnn, (own) => ({ ...own, known: [...(own.known ?? []), added] }))
    next = withAvailable(next, pnn)
  }
  return {
    snapshot: next,
    assumptions: [`${address} is assumed to be allowed on every interface that a node has for public addresses`],
  }
}

function removeAddress(snapshot: Snapshot, text: string): WhatIf {
  const ip = parseIp(text)
  if (!ip) throw impossible(`${JSON.stringify(text)} is no IP address`)
  const address = formatIp(ip)
  if (!snapshot.nodes.some(({ known }) => known?.some((each) => each.address === address)))
    throw impossible(`no node knows ${address}`)
  const nodes = snapshot.nodes.map((facts) => ({
    ...facts,
    ...(facts.known && { known: facts.known.filter((known) => known.address !== address) }),
    ...(facts.available && { available: facts.available.filter((available) => available !== address) }),
  }))
  return plain({ ...snapshot, nodes })
}

function moveAddress(snapshot: Snapshot, address: string, pnn: Pnn): WhatIf {
  requireNode(snapshot, pnn)
  const why = whyNot(snapshot, pnn, address)
  if (why !== undefined) throw impossible(`node ${pnn} cannot host ${address}: ${why}`)
  const nodes = snapshot.nodes.map((facts) => ({
    ...facts,
    ...(facts.known && { known: facts.known.map((known) => (known.address === address ? { ...known, owner: pnn } : known)) }),
  }))
  return plain({ ...snapshot, nodes })
}

/**
 * As RELOAD_PUBLIC_IPS does it: addresses alone are compared. What the node owns itself it only marks, and forgets when it releases it;
 * until then it knows it, and cannot host it.
 */
function reloadFile(snapshot: Snapshot, pnn: Pnn, lines: readonly ConfiguredAddress[]): WhatIf {
  requireNode(snapshot, pnn)
  const facts = factsOf(snapshot, pnn)
  if (!facts?.known) throw impossible(`what node ${pnn} knows is not known`)
  const before = new Set(facts.known.map(({ address }) => address))
  const listed = new Set(lines.map(({ address }) => address))
  const comes = lines.filter(({ address }) => !before.has(address))
  const stays = facts.known.flatMap((each) =>
    listed.has(each.address) ? [each] : each.owner === pnn ? [{ ...each, leaving: true }] : [],
  )
  const added = comes.map(({ address, interfaces }): KnownAddress => ({ address, owner: null, interfaces }))
  const reloaded = withFacts(snapshot, pnn, (own) => ({
    ...own,
    known: [...added, ...stays],
    interfaces: own.interfaces && withNewInterfaces(own.interfaces, comes),
  }))
  const able = comes.map(({ address }) => address).filter((address) => obstacle(reloaded, pnn, address) === undefined)
  const next = withFacts(reloaded, pnn, (own) => ({
    ...own,
    ...(own.available && { available: [...able, ...own.available.filter((address) => listed.has(address))] }),
  }))
  return plain(next)
}

/** An interface that the daemon has not had until now counts as having a link, until the first monitor event says otherwise. */
function withNewInterfaces(
  interfaces: Exclude<NodeFacts['interfaces'], undefined>,
  comes: readonly ConfiguredAddress[],
): NodeFacts['interfaces'] {
  const before = new Set(interfaces.map(({ name }) => name))
  const names = new Set(comes.flatMap((line) => line.interfaces).filter((name) => !before.has(name)))
  return [...interfaces, ...[...names].map((name) => ({ name, linkUp: true, references: 0 }))]
}

const MAX_NODES = 1000

function addNodes(snapshot: Snapshot, count: number): WhatIf {
  if (!Number.isInteger(count) || count < 1 || snapshot.nodeMap.length + count > MAX_NODES) {
    throw impossible(`a cluster has at most ${MAX_NODES} nodes, and this one has ${snapshot.nodeMap.length}`)
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
    assumptions: [`${names} assumed to be healthy, and to know all addresses that others know`],
  }
}
