import type { Wait } from '../process/wait.ts'

/** An interface as the operating system has it. */
export interface KernelLink {
  readonly name: string
  /** Whether a cable is plugged in and connected at its other end. */
  readonly carrier: boolean
}

/** An address on an interface. */
export interface KernelAddress {
  readonly address: string
  readonly maskBits: number
  readonly interfaceName: string
  /** Every IPv4 address but the first of its subnet on an interface. It is deleted together with the first one, unless it is promoted. */
  readonly secondary: boolean
  /** Set where another host on the network has this IPv6 address, so that the kernel does not use it. */
  readonly dadFailed?: true
}

/** Whether CTDB sees an address in the kernel: up to 4.21 it tries whether the address can be used. */
export const isSeenByCtdb = ({ dadFailed }: KernelAddress): boolean => dadFailed !== true

/** The result of an event script. `output` has the lines that it wrote, for the log. */
export interface ScriptResult {
  readonly ok: boolean
  readonly output: readonly string[]
}

/** A script that succeeded without output. */
export const DONE: ScriptResult = { ok: true, output: [] }

/**
 * A node's operating system as CTDB uses it: its addresses and links, and the work of the stock script `10.interface`. It is in memory, or
 * (`--netns`) a real network namespace.
 */
export interface Kernel {
  links(): Wait<readonly KernelLink[]>
  addresses(): Wait<readonly KernelAddress[]>
  /** Event `takeip`: brings the interface up and adds the address to it. */
  takeIp(interfaceName: string, address: string, maskBits: number): Wait<ScriptResult>
  /**
   * Event `releaseip`: deletes the address from the interface that it is really on (`interfaceName` is the one that CTDB believes in), and
   * adds the secondary addresses again that were deleted with it. It succeeds, too, when the address is on no interface.
   */
  releaseIp(interfaceName: string, address: string, maskBits: number): Wait<ScriptResult>
}
