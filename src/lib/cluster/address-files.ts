import { formatIp, parseIp } from '../address/ip-text.ts'
import { parsePublicAddress as parseAddress } from '../address/parse-address.ts'
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
 * How badly a line of the public addresses file is wrong, by the rules of ctdbd and of its scripts (4.17 to 4.25):
 * - `rejected`: ctdbd refuses the whole file for it, and does not start;
 * - `wrong`: ctdbd takes it, but it cannot do what it says;
 * - `careless`: ctdbd understands it, the event scripts, which read the file by themselves, do not.
 */
export type LineJudgement = 'rejected' | 'wrong' | 'careless'

interface LineFault {
  /** From 1. */
  readonly line: number
  readonly judgement: LineJudgement
  readonly reason: string
}

/** All that a public addresses file says, and all that is wrong with it. */
export interface AddressFileReading {
  readonly addresses: readonly ConfiguredAddress[]
  readonly faults: readonly LineFault[]
}

/**
 * The public addresses file: a line `ADDRESS/MASK INTERFACE[,INTERFACE]` for each; empty lines and those with a # in front do not count.
 * @throws CtdbtsError BAD_FILE naming line and reason of the first line that is rejected or wrong.
 */
export function parsePublicAddresses(text: string, file = 'public_addresses'): ConfiguredAddress[] {
  const { addresses, faults } = readPublicAddresses(text)
  const first = faults.find(({ judgement }) => judgement !== 'careless')
  if (first) throw fault(file, first.line, first.reason)
  return [...addresses]
}

/** The same line by line: a bad one is told of, and does not keep the others from being read. */
export function readPublicAddresses(text: string): AddressFileReading {
  const addresses: ConfiguredAddress[] = []
  const faults: LineFault[] = []
  const lineOf = new Map<string, number>()
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1
    const say = (judgement: LineJudgement, reason: string) => faults.push({ line, judgement, reason })
    const content = raw.trim()
    if (content === '') continue
    if (/^[ \t]/.test(raw)) say('careless', 'it begins with a blank: the event scripts take its first word for an interface')
    if (content.startsWith('#')) continue
    if (raw.endsWith('\r')) say('careless', 'it ends in a carriage return: for the event scripts that belongs to the last word')
    const configured = readLine(content, say)
    if (!configured) continue
    const earlier = lineOf.get(configured.address)
    if (earlier !== undefined) {
      say('rejected', `${configured.address} is in line ${earlier} already`)
      continue
    }
    lineOf.set(configured.address, line)
    addresses.push(configured)
  }
  if (text.trim() !== '' && !text.endsWith('\n')) {
    const reason = 'no newline at the end: the event scripts, which read line by line, do not see this last line'
    faults.push({ line: text.split('\n').length, judgement: 'careless', reason })
  }
  return { addresses, faults }
}

/** A line of it. @param wrong makes the error of a reason. */
export function parsePublicAddress(line: string, wrong: (reason: string) => CtdbtsError): ConfiguredAddress {
  const reasons: string[] = []
  const configured = readLine(line, (_judgement, reason) => reasons.push(reason))
  const [reason] = reasons
  if (!configured || reason !== undefined) throw wrong(reason ?? 'it is empty')
  return configured
}

function readLine(line: string, say: (judgement: LineJudgement, reason: string) => void): ConfiguredAddress | undefined {
  const [where = '', names = '', ...rest] = line.split(/\s+/)
  // The last slash counts, as in ctdbd.
  const slash = where.lastIndexOf('/')
  const [address, mask] = slash === -1 ? [where, ''] : [where.slice(0, slash), where.slice(slash + 1)]
  const ip = parseIp(address)
  if (!ip) return void say('rejected', `${JSON.stringify(address)} is not an IP address`)
  const badMask = `${JSON.stringify(mask)} is no mask for ${address}`
  if (!/^\d{1,9}$/.test(mask)) return void say('rejected', badMask)
  if (names === '') return void say('rejected', `no interface for ${address}`)
  const maskBits = Number(mask)
  if (maskBits > ip.bytes.length * 8) say('wrong', badMask)
  const interfaces = names.split(',').filter((name) => name !== '')
  if (interfaces.length === 0) say('wrong', `no interface for ${address}`)
  if (rest.length > 0) say('wrong', `too many words: ${JSON.stringify(rest.join(' '))}`)
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
    const text = deleted ? line.slice(1).trim() : line
    const address = parseAddress(text)?.address ?? (deleted ? '0.0.0.0' : undefined)
    if (address === undefined) throw fault(file, index + 1, `${JSON.stringify(text)} is not an IP address`)
    return { address, deleted }
  })
}

/** Port of the daemons among themselves. */
export const CTDB_PORT = 4379

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
