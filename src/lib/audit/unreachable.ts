import { parseIp } from '../address/ip-text.ts'
import { inNetwork } from './network.ts'

const UNSPECIFIED = 'the unspecified address'
const LOOPBACK = 'a loopback address'
const MULTICAST = 'a multicast address'
const LINK_LOCAL = 'a link-local address'

const NETWORKS = [
  { network: '0.0.0.0', bits: 32, what: UNSPECIFIED },
  { network: '::', bits: 128, what: UNSPECIFIED },
  { network: '127.0.0.0', bits: 8, what: LOOPBACK },
  { network: '::1', bits: 128, what: LOOPBACK },
  { network: '224.0.0.0', bits: 4, what: MULTICAST },
  { network: 'ff00::', bits: 8, what: MULTICAST },
  { network: '255.255.255.255', bits: 32, what: 'the broadcast address' },
  { network: 'fe80::', bits: 10, what: LINK_LOCAL },
] as const

/** What kind of address it is, if no client can reach a host there, whatever has it; undefined if one may. @param address in normal form. */
export function whyUnreachable(address: string): string | undefined {
  return NETWORKS.find(({ network, bits }) => {
    const ip = parseIp(network)
    return ip !== undefined && inNetwork(address, ip, bits)
  })?.what
}

/**
 * Whether an address is link-local, which means nothing without the name of an interface: no program can bind to it alone, and up to 4.21 that is
 * how CTDB looks for addresses. Seen on 4.17: it adds the address again and again, which fails, and each node that is given it is banned.
 */
export const isLinkLocal = (address: string): boolean => whyUnreachable(address) === LINK_LOCAL
