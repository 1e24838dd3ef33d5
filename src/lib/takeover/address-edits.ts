import { formatIp, parseIp } from '../address/ip-text.ts'
import type { ConfiguredAddress } from '../cluster/address-files.ts'
import type { Pnn } from '../cluster/node.ts'
import { factsOf, type KnownAddress, type NodeFacts, type Snapshot } from '../snapshot/snapshot.ts'
import { obstacle, whyNot } from './can-host.ts'
import { impossible, plain, requireNode, type WhatIf, withAvailable, withFacts } from './edited-snapshot.ts'

export function addAddress(snapshot: Snapshot, text: string, pnns: readonly Pnn[] | undefined): WhatIf {
  const ip = parseIp(text)
  if (!ip) throw impossible(`${JSON.stringify(text)} is not an IP address`)
  const address = formatIp(ip)
  const where = pnns ?? snapshot.nodes.filter(({ known }) => known).map(({ pnn }) => pnn)
  let next = snapshot
  for (const pnn of where) {
    requireNode(snapshot, pnn)
    const facts = factsOf(snapshot, pnn)
    if (!facts?.known) throw impossible(`it is not known which addresses node ${pnn} knows`)
    if (facts.known.some((known) => known.address === address)) throw impossible(`node ${pnn} already knows ${address}`)
    // The edit names no interface, so the address may be on any that the node uses for public addresses.
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

export function removeAddress(snapshot: Snapshot, text: string): WhatIf {
  const ip = parseIp(text)
  if (!ip) throw impossible(`${JSON.stringify(text)} is not an IP address`)
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

export function moveAddress(snapshot: Snapshot, address: string, pnn: Pnn): WhatIf {
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
 * Like RELOAD_PUBLIC_IPS: compares only addresses. The node only marks an address that it owns itself, and forgets it on release; until
 * then it knows the address and cannot host it.
 */
export function reloadFile(snapshot: Snapshot, pnn: Pnn, lines: readonly ConfiguredAddress[]): WhatIf {
  requireNode(snapshot, pnn)
  const facts = factsOf(snapshot, pnn)
  if (!facts?.known) throw impossible(`it is not known which addresses node ${pnn} knows`)
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

/** A new interface counts as having a link until the first monitor event says otherwise. */
function withNewInterfaces(
  interfaces: Exclude<NodeFacts['interfaces'], undefined>,
  comes: readonly ConfiguredAddress[],
): NodeFacts['interfaces'] {
  const before = new Set(interfaces.map(({ name }) => name))
  const names = new Set(comes.flatMap((line) => line.interfaces).filter((name) => !before.has(name)))
  return [...interfaces, ...[...names].map((name) => ({ name, linkUp: true, references: 0 }))]
}
