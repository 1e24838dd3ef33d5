import { formatIp, type IpBytes, parseIp } from '../../../lib/address/ip-text.ts'

/** The subnet to group an address by, as `10.0.0.0/24`: /24 for IPv4, /64 for IPv6. Text that is no address is returned as it is. */
export function subnetOf(address: string): string {
  if (!address.includes(':')) {
    const dot = address.lastIndexOf('.')
    return dot === -1 ? address : `${address.slice(0, dot)}.0/24`
  }
  const ip = parseIp(address)
  if (!ip) return address
  return `${formatIp({ family: ip.family, bytes: Uint8Array.from(ip.bytes, (byte, index) => (index < 8 ? byte : 0)) })}/64`
}

/** Returns a function that matches the addresses of a subnet, `10.0.0.0/22` or `fd00::/48`. Host bits are ignored. Undefined when the text is no subnet. */
export function subnetMatcher(text: string): ((address: string) => boolean) | undefined {
  const [, base = '', length = ''] = /^(.+)\/(\d{1,3})$/.exec(text) ?? []
  const subnet = parseIp(base)
  const bits = Number(length)
  if (!subnet || bits > subnet.bytes.length * 8) return undefined
  return (address) => {
    const ip = parseIp(address)
    return ip !== undefined && isSameUpTo(bits, subnet, ip)
  }
}

function isSameUpTo(bits: number, a: IpBytes, b: IpBytes): boolean {
  if (a.family !== b.family) return false
  return a.bytes.every((byte, index) => {
    const past = Math.min(8, Math.max(0, (index + 1) * 8 - bits))
    return byte >> past === (b.bytes[index] ?? 0) >> past
  })
}
