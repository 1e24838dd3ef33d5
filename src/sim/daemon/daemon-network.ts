import type { Pnn } from '../../lib/cluster/node.ts'
import type { ControlName } from '../../lib/wire/controls.ts'
import type { MessageKind } from '../../lib/wire/messages.ts'
import type { PeerCall, RecordPacket } from '../databases/packets.ts'

/** How a control ended. */
export type ControlOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly status: number; readonly text: string }

/** A control with its request, which has the type that the control declares. */
export interface ControlCall {
  readonly name: ControlName
  readonly request: unknown
  /** Bits of CONTROL_FLAG. */
  readonly flags: number
}

/** What daemons send each other. */
export type DaemonPacket =
  | { readonly kind: 'control'; readonly id: number; readonly call: ControlCall | PeerCall }
  | { readonly kind: 'reply'; readonly id: number; readonly outcome: ControlOutcome }
  | { readonly kind: 'message'; readonly message: MessageKind<unknown>; readonly data: unknown }
  | { readonly kind: 'record'; readonly record: RecordPacket }
  | { readonly kind: 'keepalive' }

/** A daemon's connections to the others: reliable and in order, as TCP is, until they break. */
export interface DaemonNetwork {
  /** The sender does not learn whether it arrives. */
  send(to: Pnn, packet: DaemonPacket): void
  /** Ends the connection; the network then tries to set up a new one. */
  hangUp(to: Pnn): void
}

/** What a daemon learns from the network. */
export interface NetworkUser {
  connected(pnn: Pnn): void
  disconnected(pnn: Pnn): void
  received(from: Pnn, packet: DaemonPacket): void
}
