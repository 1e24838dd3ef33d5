import type { SocketAddress } from '../../lib/address/socket-address.ts'
import type { KnownIp } from '../../lib/cluster/merge-ips.ts'
import { UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import type { ReplyOf } from '../../lib/wire/controls.ts'
import { messages } from '../../lib/wire/messages.ts'
import type { Process } from '../process/wait.ts'
import { AddressConfiguration } from './address-configuration.ts'
import { AddressScripts } from './address-scripts.ts'
import { ControlFailure } from './control-failure.ts'
import { type PublicAddress, PublicAddressTable } from './public-address-table.ts'
import { bestInterface, type InterfaceRecord, interfaceRecord, isBetter, nameOf } from './public-interfaces.ts'
import type { PublicIpsOwner } from './public-ips-owner.ts'

const NOT_ACTIVE = 0xffff_ffff

/** The public addresses of a node, and the controls that change their owners: the daemon's part of a takeover run. */
export class PublicIps {
  readonly configuration: AddressConfiguration
  private readonly owner: PublicIpsOwner
  private readonly table: PublicAddressTable
  private readonly scripts: AddressScripts

  constructor(owner: PublicIpsOwner) {
    this.owner = owner
    this.table = new PublicAddressTable(owner)
    this.scripts = new AddressScripts(owner, this.table)
    this.configuration = new AddressConfiguration(owner, this.table)
  }

  /** TAKEOVER_IP: makes this node the owner of the address. @throws ControlFailure when it cannot. */
  *takeover({ pnn, address: { address } }: KnownIp): Process<void> {
    const { owner } = this
    if (pnn !== owner.pnn) {
      owner.log('ctdbd', 'wrongPnn', address, pnn, owner.pnn)
      throw new ControlFailure(-1)
    }
    const ip = this.table.find(address)
    if (!ip) return owner.log('ctdbd', 'notPublic', 'takeoverip', address)
    const held = yield* this.scripts.holds(address)
    const best = bestInterface(ip.candidates)
    if (!best) {
      owner.log('ctdbd', 'noInterface', address, ip.maskBits, nameOf(ip.interface), Number(held))
      throw new ControlFailure(-1)
    }
    if (held && ip.pnn !== owner.pnn && ip.pnn !== UNKNOWN_PNN) {
      owner.log('ctdbd', 'knownToKernel', address, nameOf(ip.interface), ip.pnn, owner.pnn)
      owner.banSelf()
      throw new ControlFailure(-1)
    }
    const unassignedButHeld = held && ip.pnn === UNKNOWN_PNN
    if (unassignedButHeld) owner.log('ctdbd', 'updatingHeld', address)
    const better = isBetter(best, ip.interface)
    if (!held) {
      if (better) this.table.unassign(ip)
      yield* this.scripts.take(ip)
    } else if (unassignedButHeld || better) {
      yield* this.scripts.move(ip)
    } else {
      owner.log('ctdbd', 'redundantTakeover', address, ip.maskBits, nameOf(ip.interface))
    }
  }

  /**
   * RELEASE_IP: makes another node (`pnn`; UNKNOWN_PNN for none) the owner of the address. A node that does not hold it only notes the
   * owner: a "redundant release". @throws ControlFailure when the kernel still holds it afterwards, or a change is in progress.
   */
  *release({ pnn, address: { address } }: KnownIp): Process<void> {
    const { owner } = this
    const ip = this.table.find(address)
    if (!ip) return owner.log('ctdbd', 'notPublic', 'releaseip', address)
    if (!(yield* this.scripts.holds(address))) {
      owner.log('ctdbd', 'redundantRelease', address, ip.maskBits, nameOf(ip.interface))
      ip.pnn = pnn
      this.table.unassign(ip)
      return
    }
    this.scripts.begin(ip, 'Release')
    owner.log('ctdbd', 'release', address, ip.maskBits, nameOf(ip.interface), pnn === UNKNOWN_PNN ? -1 : pnn)
    try {
      yield* this.scripts.release(ip)
      if (yield* this.scripts.holds(address)) {
        owner.log('ctdbd', 'stillHosted', address)
        throw new ControlFailure(-1)
      }
      ip.pnn = pnn
      this.released(ip)
    } finally {
      ip.updateInFlight = false
    }
  }

  /** Releases all addresses that the kernel holds, one after the other; for a node that became inactive or was in recovery for too long. */
  *releaseAll(): Process<void> {
    const { owner } = this
    let count = 0
    for (const ip of this.table.all) {
      if (!(yield* this.scripts.holds(ip.address))) {
        this.table.unassign(ip)
        continue
      }
      if (ip.updateInFlight) continue
      ip.updateInFlight = true
      yield* this.scripts.release(ip)
      ip.updateInFlight = false
      if (yield* this.scripts.holds(ip.address)) {
        owner.log('ctdbd', 'notReleased', ip.address)
        continue
      }
      this.released(ip)
      count += 1
    }
    owner.log('ctdbd', 'releasedAll', count)
  }

  /** Every address with the owner this node believes in. */
  known(): KnownIp[] {
    return this.table.all.map(({ socketAddress, pnn }) => ({ pnn, address: socketAddress }))
  }

  /** Whether a script is changing one of them. */
  get isBusy(): boolean {
    return this.table.all.some(({ updateInFlight }) => updateInFlight)
  }

  /** The addresses that the node can host at the moment. */
  available(): KnownIp[] {
    if (!this.owner.mayHost()) return []
    return this.table.all
      .filter(({ deletePending, candidates }) => !deletePending && candidates.some(({ linkUp }) => linkUp))
      .map(({ socketAddress, pnn }) => ({ pnn, address: socketAddress }))
  }

  /** GET_PUBLIC_IP_INFO. @throws ControlFailure for an address that the node does not know. */
  info({ address }: SocketAddress): ReplyOf<'getPublicIpInfo'> {
    const ip = this.table.find(address)
    if (!ip) throw new ControlFailure(-1)
    const active = ip.interface ? ip.candidates.indexOf(ip.interface) : -1
    return {
      ip: { pnn: ip.pnn, address: ip.socketAddress },
      activeIndex: active === -1 ? NOT_ACTIVE : active,
      interfaces: ip.candidates.map(interfaceRecord),
    }
  }

  interfaceRecords(): InterfaceRecord[] {
    return this.table.interfaces.records()
  }

  /** SET_IFACE_LINK_STATE. @throws ControlFailure for an interface without public addresses. */
  setLink(name: string, linkUp: boolean): void {
    const found = this.table.interfaces.find(name)
    if (!found) throw new ControlFailure(-1)
    if (found.linkUp === linkUp) return
    const word = (up: boolean) => (up ? 'up' : 'down')
    this.owner.log('ctdbd', 'linkChanged', name, word(found.linkUp), word(linkUp))
    found.linkUp = linkUp
  }

  private released(ip: PublicAddress): void {
    this.owner.announce(messages.releaseIp, ip.address)
    this.table.unassign(ip)
    if (ip.deletePending) this.table.forget(ip)
  }
}
