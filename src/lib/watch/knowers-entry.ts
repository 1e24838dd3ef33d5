import type { Pnn } from '../cluster/node.ts'
import { allNodesText } from '../cluster/node-text.ts'
import type { NewEntry } from './timeline-writer.ts'
import { addressesWords } from './words.ts'

/** Nodes have learnt of addresses, or forgotten them, as when they have read their files of public addresses again. */
export function knowersEntry(pnns: readonly Pnn[], addresses: readonly string[], knows: boolean): NewEntry {
  const said = pnns.length === 1 ? (knows ? 'knows' : 'does not know') : knows ? 'know' : 'do not know'
  const text = `${allNodesText(pnns)} ${said} ${addressesWords(addresses)} ${knows ? 'now' : 'any more'}`
  return { kind: 'address', what: knows ? 'configured' : 'unconfigured', text, tone: 'plain', pnns, addresses }
}
