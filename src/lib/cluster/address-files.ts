import { formatIp, parseIp } from '../address/ip-text.ts'
import { publicSocketAddress } from '../address/socket-address.ts'
import { CtdbtsError } from '../errors.ts'
import { type ClusterNode, NODE_FLAG } from './node.ts'

/** A line of the public addresses file. */
export interface ConfiguredAddress {
  readonly address: string
  readonly maskBits: number
  /** On which of them the node may hold it, the first that is free and has a link wins. */
  readonly interfaces: readonly string[]
}

/** A line of the nodes file. */
interface ConfiguredNode {
  readonly address: string
  /** The line is commented out: its number (the PNN) is kept, the node is gone. */
  readonly deleted: boolean
}

const fault = (file: string, line: number, reason: string): CtdbtsError =>
  new CtdbtsError('BAD_FILE', `${file}, line ${line}: ${reason}`, { hint: 'see ctdb(7), under "NODES" and "PUBLIC ADDRESSES"' })

/**
 * The public addresses file: a line `ADDRESS/MASK INTERFACE[,INTERFACE]` for each; empty lines and those with a # in front do not count.
 * @throws CtdbtsError BAD_FILE naming line and reason.
 */
export function parsePublicAddresses(text: string, file = 'public_addresses'): ConfiguredAddress[] {
  const lineOf = new Map<string, number>()
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) return []
    const configured = parsePublicAddress(line, (reason) => fault(file, index + 1, reason))
    const earlier = lineOf.get(configured.address)
    if (earlier !== undefined) throw fault(file, index + 1, `${configured.address} is in line ${earlier} already`)
    lineOf.set(configured.address, index + 1)
    return [configured]
  })
}

/** A line of it. @param wrong makes the error of a reason. */
export function parsePublicAddress(line: string, wrong: (reason: string) => CtdbtsError): ConfiguredAddress {
  const [where = '', names = '', ...rest] = line.split(/\s+/)
  const [address = '', mask = ''] = where.split('/')
  const ip = parseIp(address)
  if (!ip) throw wrong(`${JSON.stringify(address)} is not an IP address`)
  const maskBits = Number(mask)
  if (!/^\d{1,3}$/.test(mask) || maskBits > ip.bytes.length * 8) throw wrong(`${JSON.stringify(mask)} is no mask for ${address}`)
  const interfaces = names.split(',').filter((name) => name !== '')
  if (interfaces.length === 0) throw wrong(`no interface for ${address}`)
  if (rest.length > 0) throw wrong(`too many words: ${JSON.stringify(rest.join(' '))}`)
  // One text for each address, as it comes from the wire and from the kernel.
  return { address: formatIp(ip), maskBits, interfaces }
}

/**
 * The nodes file: a private address a line, whose number (from 0) is the PNN. A deleted node stays as a line with a # in front.
 * @throws CtdbtsError BAD_FILE naming line and reason.
 */
function parseNodes(text: string, file: string): ConfiguredNode[] {
  const lines = text.trimEnd().split('\n')
  if (text.trim() === '') return []
  return lines.map((raw, index) => {
    const line = raw.trim()
    const deleted = line.startsWith('#')
    const address = deleted ? line.slice(1).trim() : line
    if (deleted) return { address: parseIp(address) ? address : '0.0.0.0', deleted }
    if (!parseIp(address)) throw fault(file, index + 1, `${JSON.stringify(address)} is not an IP address`)
    return { address, deleted }
  })
}

/** Port of the daemons among themselves. */
const CTDB_PORT = 4379

/**
 * The nodes file as a node map: only whether a node is deleted is known of its flags.
 * @throws CtdbtsError BAD_FILE.
 */
export const clusterNodes = (text: string, file: string): ClusterNode[] =>
  parseNodes(text, file).map(({ address, deleted }, pnn) => ({
    pnn,
    flags: deleted ? NODE_FLAG.DELETED : 0,
    address: { ...publicSocketAddress(address), port: CTDB_PORT },
  }))
