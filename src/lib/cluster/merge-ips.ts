import { addressKey } from '../address/socket-address.ts'
import type { ValueOf } from '../wire/codec.ts'
import type { publicIp } from '../wire/structs.ts'
import { type Pnn, UNKNOWN_PNN } from './node.ts'

/** A public address as one node knows it, with the owner it believes in. */
export type KnownIp = ValueOf<typeof publicIp>

/**
 * The list of `ip all`: every address that any node knows, in ctdb's order. The owner is the node that claims the address itself (the last one
 * in the given order, if several do), else UNKNOWN_PNN. What a node believes about other nodes does not count, because it may be stale.
 */
export function mergeKnownIps(byNode: readonly { readonly pnn: Pnn; readonly ips: readonly KnownIp[] }[]): KnownIp[] {
  const merged = new Map<string, KnownIp>()
  for (const { pnn, ips } of byNode) {
    for (const ip of ips) {
      const key = addressKey(ip.address)
      if (ip.pnn === pnn) merged.set(key, ip)
      else if (!merged.has(key)) merged.set(key, { address: ip.address, pnn: UNKNOWN_PNN })
    }
  }
  return sortKnownIps([...merged.values()])
}

/** In ctdb's order: IPv4 before IPv6, ascending. */
export function sortKnownIps(ips: readonly KnownIp[]): KnownIp[] {
  const keyed = ips.map((ip) => ({ ip, key: addressKey(ip.address) }))
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  return keyed.map(({ ip }) => ip)
}
