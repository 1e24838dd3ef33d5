import { type ConfiguredAddress, parsePublicAddresses, readPublicAddresses } from '../../lib/cluster/address-files.ts'
import type { RequestOf } from '../../lib/wire/controls.ts'
import { type Process, until } from '../process/wait.ts'
import { ControlFailure } from './control-failure.ts'
import type { PublicAddressTable } from './public-address-table.ts'
import type { PublicIpsOwner } from './public-ips-owner.ts'

/** The public addresses file of a node, and the controls that add and delete addresses. */
export class AddressConfiguration {
  private readonly owner: PublicIpsOwner
  private readonly table: PublicAddressTable

  constructor(owner: PublicIpsOwner, table: PublicAddressTable) {
    this.owner = owner
    this.table = table
  }

  /** Loads the public addresses file at the start. @throws CtdbtsError BAD_FILE. */
  load(text: string, path: string): void {
    for (const configured of parsePublicAddresses(text, path)) this.table.insert(configured)
    this.owner.log('ctdbd', 'loadedAddresses', path)
  }

  /**
   * RELOAD_PUBLIC_IPS: deletes the addresses that are no longer in the file and adds the new ones. As in CTDB, a changed mask or interface
   * goes unnoticed.
   * @throws ControlFailure, without changing anything, for an invalid line or an interface that does not exist.
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
    for (const { address } of this.table.all.filter((ip) => !wanted.has(ip.address))) {
      log('ctdbd', 'noLongerConfigured', address)
      this.delete(address)
    }
    const added = addresses.filter(({ address }) => !this.table.find(address))
    // CTDB adds them in reverse order, because it lists the newest first.
    for (const configured of added.toReversed()) {
      log('ctdbd', 'newlyConfigured', configured.address)
      if (configured === added.at(-1)) this.owner.askForAddresses()
      log('ctdbd', 'addIp', configured.address)
      this.table.insert(configured)
    }
  }

  /** ADD_PUBLIC_IP. @throws ControlFailure for an address that exists already, or an interface that does not. */
  *add({ address, maskBits, interfaceName }: RequestOf<'addPublicIp'>): Process<void> {
    const { log, kernel } = this.owner
    log('ctdbd', 'addIp', address.address)
    if (this.table.find(address.address)) {
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
    this.table.insert({ address: address.address, maskBits, interfaces: names })
  }

  /** DEL_PUBLIC_IP. An address that the node owns goes with the next takeover run. @throws ControlFailure for an unknown address. */
  delete(address: string): void {
    const { log, pnn } = this.owner
    log('ctdbd', 'deleteIp', address)
    const ip = this.table.find(address)
    if (!ip) {
      log('ctdbd', 'deleteUnknownIp', address)
      throw new ControlFailure(-1)
    }
    if (ip.pnn === pnn) ip.deletePending = true
    else this.table.forget(ip)
  }
}
