import type { NodeFacts } from '../snapshot/snapshot.ts'
import type { NodeRecord } from './node-record.ts'
import type { NodeTools } from './node-sample.ts'
import { linkText } from './words.ts'

/** The links that a node's daemon reports; undefined if it does not. */
export const linksOf = (facts: NodeFacts | undefined): NodeRecord['links'] | undefined =>
  facts?.interfaces?.map(({ name, linkUp }) => ({ name, linkUp }))

/** Records and reports new states of a node's links. */
export function changeLinks(node: NodeRecord, links: NodeRecord['links'] | undefined, tools: NodeTools): void {
  const { links: before } = node
  if (!links || isSameLinks(before, links)) return
  node.links = links
  for (const { name, linkUp } of links) {
    if (before.some((link) => link.name === name && link.linkUp !== linkUp)) reportLink(node, name, linkUp, tools)
  }
  for (const name of node.linkChanges.keys()) if (!links.some((link) => link.name === name)) node.linkChanges.delete(name)
}

function reportLink(
  { pnn, linkChanges, linksMs }: NodeRecord,
  name: string,
  linkUp: boolean,
  { atMs, causes, writer }: NodeTools,
): void {
  const since = linkChanges.get(name)?.atMs
  linkChanges.set(name, { atMs, afterMs: linksMs })
  const text = linkText(name, pnn, linkUp)
  const awayMs = linkUp && since !== undefined ? { awayMs: atMs - since } : {}
  const [what, tone] = linkUp ? (['up', 'good'] as const) : (['down', 'error'] as const)
  const fault = causes.whyFaulty([pnn], undefined, atMs)
  const cause = fault === undefined ? {} : { cause: fault }
  writer.add(atMs, { kind: 'link', what, text, tone, pnns: [pnn], addresses: [], ...awayMs, ...cause })
}

const isSameLinks = (before: NodeRecord['links'], now: NodeRecord['links']): boolean =>
  before.length === now.length &&
  now.every(({ name, linkUp }, index) => before[index]?.name === name && before[index]?.linkUp === linkUp)
