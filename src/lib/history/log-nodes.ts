import type { Pnn } from '../cluster/node.ts'
import type { ReadMessage } from '../log/reader.ts'
import type { LogEvent, LogSource } from './log-event.ts'

/** An event by the reference clock. */
export interface TimedEvent {
  readonly atMs: number
  readonly event: LogEvent
}

/** What lines say about which node a source is. */
interface Evidence {
  /** How often each node is named as the own one. */
  readonly votes: Map<Pnn, number>
  /** Nodes that are named as others. */
  readonly others: Set<Pnn>
  /** All nodes that are named. */
  readonly named: Set<Pnn>
  readonly ownAddresses: Set<string>
  /** All private addresses. */
  readonly addresses: Set<string>
}

/** What a node says of itself counts more than what fits together. */
const OWN_WORD = 1_000
/** The node that an address is released for takes it within this time. */
const TAKE_LIMIT_MS = 60_000

/** Which node each source is from. */
export interface SourceNodes {
  readonly nodes: ReadonlyMap<LogSource, Pnn>
  /** Sources of which that cannot be told. */
  readonly unknown: readonly LogSource[]
}

/**
 * Finds out which node each source is from: by what the user says, by what the lines say of their own node, by private addresses, by who takes
 * what another node has released for it, and at last by who is left.
 * @param events of all sources, by time.
 */
export function findNodes(sources: readonly LogSource[], events: readonly TimedEvent[]): SourceNodes {
  const evidence = new Map(sources.map((source) => [source, gather(source)]))
  const addresses = addressOwners(sources)
  noteTakers(events, evidence)
  const nodes = new Map<LogSource, Pnn>()
  const rest = sources.filter((source) => {
    const pnn = source.given ?? bestOf(evidence.get(source), addresses)
    if (pnn !== undefined) nodes.set(source, pnn)
    return pnn === undefined
  })
  const bySpan = rest.filter((source) => !joinHost(source, nodes))
  return { nodes, unknown: eliminate(bySpan, nodes, evidence) }
}

function gather(source: LogSource): Evidence {
  const evidence: Evidence = {
    votes: new Map(),
    others: new Set(),
    named: new Set(),
    ownAddresses: new Set(),
    addresses: new Set(),
  }
  const own = (pnn: number | undefined) => {
    if (pnn !== undefined) evidence.votes.set(pnn, (evidence.votes.get(pnn) ?? 0) + OWN_WORD)
  }
  const other = (pnn: number | undefined) => {
    if (pnn !== undefined && pnn >= 0) evidence.others.add(pnn)
  }
  for (const { read, text } of source.events) {
    if ('pnn' in read.values && (read.values.pnn ?? -1) >= 0) evidence.named.add(read.values.pnn ?? 0)
    switch (read.name) {
      case 'tookLeadership':
      case 'interfacesFirst':
        own(read.values.pnn)
        break
      case 'ownPnn':
      case 'wrongPnn':
      case 'knownToKernel':
        own(read.values.own)
        break
      case 'release':
      case 'tearingDown':
      case 'deadCount':
        other(read.values.pnn)
        break
      case 'flagsChanged':
        // Daemons that say it so do not say it of themselves; older ones do.
        if (text.includes('->')) other(read.values.pnn)
        break
    }
    notePrivate(evidence, read)
  }
  return evidence
}

/** The private addresses of two nodes of which one names the other: its own one comes first. */
function notePrivate({ ownAddresses, addresses }: Evidence, read: ReadMessage): void {
  if (read.name !== 'connected' && read.name !== 'dead') return
  const { address, other } = read.values
  if (address !== undefined) ownAddresses.add(address)
  for (const each of [address, other]) if (each !== undefined) addresses.add(each)
}

/** Whose private address each is: a node that loses a connection names the node, and then its address. */
function addressOwners(sources: readonly LogSource[]): ReadonlyMap<string, Pnn> {
  const owners = new Map<string, Pnn>()
  for (const { events } of sources) {
    for (let index = 1; index < events.length; index++) {
      const [before, now] = [events[index - 1]?.read, events[index]?.read]
      const { pnn } = before?.name === 'tearingDown' ? before.values : {}
      if (now?.name === 'dead' && pnn !== undefined && now.values.other !== undefined) owners.set(now.values.other, pnn)
    }
  }
  return owners
}

/** An address that is released for a node is then taken by that node. */
function noteTakers(events: readonly TimedEvent[], evidence: ReadonlyMap<LogSource, Evidence>): void {
  const promised = new Map<string, { readonly to: Pnn; readonly atMs: number; readonly by: LogSource }>()
  for (const { atMs, event } of events) {
    const { read, source } = event
    if (read.name === 'release') {
      const { ip, pnn = -1 } = read.values
      if (ip !== undefined && pnn >= 0) promised.set(ip, { to: pnn, atMs, by: source })
    } else if (read.name === 'takeover' && read.values.ip !== undefined) {
      const promise = promised.get(read.values.ip)
      const votes = evidence.get(source)?.votes
      promised.delete(read.values.ip)
      if (promise && votes && promise.by !== source && atMs - promise.atMs < TAKE_LIMIT_MS) {
        votes.set(promise.to, (votes.get(promise.to) ?? 0) + 1)
      }
    }
  }
}

function bestOf(evidence: Evidence | undefined, addresses: ReadonlyMap<string, Pnn>): Pnn | undefined {
  if (!evidence) return undefined
  const votes = new Map(evidence.votes)
  for (const address of evidence.ownAddresses) {
    const pnn = addresses.get(address)
    if (pnn !== undefined) votes.set(pnn, (votes.get(pnn) ?? 0) + OWN_WORD)
  }
  const candidates = [...votes].filter(([pnn]) => !evidence.others.has(pnn)).sort(([, a], [, b]) => b - a)
  const [[pnn, most] = [], [, second = 0] = []] = candidates
  return most !== undefined && most > second ? pnn : undefined
}

/** An older file of a host whose node is known, as rotation leaves it. Files of the same time are of different nodes, whatever the host names. */
function joinHost(source: LogSource, nodes: Map<LogSource, Pnn>): boolean {
  if (source.host === '') return false
  const known = new Set(
    [...nodes].flatMap(([other, pnn]) => (other.host === source.host && !isAtOnce(other, source) ? [pnn] : [])),
  )
  const [pnn] = known
  if (pnn === undefined || known.size > 1) return false
  nodes.set(source, pnn)
  return true
}

function isAtOnce(one: LogSource, other: LogSource): boolean {
  const [a, b] = [spanOf(one), spanOf(other)]
  return a !== undefined && b !== undefined && a.fromMs < b.toMs && b.fromMs < a.toMs
}

function spanOf({ events }: LogSource): { readonly fromMs: number; readonly toMs: number } | undefined {
  const [first, last] = [events[0], events.at(-1)]
  return first && last && { fromMs: first.rawMs, toMs: last.rawMs }
}

/** All nodes that lines name; undefined if there are more, as their private addresses show. */
function mentioned(evidence: ReadonlyMap<LogSource, Evidence>): ReadonlySet<Pnn> | undefined {
  const all = [...evidence.values()]
  const named = new Set(all.flatMap(({ votes, named }) => [...votes.keys(), ...named]))
  const addresses = new Set(all.flatMap((each) => [...each.addresses]))
  return addresses.size > named.size ? undefined : named
}

/** Finds out by elimination which nodes the sources are from that are left. @returns those of which it cannot be told. */
function eliminate(
  sources: readonly LogSource[],
  nodes: Map<LogSource, Pnn>,
  evidence: ReadonlyMap<LogSource, Evidence>,
): readonly LogSource[] {
  const taken = new Set(nodes.values())
  const left = [...(mentioned(evidence) ?? [])].filter((pnn) => !taken.has(pnn))
  const canBe = (source: LogSource, pnn: Pnn) => evidence.get(source)?.others.has(pnn) !== true
  const candidates = new Map(sources.map((source) => [source, new Set(left.filter((pnn) => canBe(source, pnn)))]))
  // Where there are more nodes than logs, there is no telling whose are missing; but the last log may name all other nodes itself.
  if (sources.length !== 1 && sources.length !== left.length) return sources
  const found = new Map<LogSource, Pnn>()
  for (;;) {
    const next = [...candidates].find(([, { size }]) => size === 1)
    const [pnn] = next?.[1] ?? []
    if (!next || pnn === undefined) break
    found.set(next[0], pnn)
    candidates.delete(next[0])
    for (const each of candidates.values()) each.delete(pnn)
  }
  // A log for which no node is left shows that not all nodes are named: one of the others may be of such a node too.
  if ([...candidates.values()].some(({ size }) => size === 0)) return sources
  for (const [source, pnn] of found) nodes.set(source, pnn)
  return [...candidates.keys()]
}
