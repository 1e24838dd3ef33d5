import { wholeDecimal } from '../address/decimal.ts'
import { parsePublicAddress } from '../address/parse-address.ts'
import type { Pnn } from './node.ts'

/** A line of a home_nodes file: the node on which an address is due. */
interface HomeNode {
  /** From 1. */
  readonly line: number
  /** In normal form. */
  readonly address: string
  readonly pnn: Pnn
}

/** A line of a home_nodes file that does not work as written. */
export interface HomeNodeFault {
  /** From 1. */
  readonly line: number
  readonly reason: string
  /** CTDB ignores the whole file because of it; if not, only this line. */
  readonly spoilsFile: boolean
}

/** The content of a home_nodes file, and its faults. */
export interface HomeNodesReading {
  /** The lines that can be read, also where CTDB ignores the file: the first line of an address counts. */
  readonly homes: readonly HomeNode[]
  readonly faults: readonly HomeNodeFault[]
}

/**
 * Reads a home_nodes file as the takeover helper of CTDB does (4.20 to 4.25): `ADDRESS PNN`, with blanks or tabs between them; what follows on
 * the line does not count, nor do lines of one word. There are no comments, and a line that cannot be read spoils the whole file.
 */
export function readHomeNodes(text: string): HomeNodesReading {
  const homes = new Map<string, HomeNode>()
  const faults: HomeNodeFault[] = []
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1
    const say = (reason: string, spoilsFile: boolean) => faults.push({ line, reason, spoilsFile })
    const [first, second] = content.split(/[ \t]+/).filter((word) => word !== '')
    if (first === undefined) continue
    if (second === undefined) {
      if (!first.startsWith('#')) say('it has no PNN', false)
      continue
    }
    const address = parsePublicAddress(first)?.address
    const pnn = wholeDecimal(second)
    if (address === undefined) say(whyNoAddress(first), true)
    else if (!('value' in pnn)) say(whyNoPnn(second), true)
    else if (homes.has(address)) say(`${address} has a node by line ${homes.get(address)?.line} already`, false)
    else homes.set(address, { line, address, pnn: pnn.value })
  }
  return { homes: [...homes.values()], faults }
}

const whyNoAddress = (word: string): string => {
  if (word.startsWith('#')) return 'the file can have no comments'
  return word.includes('/') ? 'an address has no mask here' : 'it does not begin with an IP address'
}

const whyNoPnn = (word: string): string =>
  word.endsWith('\r') ? 'it ends in a carriage return' : 'what follows the address is not a PNN'

/** Whether CTDB ignores a home_nodes file. */
export const isSpoiled = ({ faults }: HomeNodesReading): boolean => faults.some(({ spoilsFile }) => spoilsFile)

/** The home nodes that CTDB takes from a file. */
export const takenHomes = (reading: HomeNodesReading): HomeNodesReading['homes'] => (isSpoiled(reading) ? [] : reading.homes)
