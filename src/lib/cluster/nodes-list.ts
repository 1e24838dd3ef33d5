import { parsePublicAddress } from '../address/parse-address.ts'
import { CtdbtsError } from '../errors.ts'
import { quoted } from '../quoted.ts'
import { lineAsRead } from './file-line.ts'
import { type ClusterNode, NODE_FLAG } from './node.ts'

/** The port on which daemons talk to each other. */
export const CTDB_PORT = 4379

/** The address of a deleted node: its line is not read. */
const NO_ADDRESS = '0.0.0.0'

/**
 * A list of nodes (the nodes file, or what a command prints in its place) as `ctdb` reads it: one private address a line, in any form that
 * commands accept; the line number is the PNN. A line that begins with # is a deleted node. Empty lines do not count.
 * @returns the nodes, or the first text that is not an address, with its line in the file (from 1).
 */
export function readNodesList(text: string): { nodes: ClusterNode[] } | { invalid: string; line: number } {
  const nodes: ClusterNode[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = lineAsRead(raw)
    if (line === '') continue
    const deleted = line.startsWith('#')
    const address = parsePublicAddress(deleted ? NO_ADDRESS : line)
    if (!address) return { invalid: line, line: index + 1 }
    nodes.push({ pnn: nodes.length, flags: deleted ? NODE_FLAG.DELETED : 0, address: { ...address, port: CTDB_PORT } })
  }
  return { nodes }
}

/** The addresses in a nodes file in normal form, each once, also where ctdbd would refuse the file. */
export const addressesIn = (text: string): string[] => [
  ...new Set(
    text.split('\n').flatMap((raw) => {
      const parsed = parsePublicAddress(lineAsRead(raw))
      return parsed ? [parsed.address] : []
    }),
  ),
]

/**
 * The nodes of a nodes file. Of the flags, they only have whether a node is deleted.
 * @throws CtdbtsError BAD_FILE with the line and the reason.
 */
export function clusterNodes(text: string, file: string): ClusterNode[] {
  const read = readNodesList(text)
  if ('nodes' in read) return read.nodes
  throw new CtdbtsError('BAD_FILE', `${file}, line ${read.line}: ${quoted(read.invalid)} is not an IP address`, {
    hint: 'see ctdb(7), under "NODES"; ctdbd refuses such a file',
  })
}
