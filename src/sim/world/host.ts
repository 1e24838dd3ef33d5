import type { Kernel } from '../daemon/kernel.ts'
import type { Wait } from '../process/wait.ts'

/** A node's operating system, with the changes that do not come from CTDB. */
export interface Host extends Kernel {
  /** Restarts the network service: every interface then has the addresses of its configuration, and no others. */
  restartNetwork(): Wait<void>
  setCarrier(interfaceName: string, carrier: boolean): Wait<void>
  /** `ip addr add`, as an administrator would run it. */
  addByHand(interfaceName: string, address: string, maskBits: number): Wait<void>
  /** `ip addr del`, as an administrator would run it. */
  deleteByHand(address: string): Wait<void>
  /** The output of `ip -j addr`. */
  ipAddrJson(): Wait<string>
}
