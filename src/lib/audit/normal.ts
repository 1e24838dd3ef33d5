import { formatIp, formatIpv4, parseIp } from '../address/ip-text.ts'
import { addressKey, publicSocketAddress } from '../address/socket-address.ts'
import type { NodeFacts, Snapshot } from '../snapshot/snapshot.ts'

/**
 * One text for each address, however it was written. `::ffff:a.b.c.d` is `a.b.c.d`, as CTDB itself reads it. What is no address
 * stays as it is.
 */
export function normalAddress(text: string): string {
  const ip = parseIp(text)
  if (!ip) return text
  const mapped = ip.family === 'ipv6' && ip.bytes.every((byte, index) => index > 11 || byte === (index < 10 ? 0 : 0xff))
  return mapped ? formatIpv4(ip.bytes.subarray(12)) : formatIp(ip)
}

/** For an order as `ctdb ip` has it: IPv4 first, ascending. */
export const compareAddresses = (a: string, b: string): number => {
  const [keyA, keyB] = [addressKey(publicSocketAddress(a)), addressKey(publicSocketAddress(b))]
  return keyA < keyB ? -1 : keyA > keyB ? 1 : 0
}

/** The same snapshot with every address in its one text, so that addresses can be compared as texts. */
export const normalSnapshot = (snapshot: Snapshot): Snapshot => ({ ...snapshot, nodes: snapshot.nodes.map(normalFacts) })

const normal = <T extends { readonly address: string }>(item: T): T => ({ ...item, address: normalAddress(item.address) })

function normalFacts(facts: NodeFacts): NodeFacts {
  const { known, available, host } = facts
  return {
    ...facts,
    ...(known && { known: known.map(normal) }),
    ...(available && { available: available.map(normalAddress) }),
    ...(host && {
      host: {
        ...host,
        ...(host.addresses && { addresses: host.addresses.map(normal) }),
        ...(host.drops && { drops: host.drops.map(normal) }),
      },
    }),
  }
}
