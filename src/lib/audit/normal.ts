import { formatIp, formatIpv4, isIpv4Mapped, parseIp } from '../address/ip-text.ts'
import { addressKey, publicSocketAddress } from '../address/socket-address.ts'
import type { NodeFacts, Snapshot } from '../snapshot/snapshot.ts'

/**
 * The normal form of an address, so that addresses can be compared as texts. `::ffff:a.b.c.d` becomes `a.b.c.d`, as CTDB itself reads it. A text
 * that is not an address stays as it is.
 */
export function normalAddress(text: string): string {
  const ip = parseIp(text)
  if (!ip) return text
  return isIpv4Mapped(ip) ? formatIpv4(ip.bytes.subarray(12)) : formatIp(ip)
}

/** The normal form of an address in a kernel, where `::ffff:a.b.c.d` is an IPv6 address: nobody reaches `a.b.c.d` there. */
function kernelAddress(text: string): string {
  const ip = parseIp(text)
  return ip ? formatIp(ip) : text
}

/** Compares in the order of `ctdb ip`: IPv4 first, ascending. */
export const compareAddresses = (a: string, b: string): number => {
  const [keyA, keyB] = [addressKey(publicSocketAddress(a)), addressKey(publicSocketAddress(b))]
  return keyA < keyB ? -1 : keyA > keyB ? 1 : 0
}

/** The same snapshot with every address in normal form. */
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
        ...(host.addresses && {
          addresses: host.addresses.map((held) => ({ ...held, address: kernelAddress(held.address) })),
        }),
        ...(host.drops && { drops: host.drops.map(normal) }),
      },
    }),
  }
}
