import { flagsText, hasFlag, INACTIVE_FLAGS, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import type { NodeFacts, Snapshot } from '../snapshot/snapshot.ts'
import { type Causes, isUnfit } from './causes.ts'
import type { ClusterRecords } from './cluster-records.ts'
import { durationText } from './duration.ts'
import type { NodeRecord } from './node-record.ts'
import type { Teller } from './teller.ts'
import type { Tone } from './timeline.ts'
import { addressesWords } from './words.ts'

interface Tools {
  readonly cluster: ClusterRecords
  readonly causes: Causes
  readonly teller: Teller
}

/** A look at the cluster, as far as the nodes go. */
interface NodeLook {
  readonly atMs: number
  readonly snapshot: Snapshot
  readonly isFirst: boolean
  /** When the look before it began. */
  readonly lastBeganMs: number
}

/** What a look says of the nodes: which there are, how they fare, their links. */
export function lookAtNodes({ atMs, snapshot, isFirst, lastBeganMs }: NodeLook, { cluster, causes, teller }: Tools): void {
  const facts = new Map(snapshot.nodes.map((each) => [each.pnn, each]))
  const present = snapshot.nodeMap.filter((node) => !hasFlag(node, NODE_FLAG.DELETED))
  forgetDeleted(new Set(present.map(({ pnn }) => pnn)))
  for (const { pnn, address, flags } of present) {
    const isNew = !cluster.nodes.has(pnn) || cluster.nodes.get(pnn)?.address === ''
    const node = cluster.node(pnn)
    const own = facts.get(pnn)
    node.address = address
    node.answers = answersOf(own)
    if (isNew) {
      node.flags = flags
      node.runState = own?.runState
      node.links = linksOf(own) ?? []
      if (!isFirst) tellNew(node)
      continue
    }
    changeLinks(node, linksOf(own))
    if (node.flags !== flags) changeFlags(node, flags)
    changeRunState(node, own?.runState)
  }

  function tellNew({ pnn, address, flags }: NodeRecord): void {
    const text = `node ${pnn} (${address}) is new, and is ${flagsText(flags)}`
    teller.tell(atMs, { kind: 'health', what: 'added', text, tone: 'plain', pnns: [pnn], addresses: [] })
  }

  function forgetDeleted(pnns: ReadonlySet<Pnn>): void {
    for (const { pnn, address } of [...cluster.nodes.values()]) {
      if (pnns.has(pnn)) continue
      cluster.nodes.delete(pnn)
      if (address === '') continue
      const text = `node ${pnn} (${address}) is no part of the cluster any more`
      teller.tell(atMs, { kind: 'health', what: 'deleted', text, tone: 'warning', pnns: [pnn], addresses: [] })
    }
  }

  function changeFlags(node: NodeRecord, flags: number): void {
    const { pnn, flags: before, flagsSinceMs } = node
    node.flags = flags
    node.flagsBefore = before
    node.flagsSinceMs = atMs
    const awayMs = flags === 0 && flagsSinceMs !== null ? atMs - flagsSinceMs : undefined
    const moved = followed(node)
    const was = awayMs === undefined ? `it was ${flagsText(before)}` : `it was ${flagsText(before)} for ${durationText(awayMs)}`
    const text = `node ${pnn} became ${flagsText(flags)}; ${was}${moved.text}`
    const cause = causes.ofHealth(node, before, atMs)
    const entry = { kind: 'health', what: whatOf(flags), text, tone: toneOf(before, flags), pnns: [pnn] } as const
    teller.tell(atMs, {
      ...entry,
      addresses: moved.addresses,
      ...(cause !== undefined && { cause }),
      ...(awayMs !== undefined && { awayMs }),
    })
  }

  /** What was told without a cause, as it was heard of before the change of the node was seen. */
  function followed(node: NodeRecord): { text: string; addresses: readonly string[] } {
    const isWorse = isUnfit(node.flags)
    if (isUnfit(node.flagsBefore ?? 0) === isWorse) return { text: '', addresses: [] }
    const what = isWorse ? 'left' : 'came'
    const isSo = (address: string) => (cluster.findAddress(address)?.owner === node.pnn) !== isWorse
    const recent = node.unexplained.filter(
      (each) => each.what === what && each.atMs >= lastBeganMs - LAG_MS && isSo(each.address),
    )
    node.unexplained = node.unexplained.filter((each) => each.what !== what)
    const addresses = [...new Set(recent.map(({ address }) => address))]
    if (addresses.length === 0) return { text: '', addresses }
    return { text: `; so ${addressesWords(addresses)} ${isWorse ? 'left it' : 'came to it'}`, addresses }
  }

  function changeRunState(node: NodeRecord, runState: NodeFacts['runState']): void {
    const { pnn, runState: before } = node
    if (runState === undefined || runState === before) return
    node.runState = runState
    if (before === undefined) return
    const text = `node ${pnn} is in run state ${runState}; it was in ${before}`
    const tone = runState === 'RUNNING' ? 'good' : runState === 'SHUTDOWN' ? 'warning' : 'plain'
    teller.tell(atMs, { kind: 'health', what: 'run-state', text, tone, pnns: [pnn], addresses: [] })
  }

  function changeLinks(node: NodeRecord, links: NodeRecord['links'] | undefined): void {
    const { links: before } = node
    if (!links || isSameLinks(before, links)) return
    node.links = links
    for (const { name, linkUp } of links) {
      if (before.some((link) => link.name === name && link.linkUp !== linkUp)) tellLink(node, name, linkUp)
    }
    for (const name of node.linkChangedMs.keys()) if (!links.some((link) => link.name === name)) node.linkChangedMs.delete(name)
  }

  function tellLink({ pnn, linkChangedMs }: NodeRecord, name: string, linkUp: boolean): void {
    const since = linkChangedMs.get(name)
    linkChangedMs.set(name, atMs)
    const text = `link ${name} of node ${pnn} ${linkUp ? 'came up' : 'went down'}`
    const awayMs = linkUp && since !== undefined ? { awayMs: atMs - since } : {}
    const [what, tone] = linkUp ? (['up', 'good'] as const) : (['down', 'error'] as const)
    const asked = causes.asked([pnn], undefined, atMs)
    const cause = asked === undefined ? {} : { cause: asked }
    teller.tell(atMs, { kind: 'link', what, text, tone, pnns: [pnn], addresses: [], ...awayMs, ...cause })
  }
}

/** The node that is asked may hear of a change of another one a little later than the leader. */
const LAG_MS = 2_000

/** Whether a daemon said anything of itself. */
const answersOf = (facts: NodeFacts | undefined): boolean =>
  facts !== undefined && (facts.runState !== undefined || facts.known !== undefined || facts.nodeMap !== undefined)

const linksOf = (facts: NodeFacts | undefined): NodeRecord['links'] | undefined =>
  facts?.interfaces?.map(({ name, linkUp }) => ({ name, linkUp }))

const isSameLinks = (before: NodeRecord['links'], now: NodeRecord['links']): boolean =>
  before.length === now.length &&
  now.every(({ name, linkUp }, index) => before[index]?.name === name && before[index]?.linkUp === linkUp)

const whatOf = (flags: number): string => (flags === 0 ? 'healthy' : (flagsText(flags).split('|')[0] ?? '').toLowerCase())

function toneOf(before: number, now: number): Tone {
  if (now === 0) return 'good'
  if (hasFlag({ flags: before }, INACTIVE_FLAGS) && !hasFlag({ flags: now }, INACTIVE_FLAGS)) return 'warning'
  return hasFlag({ flags: now }, NODE_FLAG.DISCONNECTED | NODE_FLAG.BANNED | NODE_FLAG.UNHEALTHY) ? 'error' : 'warning'
}
