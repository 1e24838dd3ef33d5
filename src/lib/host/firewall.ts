import { formatIp, parseIp } from '../address/ip-text.ts'
import type { HostDrop } from '../snapshot/host-facts.ts'

/**
 * Reads what `iptables -S INPUT` and `ip6tables -S INPUT` print: the rules by which CTDB's script `10.interface` keeps clients out while an
 * address is on its way off. Rules that drop only some of what comes in, or for more than one address or interface, are not of that kind.
 */
export const parseDrops = (text: string): HostDrop[] => text.split('\n').flatMap((line) => parseDrop(line) ?? [])

function parseDrop(line: string): HostDrop | undefined {
  const [append, chain, ...words] = line.trim().split(/\s+/)
  if (append !== '-A' || chain !== 'INPUT' || words.length !== 6) return undefined
  const options = new Map([0, 2, 4].map((at) => [words[at], words[at + 1] ?? '']))
  const interfaceName = options.get('-i')
  const address = hostOf(options.get('-d') ?? '')
  // A + at the end stands for all interfaces that begin so.
  if (options.get('-j') !== 'DROP' || !interfaceName || interfaceName.endsWith('+') || !address) return undefined
  return { interfaceName, address }
}

/** The address of a destination that is a single one: `10.0.0.1/32`. */
function hostOf(destination: string): string | undefined {
  const [text = '', bits] = destination.split('/')
  const ip = parseIp(text)
  const all = text.includes(':') ? '128' : '32'
  return ip && (bits ?? all) === all ? formatIp(ip) : undefined
}
