import type { Kernel } from '../node/kernel.ts'
import type { Wait } from '../process/wait.ts'

/** A node's operating system, with what befalls it from outside of CTDB. */
export interface Host extends Kernel {
  /** The network service is restarted: every interface comes back with the addresses of its configuration, and only those. */
  restartNetwork(): Wait<void>
  setCarrier(interfaceName: string, carrier: boolean): Wait<void>
  /** Somebody types `ip addr add`. */
  addByHand(interfaceName: string, address: string, maskBits: number): Wait<void>
  /** Somebody types `ip addr del`. */
  deleteByHand(address: string): Wait<void>
  /** What `ip -j addr` prints there. */
  ipAddrJson(): Wait<string>
}
