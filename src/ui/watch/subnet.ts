import { formatIp, parseIp } from '../../lib/address/ip-text.ts'

/** The subnet by which an address is put in a group: /24 of IPv4, /64 of IPv6, as `10.0.0.0/24`. What is no address is its own. */
export function subnetOf(address: string): string {
  if (!address.includes(':')) {
    const dot = address.lastIndexOf('.')
    return dot === -1 ? address : `${address.slice(0, dot)}.0/24`
  }
  const ip = parseIp(address)
  if (!ip) return address
  return `${formatIp({ family: ip.family, bytes: Uint8Array.from(ip.bytes, (byte, index) => (index < 8 ? byte : 0)) })}/64`
}
