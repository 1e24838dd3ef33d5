import { flagsText, hasFlag, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import type { MapEntry, NodeFacts, Snapshot } from '../snapshot/snapshot.ts'
import { restartText } from './node-causes.ts'
import { changeFlags, noteOwnFlags } from './node-flags.ts'
import { changeLinks, linksOf } from './node-links.ts'
import type { NodeRecord } from './node-record.ts'
import type { NodeTools } from './node-sample.ts'

/** The nodes as a sample shows them: which there are, their flags, run states and links. */
export function sampleNodes(snapshot: Snapshot, isFirst: boolean, tools: NodeTools): void {
  const { cluster } = tools
  const facts = new Map(snapshot.nodes.map((each) => [each.pnn, each]))
  const present = snapshot.nodeMap.filter((node) => !hasFlag(node, NODE_FLAG.DELETED))
  forgetDeleted(new Set(present.map(({ pnn }) => pnn)), tools)
  for (const entry of present) {
    const { pnn, address } = entry
    const isNew = !cluster.nodes.has(pnn) || cluster.nodes.get(pnn)?.address === ''
    const node = cluster.node(pnn)
    const own = facts.get(pnn)
    node.address = address
    node.answers = answers(own)
    const wasOutOfSight = node.isOutOfSight
    node.isOutOfSight = tools.isOutOfSight(pnn)
    noteOwnFlags(node, own, tools)
    if (isNew) {
      begin(node, entry, own)
      node.isAdded = !isFirst
      if (!isFirst) reportNew(node, tools)
    } else if (!node.isOutOfSight) follow(node, { ...entry, wasOutOfSight }, own, tools)
    if (own?.interfaces) node.linksMs = tools.beganMs
    if (!node.isOutOfSight) node.seenMs = tools.beganMs
  }
}

/** Records what the first sample with a node shows. */
function begin(node: NodeRecord, { flags }: MapEntry, own: NodeFacts | undefined): void {
  node.flags = flags
  node.isUnknown = node.isOutOfSight
  node.runState = own?.runState
  node.daemonStart = own?.times?.daemonStart
  node.links = linksOf(own) ?? []
}

/** Records and reports what is new since the sample before. */
function follow(
  node: NodeRecord,
  { flags, wasOutOfSight }: MapEntry & { readonly wasOutOfSight: boolean },
  own: NodeFacts | undefined,
  tools: NodeTools,
): void {
  if (node.isUnknown) node.flags = flags
  node.isUnknown = false
  noteStart(node, own?.times?.daemonStart, tools)
  changeLinks(node, linksOf(own), tools)
  if (node.flags !== flags) changeFlags(node, { flags, wasOutOfSight }, own, tools)
  changeRunState(node, own?.runState, tools)
}

/** Whether a daemon reported anything about itself. */
const answers = (facts: NodeFacts | undefined): boolean =>
  facts !== undefined && (facts.runState !== undefined || facts.known !== undefined || facts.nodeMap !== undefined)

function reportNew({ pnn, address, flags, isOutOfSight }: NodeRecord, { atMs, writer }: NodeTools): void {
  const text = `node ${pnn} (${address}) was added${isOutOfSight ? '' : ` and is ${flagsText(flags)}`}`
  writer.add(atMs, { kind: 'health', what: 'added', text, tone: 'plain', pnns: [pnn], addresses: [] })
}

function forgetDeleted(present: ReadonlySet<Pnn>, { atMs, cluster, writer }: NodeTools): void {
  for (const { pnn, address } of [...cluster.nodes.values()]) {
    if (present.has(pnn)) continue
    cluster.nodes.delete(pnn)
    if (address === '') continue
    const text = `node ${pnn} (${address}) is no longer part of the cluster`
    writer.add(atMs, { kind: 'health', what: 'deleted', text, tone: 'warning', pnns: [pnn], addresses: [] })
  }
}

/** Reports a daemon that was started again since it was last seen, even if no sample came in between. */
function noteStart(node: NodeRecord, daemonStart: number | undefined, { atMs, writer }: NodeTools): void {
  const { pnn, daemonStart: before, saidMs } = node
  if (daemonStart === undefined || daemonStart === before) return
  node.daemonStart = daemonStart
  if (before === undefined) return
  node.restart = { atMs, afterMs: saidMs }
  writer.add(atMs, { kind: 'health', what: 'restarted', text: restartText(pnn), tone: 'warning', pnns: [pnn], addresses: [] })
}

function changeRunState(node: NodeRecord, runState: NodeFacts['runState'], { atMs, writer }: NodeTools): void {
  const { pnn, runState: before } = node
  if (runState === undefined || runState === before) return
  node.runState = runState
  if (before === undefined) return
  const text = `node ${pnn} is in run state ${runState}; it was in ${before}`
  const tone = runState === 'RUNNING' ? 'good' : runState === 'SHUTDOWN' ? 'warning' : 'plain'
  writer.add(atMs, { kind: 'health', what: 'run-state', text, tone, pnns: [pnn], addresses: [] })
}
