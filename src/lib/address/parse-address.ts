import { wholeDecimal } from './decimal.ts'
import { formatIp, parseIp } from './ip-text.ts'
import type { SocketAddress } from './socket-address.ts'

/** The real tool's buffers: what is as long does not fit, for the NUL behind it. */
const MAX_ADDRESS_LENGTH = 64
const MAX_CONNECTION_LENGTH = 128

const MAPPED_PREFIX = '0,0,0,0,0,0,0,0,0,0,255,255'

/**
 * An IP address as the real tool's commands take it: IPv6 also in brackets, and an IPv4-mapped one, if it ends in dots, as the IPv4
 * address that it is. Undefined when it is none.
 */
export function parsePublicAddress(text: string): SocketAddress | undefined {
  if (!text.includes(':')) return addressOf(text)
  if (text.length >= MAX_ADDRESS_LENGTH) return undefined
  const bare = /^\[(.*)\]$/s.exec(text)?.[1] ?? text
  const ip = parseIp(bare)
  if (ip?.family !== 'ipv6') return undefined
  const isMapped = ip.bytes.subarray(0, 12).join() === MAPPED_PREFIX
  return addressOf(isMapped ? bare.slice(bare.lastIndexOf(':') + 1) : bare)
}

function addressOf(text: string): SocketAddress | undefined {
  const ip = parseIp(text)
  return ip && { family: ip.family, address: formatIp(ip), port: 0 }
}

/**
 * An address with a port behind the last colon: `10.0.0.1:445`, `[fd00::1]:445`, and `fd00::1:445` too. Undefined when it is none; a
 * port of more than 16 bits is cut to them, as the real tool does.
 */
export function parseSocketAddress(text: string): SocketAddress | undefined {
  const [address, port] = cut(text, ':')
  return address && port !== undefined ? { ...address, port: port & 0xffff } : undefined
}

/**
 * An address with the length of its mask: `10.0.0.1/24`. Undefined when it is none, or the mask is longer than the address. The real tool
 * takes such a mask: no kernel does, each takeover run fails then, and the node that is to have the address is banned.
 */
export function parseAddressAndMask(text: string): { readonly address: SocketAddress; readonly maskBits: number } | undefined {
  const [address, maskBits] = cut(text, '/')
  if (!address || maskBits === undefined || maskBits > (address.family === 'ipv4' ? 32 : 128)) return undefined
  return { address, maskBits }
}

function cut(text: string, separator: string): [address?: SocketAddress | undefined, number?: number] {
  const at = text.lastIndexOf(separator)
  if (text.length >= MAX_ADDRESS_LENGTH || at === -1) return []
  const number = wholeDecimal(text.slice(at + 1))
  return 'value' in number ? [parsePublicAddress(text.slice(0, at)), number.value] : []
}

/** A TCP connection, which a "tickle" keeps alive when its server's address moves. */
export interface Connection {
  readonly source: SocketAddress
  readonly destination: SocketAddress
}

/**
 * The connections in a text of lines, two ends each, as the real tool (4.25) reads them: empty lines and those that begin with `#` do not
 * count, nor does what follows the second end. Undefined at the first line that is none.
 */
export function parseConnections(text: string): Connection[] | undefined {
  const connections: Connection[] = []
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const connection = parseConnection(line)
    if (!connection) return undefined
    connections.push(connection)
  }
  return connections
}

function parseConnection(line: string): Connection | undefined {
  if (line.length >= MAX_CONNECTION_LENGTH) return undefined
  const [first = '', second = ''] = line.split(/[ \t]+/).filter((word) => word !== '')
  const source = parseSocketAddress(first)
  const destination = parseSocketAddress(second)
  return source && destination && source.family === destination.family ? { source, destination } : undefined
}
