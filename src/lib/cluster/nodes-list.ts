import { parsePublicAddress } from '../address/parse-address.ts'
import { CTDB_PORT } from './address-files.ts'
import { type ClusterNode, NODE_FLAG } from './node.ts'

/** What a deleted node has for an address: its line is not looked at. */
const NO_ADDRESS = '0.0.0.0'

/**
 * A list of nodes (the nodes file, or what a command prints in its place) as the real tool reads it: a private address a line, whose
 * number is the PNN, in any way to write it that commands take. A line with a # in front is a deleted node; an empty one is none, and has no number.
 * @returns the nodes, or the first line that is no address.
 */
export function readNodesList(text: string): { nodes: ClusterNode[] } | { invalid: string } {
  const nodes: ClusterNode[] = []
  for (const raw of text.split('\n')) {
    const line = trimBlanks(raw.split('\r', 1)[0] ?? '')
    if (line === '') continue
    const deleted = line.startsWith('#')
    const address = parsePublicAddress(deleted ? NO_ADDRESS : line)
    if (!address) return { invalid: line }
    nodes.push({ pnn: nodes.length, flags: deleted ? NODE_FLAG.DELETED : 0, address: { ...address, port: CTDB_PORT } })
  }
  return { nodes }
}

const trimBlanks = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, '')
