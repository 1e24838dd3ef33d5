import { messages } from '../../lib/wire/messages.ts'
import { type Process, until } from '../process/wait.ts'
import { ControlFailure } from './control-failure.ts'
import type { EventStatus } from './event-scripts.ts'
import { isSeenByCtdb } from './kernel.ts'
import type { PublicAddress, PublicAddressTable } from './public-address-table.ts'
import { nameOf } from './public-interfaces.ts'
import type { PublicIpsOwner } from './public-ips-owner.ts'

/** The event scripts that change the addresses in the kernel of a node. */
export class AddressScripts {
  private readonly owner: PublicIpsOwner
  private readonly table: PublicAddressTable

  constructor(owner: PublicIpsOwner, table: PublicAddressTable) {
    this.owner = owner
    this.table = table
  }

  /** Whether the kernel has the address. */
  *holds(address: string): Process<boolean> {
    const addresses = yield* until(this.owner.kernel.addresses())
    return addresses.some((held) => held.address === address && isSeenByCtdb(held))
  }

  /** Event `takeip`: adds an address to the best interface. @throws ControlFailure when that fails, or a change is in progress. */
  *take(ip: PublicAddress): Process<void> {
    const { owner } = this
    this.begin(ip, 'Takeover')
    try {
      const name = this.table.assign(ip)
      owner.log('ctdbd', 'takeover', ip.address, ip.maskBits, name)
      const work = owner.kernel.takeIp(name, ip.address, ip.maskBits)
      const status = yield* until(owner.scripts.run('takeip', [name, ip.address, ip.maskBits], owner.scriptLimitMs(), work))
      this.judge(status, () => owner.log('ctdbd', 'takeoverFailed', ip.address, name))
      owner.log('ctdbd', 'sendingTakeIp', ip.address)
      owner.announce(messages.takeIp, ip.address)
    } finally {
      ip.updateInFlight = false
    }
  }

  /** Event `updateip`: moves an address from its interface to the best one. @throws as `take` does. */
  *move(ip: PublicAddress): Process<void> {
    const { owner } = this
    const old = ip.interface
    this.begin(ip, 'Update')
    try {
      this.table.unassign(ip)
      const name = this.table.assign(ip)
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
      if (status !== 'ok') this.table.putBack(ip, old)
      this.judge(status, () => owner.log('ctdbd', 'updateFailed', ip.address, from, name))
    } finally {
      ip.updateInFlight = false
    }
  }

  /** Event `releaseip`. A script that timed out gets the node banned. */
  *release(ip: PublicAddress): Process<void> {
    const { owner } = this
    const name = nameOf(ip.interface)
    const work = owner.kernel.releaseIp(name, ip.address, ip.maskBits)
    const status = yield* until(owner.scripts.run('releaseip', [name, ip.address, ip.maskBits], owner.scriptLimitMs(), work))
    if (status === 'timed out') owner.banSelf()
  }

  /** @throws ControlFailure when the script did not succeed. A script that timed out also gets the node banned. */
  private judge(status: EventStatus, complain: () => void): void {
    if (status === 'ok') return
    if (status === 'timed out') this.owner.banSelf()
    complain()
    throw new ControlFailure(-1)
  }

  /** Notes that a change is in progress. @throws ControlFailure when one is already. */
  begin(ip: PublicAddress, what: 'Takeover' | 'Release' | 'Update'): void {
    if (ip.updateInFlight) {
      this.owner.log('ctdbd', 'inFlight', what, ip.address, ip.maskBits)
      throw new ControlFailure(-1)
    }
    ip.updateInFlight = true
  }
}
