import type { Pnn } from '../../lib/cluster/node.ts'
import type { InterfaceState } from '../../lib/cluster/report.ts'
import type { OfNode, Versioned } from './common.ts'

/** `ifaces`: the interfaces of a node that CTDB looks after. */
export interface IfacesDocument extends OfNode {
  readonly interfaces: readonly InterfaceState[]
}

/** `ipinfo`: what a node knows of a public address. */
export interface IpinfoDocument extends Versioned {
  /** The node that was asked. */
  readonly asked: Pnn
  readonly publicIp: string
  /** The owner; null if no node owns the address. */
  readonly pnn: Pnn | null
  /** The interface that has the address; null if none does. */
  readonly activeInterface: string | null
  /** The interfaces that may have it. */
  readonly interfaces: readonly InterfaceState[]
}

/** `addip`: a public address that a node knows now. */
export interface AddipDocument extends OfNode {
  readonly publicIp: string
  readonly interfaces: readonly string[]
  /** False if the node knew the address already. */
  readonly added: boolean
}

/** `delip`: a public address that a node does not know any more. */
export interface DelipDocument extends OfNode {
  readonly publicIp: string
  /** False if the node will remove it only later. */
  readonly deleted: boolean
}

/** `moveip`: the move of an address, and what the next takeover run will do with it. */
export interface MoveipDocument extends Versioned {
  readonly publicIp: string
  /** The new owner. */
  readonly pnn: Pnn
  /** Where the next takeover run leaves the address, and why; null if that is not known. */
  readonly nextRun: { readonly pnn: Pnn | null; readonly reason: string } | null
  /** Why that is not known; null if it is. */
  readonly unknown: string | null
}

/** `gratarp`: an announcement of an address. */
export interface GratarpDocument extends OfNode {
  readonly publicIp: string
  readonly interface: string
}

/** `setifacelink`: the state of a link, as the daemon is to see it. */
export interface SetifacelinkDocument extends OfNode {
  readonly interface: string
  readonly linkUp: boolean
}

/** An end of a TCP connection. */
interface ConnectionEnd {
  readonly address: string
  readonly port: number
}

/** `gettickles`: the client connections that a takeover of the address resets. */
export interface GetticklesDocument extends Versioned {
  readonly publicIp: string
  readonly connections: readonly {
    /** The client. */
    readonly source: ConnectionEnd
    /** The public address. */
    readonly destination: ConnectionEnd
  }[]
}

/** `addtickle`: how many connections were added. */
export interface AddtickleDocument extends OfNode {
  readonly added: number
}

/** `deltickle`: how many connections were removed. */
export interface DeltickleDocument extends OfNode {
  readonly removed: number
}

/** `tickle`: how many connections were reset. */
export interface TickleDocument extends Versioned {
  readonly sent: number
}
