import { UNKNOWN_PNN } from '../lib/cluster/node.ts'
import type { IpReport, OwnedIp } from '../lib/cluster/report.ts'

/**
 * Our own JSON for `ip`. `pnn` and `node` (the owner's private address) are null for an address without an owner; `interfaces` is
 * null where no node could be asked for them; `viewLimit` is only there if there is one (see ViewLimit).
 */
export function ipJson({ of, ips, nodes, viewLimit }: IpReport): Record<string, unknown> {
  const nodeAddress = (ip: OwnedIp) => nodes.find(({ pnn }) => pnn === ip.pnn)?.address.address ?? null
  return {
    formatVersion: 1,
    asked: of,
    ...(viewLimit && { viewLimit }),
    publicIps: ips.map((ip) => ({
      address: ip.address.address,
      pnn: ip.pnn === UNKNOWN_PNN ? null : ip.pnn,
      node: nodeAddress(ip),
      activeInterface: ip.interfaces?.active ?? null,
      interfaces: ip.interfaces?.configured ?? null,
    })),
  }
}
