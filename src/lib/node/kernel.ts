import type { Wait } from '../process/wait.ts'

/** An interface as the operating system has it. */
export interface KernelLink {
  readonly name: string
  /** A cable is in, and at its other end is somebody. */
  readonly carrier: boolean
}

/** An address on an interface. */
export interface KernelAddress {
  readonly address: string
  readonly maskBits: number
  readonly interfaceName: string
  /** Linux calls every IPv4 address but the first of its subnet on an interface so: it goes when the first goes, unless promoted. */
  readonly secondary: boolean
}

/** How an event script ended. `output` is what it wrote, for the log. */
export interface ScriptResult {
  readonly ok: boolean
  readonly output: readonly string[]
}

/** A script that has done its work, and has nothing to say about it. */
export const DONE: ScriptResult = { ok: true, output: [] }

/**
 * What CTDB sees and does of a node's operating system: the addresses and links, and the work of the stock script `10.interface`. In memory,
 * or (`--netns`) a real network namespace.
 */
export interface Kernel {
  links(): Wait<readonly KernelLink[]>
  addresses(): Wait<readonly KernelAddress[]>
  /** Event `takeip`: brings the interface up, and puts the address on it. */
  takeIp(interfaceName: string, address: string, maskBits: number): Wait<ScriptResult>
  /**
   * Event `releaseip`: takes the address off, whatever interface it is really on (`interfaceName` is what CTDB believes), and puts those
   * secondary addresses back that went along with it. No such address is no failure.
   */
  releaseIp(interfaceName: string, address: string, maskBits: number): Wait<ScriptResult>
}
