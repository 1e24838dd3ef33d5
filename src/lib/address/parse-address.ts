import { wholeDecimal } from './decimal.ts'
import { formatIp, isIpv4Mapped, parseIp } from './ip-text.ts'
import type { SocketAddress } from './socket-address.ts'

/** Sizes of `ctdb`'s buffers. A text of this length does not fit, because of the final NUL. */
const MAX_ADDRESS_LENGTH = 64
const MAX_CONNECTION_LENGTH = 128

/**
 * An IP address as `ctdb`'s commands accept it: IPv6 also in brackets; an IPv4-mapped address with a dotted end counts as that IPv4
 * address. Undefined if it is not an address.
 */
export function parsePublicAddress(text: string): SocketAddress | undefined {
  if (!text.includes(':')) return addressOf(text)
  if (text.length >= MAX_ADDRESS_LENGTH) return undefined
  const bare = withoutBrackets(text)
  const ip = parseIp(bare)
  if (ip?.family !== 'ipv6') return undefined
  return addressOf(isIpv4Mapped(ip) ? bare.slice(bare.lastIndexOf(':') + 1) : bare)
}

/** An IPv6 address without the brackets in which CTDB accepts it; any other text as it is. */
export const withoutBrackets = (text: string): string => /^\[(.*:.*)\]$/s.exec(text)?.[1] ?? text

function addressOf(text: string): SocketAddress | undefined {
  const ip = parseIp(text)
  return ip && { family: ip.family, address: formatIp(ip), port: 0 }
}

/**
 * An address with a port after the last colon: `10.0.0.1:445`, `[fd00::1]:445`, and also `fd00::1:445`. Undefined if it is none. Cuts
 * the port to 16 bits, as `ctdb` does.
 */
export function parseSocketAddress(text: string): SocketAddress | undefined {
  const [address, port] = cut(text, ':')
  return address && port !== undefined ? { ...address, port: port & 0xffff } : undefined
}

/**
 * An address with its prefix length: `10.0.0.1/24`. Undefined if it is none, or if the prefix is longer than the address. `ctdb` accepts
 * such a prefix, but no kernel does: every takeover run then fails, and the node that should get the address is banned.
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
 * The connections in a text, one a line with two ends, as `ctdb` (4.25) reads them. Ignores empty lines, lines that begin with `#`, and
 * anything after the second end. Undefined if a line is invalid.
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
