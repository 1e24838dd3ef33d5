import { formatIp, type IpFamily, parseIp } from './ip-text.ts'

/**
 * An address as CTDB carries it everywhere: a node's private address (with the port of its daemon), a public address (port 0), an
 * end of a TCP connection.
 */
export interface SocketAddress {
  readonly family: IpFamily
  /** The text of the IP address, as inet_ntop writes it. */
  readonly address: string
  /** 0 for a public address. */
  readonly port: number
  /** IPv6 only, and nearly always 0. */
  readonly flowInfo?: number
  /** IPv6 only: the interface of a link-local address. */
  readonly scopeId?: number
}

/** A public address from its text, which must be a valid address. */
export function publicSocketAddress(text: string): SocketAddress {
  const ip = parseIp(text)
  // An IPv4 address has only one form.
  return { family: ip?.family ?? 'ipv4', address: ip?.family === 'ipv6' ? formatIp(ip) : text, port: 0 }
}

/**
 * A text that sorts as `ctdb` lists addresses: IPv4 before IPv6, then byte by byte, then by port. Two addresses are the same
 * if and only if their keys are.
 */
export function addressKey({ family, address, port }: SocketAddress): string {
  const bytes = Array.from(parseIp(address)?.bytes ?? [], (byte) => hex(byte, 2)).join('')
  return `${family === 'ipv4' ? 4 : 6}${bytes}${hex(port, 4)}`
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')
