import { publicSocketAddress, type SocketAddress } from '../../lib/address/socket-address.ts'
import type { ConfiguredAddress } from '../../lib/cluster/address-files.ts'
import { type Pnn, UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import { ControlFailure } from './control-failure.ts'
import { bestInterface, nameOf, type PublicInterface, PublicInterfaces } from './public-interfaces.ts'
import type { PublicIpsOwner } from './public-ips-owner.ts'

/** A public address of this node. */
export interface PublicAddress extends ConfiguredAddress {
  readonly socketAddress: SocketAddress
  readonly candidates: readonly PublicInterface[]
  /** The owner that this node believes in. */
  pnn: Pnn
  /** The interface that this node believes it is on. */
  interface: PublicInterface | undefined
  /** Whether a script is changing it. Only one change may be in progress. */
  updateInFlight: boolean
  /** It was deleted while the node owned it, and is forgotten when it is released. */
  deletePending: boolean
}

/** The public addresses of a node: what its daemon believes about them. */
export class PublicAddressTable {
  readonly interfaces = new PublicInterfaces()
  private readonly owner: Pick<PublicIpsOwner, 'pnn' | 'log'>
  /** The newest first, as CTDB lists them. */
  private list: readonly PublicAddress[] = []
  private readonly byAddress = new Map<string, PublicAddress>()

  constructor(owner: Pick<PublicIpsOwner, 'pnn' | 'log'>) {
    this.owner = owner
  }

  /** All addresses, the newest first. */
  get all(): readonly PublicAddress[] {
    return this.list
  }

  find(address: string): PublicAddress | undefined {
    return this.byAddress.get(address)
  }

  insert(configured: ConfiguredAddress): void {
    const candidates = configured.interfaces.map((name) => this.interfaces.add(name))
    const ip: PublicAddress = {
      ...configured,
      socketAddress: publicSocketAddress(configured.address),
      candidates,
      pnn: UNKNOWN_PNN,
      interface: undefined,
      updateInFlight: false,
      deletePending: false,
    }
    this.byAddress.set(configured.address, ip)
    this.list = [ip, ...this.list]
  }

  forget(ip: PublicAddress): void {
    this.byAddress.delete(ip.address)
    this.list = this.list.filter((other) => other !== ip)
    for (const { name } of ip.candidates) {
      if (!this.list.some(({ interfaces }) => interfaces.includes(name))) this.interfaces.delete(name)
    }
  }

  /** Assigns an address to the best interface. Returns its name. */
  assign(ip: PublicAddress): string {
    const { log, pnn } = this.owner
    if (ip.interface) {
      ip.pnn = pnn
      log('ctdbd', 'stillAssigned', ip.address, ip.interface.name)
      return ip.interface.name
    }
    const best = bestInterface(ip.candidates)
    if (!best) throw new ControlFailure(-1)
    ip.interface = best
    best.references += 1
    ip.pnn = pnn
    log('ctdbd', 'nowAssigned', ip.address, best.name, best.references)
    return best.name
  }

  unassign(ip: PublicAddress): void {
    this.owner.log('ctdbd', 'nowUnassigned', ip.address, nameOf(ip.interface), ip.interface?.references ?? 0)
    if (ip.interface) ip.interface.references -= 1
    ip.interface = undefined
    if (ip.pnn === this.owner.pnn) ip.pnn = UNKNOWN_PNN
  }

  /** Restores what the daemon believed before a move that failed. */
  putBack(ip: PublicAddress, old: PublicInterface | undefined): void {
    this.unassign(ip)
    if (!old) return
    ip.interface = old
    old.references += 1
    ip.pnn = this.owner.pnn
  }
}
