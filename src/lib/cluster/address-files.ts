import { formatIp, isIpv4Mapped, parseIp } from '../address/ip-text.ts'
import { withoutBrackets } from '../address/parse-address.ts'
import { CtdbtsError } from '../errors.ts'
import { quoted } from '../quoted.ts'
import { lineAsRead } from './file-line.ts'

/** A line of the public addresses file. */
export interface ConfiguredAddress {
  readonly address: string
  readonly maskBits: number
  /** The interfaces that may have it. CTDB uses the first that is free and has a link. */
  readonly interfaces: readonly string[]
}

const fault = (file: string, line: number, reason: string): CtdbtsError =>
  new CtdbtsError('BAD_FILE', `${file}, line ${line}: ${reason}`, { hint: 'see ctdb(7), under "PUBLIC ADDRESSES"' })

/**
 * How faulty a line of the public addresses file is, by the rules of ctdbd and of its scripts (4.17 to 4.25):
 * - `rejected`: ctdbd rejects the whole file because of it, and does not start;
 * - `wrong`: ctdbd accepts the line, but it cannot work as written;
 * - `careless`: ctdbd understands it, but the event scripts, which read the file themselves, do not.
 */
export type LineJudgement = 'rejected' | 'wrong' | 'careless'

/** A fault of a line, and how bad it is. */
export interface LineFault {
  /** From 1. */
  readonly line: number
  readonly judgement: LineJudgement
  readonly reason: string
}

/** The content of a public addresses file, and its faults. */
export interface AddressFileReading {
  readonly addresses: readonly ConfiguredAddress[]
  readonly faults: readonly LineFault[]
}

/**
 * Parses a public addresses file: a line `ADDRESS/MASK INTERFACE[,INTERFACE]` for each address. Ignores empty lines and lines that begin with #.
 * @throws CtdbtsError BAD_FILE with the line and the reason for the first line that is rejected or wrong.
 */
export function parsePublicAddresses(text: string, file = 'public_addresses'): ConfiguredAddress[] {
  const { addresses, faults } = readPublicAddresses(text)
  const first = faults.find(({ judgement }) => judgement !== 'careless')
  if (first) throw fault(file, first.line, first.reason)
  return [...addresses]
}

/** Like {@link parsePublicAddresses}, but reports faulty lines and reads on. */
export function readPublicAddresses(text: string): AddressFileReading {
  const addresses: ConfiguredAddress[] = []
  const faults: LineFault[] = []
  const lineOf = new Map<string, number>()
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1
    const say = (judgement: LineJudgement, reason: string) => faults.push({ line, judgement, reason })
    const content = lineAsRead(raw)
    if (content === '') continue
    if (/^[ \t]/.test(raw)) say('careless', 'it begins with a blank: the event scripts read its first word as an interface')
    if (content.startsWith('#')) continue
    if (raw.includes('\r'))
      say('careless', 'it has a carriage return, where ctdbd ends the line: the event scripts read that as part of a word')
    const configured = readLine(content, say)
    if (!configured) continue
    const earlier = lineOf.get(configured.address)
    if (earlier !== undefined) {
      say('rejected', `${configured.address} is already in line ${earlier}`)
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

/** Parses one line. @param wrong makes an error from a reason. */
export function parsePublicAddress(line: string, wrong: (reason: string) => CtdbtsError): ConfiguredAddress {
  const reasons: string[] = []
  const configured = readLine(line, (_judgement, reason) => reasons.push(reason))
  const [reason] = reasons
  if (!configured || reason !== undefined) throw wrong(reason ?? 'it is empty')
  return configured
}

function readLine(line: string, say: (judgement: LineJudgement, reason: string) => void): ConfiguredAddress | undefined {
  const [where = '', names = '', ...rest] = line.split(/[ \t]+/).filter((word) => word !== '')
  // Like ctdbd, split at the last slash.
  const slash = where.lastIndexOf('/')
  const [address, mask] = slash === -1 ? [where, ''] : [where.slice(0, slash), where.slice(slash + 1)]
  const ip = parseIp(withoutBrackets(address))
  if (!ip) return void say('rejected', `${quoted(address)} is not an IP address`)
  const badMask = `${quoted(mask)} is not a mask for ${address}`
  if (!/^\d{1,9}$/.test(mask)) return void say('rejected', badMask)
  if (names === '') return void say('rejected', `no interface for ${address}`)
  const maskBits = Number(mask)
  // ctdbd takes ::ffff:a.b.c.d for a.b.c.d, and passes it on with this mask.
  if (maskBits > (isIpv4Mapped(ip) ? 32 : ip.bytes.length * 8)) say('wrong', badMask)
  const interfaces = names.split(',').filter((name) => name !== '')
  if (interfaces.length === 0) say('wrong', `no interface for ${address}`)
  if (rest.length > 0) {
    const more = quoted(rest.join(' '))
    say('careless', `too many words: ${more}: ctdbd does not read them, but the event scripts take them for interfaces`)
  }
  // In normal form, like the addresses from the daemon and the kernel.
  return { address: formatIp(ip), maskBits, interfaces }
}
