import { publicSocketAddress, type SocketAddress } from '../address/socket-address.ts'
import { type ConfiguredAddress, parsePublicAddresses, readPublicAddresses } from '../cluster/address-files.ts'
import type { KnownIp } from '../cluster/merge-ips.ts'
import { type Pnn, UNKNOWN_PNN } from '../cluster/node.ts'
import { SRVID } from '../cluster/srvid.ts'
import { type Process, until } from '../process/wait.ts'
import { type AddressOnInterface, ControlFailure, type InterfaceRecord, type ReplyOf } from './control-types.ts'
import type { EventScripts, EventStatus } from './event-scripts.ts'
import type { Kernel } from './kernel.ts'
import type { Log } from './log.ts'

/** What a log and a script get for an address that is on no interface. */
const NO_INTERFACE = '__none__'
const NOT_ACTIVE = 0xffff_ffff

interface Interface {
  readonly name: string
  linkUp: boolean
  /** How many addresses the node holds on it. */
  references: number
}

/** A public address of this node. */
interface PublicAddress extends ConfiguredAddress {
  readonly socketAddress: SocketAddress
  readonly candidates: readonly Interface[]
  /** Who owns it, as far as this node was told. */
  pnn: Pnn
  /** The one it is on, as far as this node remembers. */
  interface: Interface | undefined
  /** A script is at it. Only one change may be under way. */
  updateInFlight: boolean
  /** It was deleted while the node held it; it goes when it is released. */
  deletePending: boolean
}

/** What the public addresses need of their daemon. */
export interface PublicIpsOwner {
  readonly pnn: Pnn
  readonly kernel: Kernel
  readonly scripts: EventScripts
  readonly log: Log
  /** Tunable EventScriptTimeout. */
  scriptLimitMs(): number
  /** Whether the node may host anything: it runs, and is neither inactive nor disabled nor unhealthy. */
  mayHost(): boolean
  banSelf(): void
  /** Lets the leader give this node addresses in the next takeover run, though it holds some already (REBALANCE_NODE). */
  askForAddresses(): void
  /** Tells the clients of this node. */
  announce(srvid: bigint, address: string): void
}

/** The public addresses that a node knows, and what happens to them: the daemon's half of a takeover run. */
export class PublicIps {
  private readonly owner: PublicIpsOwner
  /** The newest first, as CTDB lists them. */
  private list: PublicAddress[] = []
  private readonly byAddress = new Map<string, PublicAddress>()
  private readonly interfaces = new Map<string, Interface>()

  constructor(owner: PublicIpsOwner) {
    this.owner = owner
  }

  /** TAKEOVER_IP: this node shall own the address. @throws ControlFailure when it cannot. */
  *takeover({ pnn, address: { address } }: KnownIp): Process<void> {
    const { owner } = this
    if (pnn !== owner.pnn) {
      owner.log('ctdbd', 'wrongPnn', address, pnn, owner.pnn)
      throw new ControlFailure(-1)
    }
    const ip = this.byAddress.get(address)
    if (!ip) return owner.log('ctdbd', 'notPublic', 'takeoverip', address)
    const held = yield* this.holds(address)
    const best = bestInterface(ip)
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
    const better = hasBetterPlace(ip, best)
    if (!held) {
      if (better) this.unassign(ip)
      yield* this.take(ip)
    } else if (unassignedButHeld || better) {
      yield* this.move(ip)
    } else {
      owner.log('ctdbd', 'redundantTakeover', address, ip.maskBits, nameOf(ip.interface))
    }
  }

  /**
   * RELEASE_IP: another node (`pnn`; UNKNOWN_PNN for none) shall own the address. A node that does not hold it only notes that: a "redundant
   * release". @throws ControlFailure when it is still there afterwards, or a change is under way.
   */
  *release({ pnn, address: { address } }: KnownIp): Process<void> {
    const { owner } = this
    const ip = this.byAddress.get(address)
    if (!ip) return owner.log('ctdbd', 'notPublic', 'releaseip', address)
    if (!(yield* this.holds(address))) {
      owner.log('ctdbd', 'redundantRelease', address, ip.maskBits, nameOf(ip.interface))
      ip.pnn = pnn
      this.unassign(ip)
      return
    }
    this.beginUpdate(ip, 'Release')
    owner.log('ctdbd', 'release', address, ip.maskBits, nameOf(ip.interface), pnn === UNKNOWN_PNN ? -1 : pnn)
    try {
      yield* this.runRelease(ip)
      if (yield* this.holds(address)) {
        owner.log('ctdbd', 'stillHosted', address)
        throw new ControlFailure(-1)
      }
      ip.pnn = pnn
      this.released(ip)
    } finally {
      ip.updateInFlight = false
    }
  }

  /** Gives up all that the kernel holds, one after the other: the node has become inactive, or was too long in recovery. */
  *releaseAll(): Process<void> {
    const { owner } = this
    let count = 0
    for (const ip of [...this.list]) {
      if (!(yield* this.holds(ip.address))) {
        this.unassign(ip)
        continue
      }
      if (ip.updateInFlight) continue
      ip.updateInFlight = true
      yield* this.runRelease(ip)
      ip.updateInFlight = false
      if (yield* this.holds(ip.address)) {
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
    return this.list.map(({ socketAddress, pnn }) => ({ pnn, address: socketAddress }))
  }

  /** Whether a script is at one of them. */
  get isBusy(): boolean {
    return this.list.some(({ updateInFlight }) => updateInFlight)
  }

  /** Those that the node could host at the moment. */
  available(): KnownIp[] {
    if (!this.owner.mayHost()) return []
    return this.list
      .filter(({ deletePending, candidates }) => !deletePending && candidates.some(({ linkUp }) => linkUp))
      .map(({ socketAddress, pnn }) => ({ pnn, address: socketAddress }))
  }

  /** GET_PUBLIC_IP_INFO. @throws ControlFailure for an address that the node does not know. */
  info({ address }: SocketAddress): ReplyOf<'getPublicIpInfo'> {
    const ip = this.byAddress.get(address)
    if (!ip) throw new ControlFailure(-1)
    const active = ip.interface ? ip.candidates.indexOf(ip.interface) : -1
    return {
      ip: { pnn: ip.pnn, address: ip.socketAddress },
      activeIndex: active === -1 ? NOT_ACTIVE : active,
      interfaces: ip.candidates.map(interfaceRecord),
    }
  }

  interfaceRecords(): InterfaceRecord[] {
    // The newest first, as with the addresses.
    return [...this.interfaces.values()].reverse().map(interfaceRecord)
  }

  /** SET_IFACE_LINK_STATE. @throws ControlFailure for an interface that no public address is for. */
  setLink(name: string, linkUp: boolean): void {
    const found = this.interfaces.get(name)
    if (!found) throw new ControlFailure(-1)
    if (found.linkUp === linkUp) return
    const word = (up: boolean) => (up ? 'up' : 'down')
    this.owner.log('ctdbd', 'linkChanged', name, word(found.linkUp), word(linkUp))
    found.linkUp = linkUp
  }

  /** Loads the public addresses file at the start. @throws CtdbtsError BAD_FILE. */
  load(text: string, path: string): void {
    for (const configured of parsePublicAddresses(text, path)) this.insert(configured)
    this.owner.log('ctdbd', 'loadedAddresses', path)
  }

  /**
   * RELOAD_PUBLIC_IPS: only addresses are compared; a changed mask or interface goes unnoticed. What is gone from the file is deleted, what
   * is new in it is added.
   * @throws ControlFailure for a file that cannot be read as a whole, or that names an interface that is not there: nothing is changed.
   */
  *reload(text: string, path: string): Process<void> {
    const { log, kernel } = this.owner
    const { addresses, faults } = readPublicAddresses(text)
    const names = new Set((yield* until(kernel.links())).map(({ name }) => name))
    const isUsable = ({ address, interfaces }: ConfiguredAddress) => {
      const absent = interfaces.find((name) => !names.has(name))
      if (absent !== undefined) log('ctdbd', 'unknownInterface', absent, address)
      return absent === undefined && interfaces.length > 0
    }
    if (faults.some(({ judgement }) => judgement === 'rejected') || !addresses.every(isUsable)) {
      log('ctdbd', 'reloadFailed')
      throw new ControlFailure(1)
    }
    log('ctdbd', 'loadedAddresses', path)
    const wanted = new Set(addresses.map(({ address }) => address))
    for (const { address } of this.list.filter((ip) => !wanted.has(ip.address))) {
      log('ctdbd', 'noLongerConfigured', address)
      this.delete(address)
    }
    const added = addresses.filter(({ address }) => !this.byAddress.has(address))
    // CTDB lists the newest first, also those that it has just read.
    for (const configured of added.toReversed()) {
      log('ctdbd', 'newlyConfigured', configured.address)
      if (configured === added.at(-1)) this.owner.askForAddresses()
      log('ctdbd', 'addIp', configured.address)
      this.insert(configured)
    }
  }

  /** ADD_PUBLIC_IP. @throws ControlFailure for an address that is there already, or an interface that is not. */
  *add({ address, maskBits, interfaceName }: AddressOnInterface): Process<void> {
    const { log, kernel } = this.owner
    log('ctdbd', 'addIp', address.address)
    if (this.byAddress.has(address.address)) {
      log('ctdbd', 'duplicateIp', address.address)
      throw new ControlFailure(-1)
    }
    const links = yield* until(kernel.links())
    const names = interfaceName.split(',')
    const absent = names.find((name) => !links.some((link) => link.name === name))
    if (absent !== undefined) {
      log('ctdbd', 'unknownInterface', absent, address.address)
      throw new ControlFailure(-1)
    }
    this.insert({ address: address.address, maskBits, interfaces: names })
  }

  /** DEL_PUBLIC_IP: what the node holds goes with the next takeover run. @throws ControlFailure for an address that it does not know. */
  delete(address: string): void {
    const { log, pnn } = this.owner
    log('ctdbd', 'deleteIp', address)
    const ip = this.byAddress.get(address)
    if (!ip) {
      log('ctdbd', 'deleteUnknownIp', address)
      throw new ControlFailure(-1)
    }
    if (ip.pnn === pnn) ip.deletePending = true
    else this.forget(ip)
  }

  private *holds(address: string): Process<boolean> {
    const addresses = yield* until(this.owner.kernel.addresses())
    return addresses.some((held) => held.address === address)
  }

  private *take(ip: PublicAddress): Process<void> {
    const { owner } = this
    this.beginUpdate(ip, 'Takeover')
    try {
      const name = this.assign(ip)
      owner.log('ctdbd', 'takeover', ip.address, ip.maskBits, name)
      const work = owner.kernel.takeIp(name, ip.address, ip.maskBits)
      const status = yield* until(owner.scripts.run('takeip', [name, ip.address, ip.maskBits], owner.scriptLimitMs(), work))
      this.judge(status, () => owner.log('ctdbd', 'takeoverFailed', ip.address, name))
      owner.log('ctdbd', 'sendingTakeIp', ip.address)
      owner.announce(SRVID.takeIp, ip.address)
    } finally {
      ip.updateInFlight = false
    }
  }

  /** Event `updateip`: from the interface it is on to the best one. */
  private *move(ip: PublicAddress): Process<void> {
    const { owner } = this
    const old = ip.interface
    this.beginUpdate(ip, 'Update')
    try {
      this.unassign(ip)
      const name = this.assign(ip)
      if (old?.name === name) return
      const from = nameOf(old)
      owner.log('ctdbd', 'update', ip.address, ip.maskBits, from, name)
      const { kernel } = owner
      const status = yield* until(
        owner.scripts.run('updateip', [from, name, ip.address, ip.maskBits], owner.scriptLimitMs(), (done, failed) =>
          kernel.releaseIp(
            from,
            ip.address,
            ip.maskBits,
          )((gone) => (gone.ok ? kernel.takeIp(name, ip.address, ip.maskBits)(done, failed) : done(gone)), failed),
        ),
      )
      if (status !== 'ok') this.putBack(ip, old)
      this.judge(status, () => owner.log('ctdbd', 'updateFailed', ip.address, from, name))
    } finally {
      ip.updateInFlight = false
    }
  }

  private *runRelease(ip: PublicAddress): Process<void> {
    const { owner } = this
    const name = nameOf(ip.interface)
    const work = owner.kernel.releaseIp(name, ip.address, ip.maskBits)
    const status = yield* until(owner.scripts.run('releaseip', [name, ip.address, ip.maskBits], owner.scriptLimitMs(), work))
    if (status === 'timed out') owner.banSelf()
  }

  /** @throws ControlFailure for a script that did not succeed; one that took too long gets the whole node banned. */
  private judge(status: EventStatus, complain: () => void): void {
    if (status === 'ok') return
    if (status === 'timed out') this.owner.banSelf()
    complain()
    throw new ControlFailure(-1)
  }

  private beginUpdate(ip: PublicAddress, what: 'Takeover' | 'Release' | 'Update'): void {
    if (ip.updateInFlight) {
      this.owner.log('ctdbd', 'inFlight', what, ip.address, ip.maskBits)
      throw new ControlFailure(-1)
    }
    ip.updateInFlight = true
  }

  /** Chooses an interface and counts the address there. Returns its name. */
  private assign(ip: PublicAddress): string {
    const { log, pnn } = this.owner
    if (ip.interface) {
      log('ctdbd', 'stillAssigned', ip.address, ip.interface.name)
      ip.pnn = pnn
      return ip.interface.name
    }
    const best = bestInterface(ip)
    if (!best) throw new ControlFailure(-1)
    ip.interface = best
    best.references += 1
    ip.pnn = pnn
    log('ctdbd', 'nowAssigned', ip.address, best.name, best.references)
    return best.name
  }

  private unassign(ip: PublicAddress): void {
    this.owner.log('ctdbd', 'nowUnassigned', ip.address, nameOf(ip.interface), ip.interface?.references ?? 0)
    if (ip.interface) ip.interface.references -= 1
    ip.interface = undefined
    if (ip.pnn === this.owner.pnn) ip.pnn = UNKNOWN_PNN
  }

  /** A move that failed: what the daemon believes is again as it was before. */
  private putBack(ip: PublicAddress, old: Interface | undefined): void {
    this.unassign(ip)
    if (!old) return
    ip.interface = old
    old.references += 1
    ip.pnn = this.owner.pnn
  }

  private released(ip: PublicAddress): void {
    this.owner.announce(SRVID.releaseIp, ip.address)
    this.unassign(ip)
    if (ip.deletePending) this.forget(ip)
  }

  private insert(configured: ConfiguredAddress): void {
    const candidates = configured.interfaces.map((name) => {
      // A link counts as there until the first monitor event says otherwise.
      const found = this.interfaces.get(name) ?? { name, linkUp: true, references: 0 }
      this.interfaces.set(name, found)
      return found
    })
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
    this.list.unshift(ip)
  }

  private forget(ip: PublicAddress): void {
    this.byAddress.delete(ip.address)
    this.list = this.list.filter((other) => other !== ip)
    for (const { name } of ip.candidates) {
      if (!this.list.some(({ interfaces }) => interfaces.includes(name))) this.interfaces.delete(name)
    }
  }
}

const nameOf = (found: Interface | undefined): string => found?.name ?? NO_INTERFACE

const interfaceRecord = ({ name, linkUp, references }: Interface): InterfaceRecord => ({
  name,
  linkState: Number(linkUp),
  references,
})

/** With a link, and the fewest addresses; the first in the file of several. */
function bestInterface({ candidates }: PublicAddress): Interface | undefined {
  const usable = candidates.filter(({ linkUp }) => linkUp)
  return usable.reduce<Interface | undefined>(
    (best, each) => (best && best.references <= each.references ? best : each),
    undefined,
  )
}

/** An address moves when its interface has lost its link, or when two more are on it than on the best one. */
const hasBetterPlace = ({ interface: current }: PublicAddress, best: Interface): boolean =>
  current !== undefined && current !== best && (!current.linkUp || current.references > best.references + 1)
