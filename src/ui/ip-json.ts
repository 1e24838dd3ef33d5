import { type Pnn, UNKNOWN_PNN } from '../lib/cluster/node.ts'
import type { InterfaceState, IpReport, OwnedIp } from '../lib/cluster/report.ts'
import type { Versioned } from './documents/common.ts'

/** `ip`: public addresses and their owners. */
export interface IpDocument extends Versioned {
  /** The node that was asked; `all` for what each node says of itself. */
  readonly asked: Pnn | 'all'
  /** What limits what that node can say of the others: it sees none of them (`alone`), or has just started. */
  readonly viewLimit?: 'alone' | 'starting'
  readonly publicIps: readonly {
    readonly address: string
    /** The owner; null if no node owns it. */
    readonly pnn: Pnn | null
    /** The private address of the owner. */
    readonly node: string | null
    /** The interface that has it; null if none does. */
    readonly activeInterface: string | null
    /** Null where no node could be asked. */
    readonly interfaces: readonly InterfaceState[] | null
  }[]
}

/**
 * Our own JSON for `ip`. `pnn` and `node` (the owner's private address) are null for an address without an owner; `interfaces` is
 * null where no node could be asked for them; `viewLimit` is only there if there is one (see ViewLimit).
 */
export function ipJson({ of, ips, nodes, viewLimit }: IpReport): IpDocument {
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
