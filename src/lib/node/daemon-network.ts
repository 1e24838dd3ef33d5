import type { Pnn } from '../cluster/node.ts'
import type { ControlName } from './control-types.ts'

/** How a control ended. */
export type ControlOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly status: number; readonly text: string }

/** What daemons send each other. */
export type DaemonPacket =
  | { readonly kind: 'control'; readonly id: number; readonly name: ControlName; readonly request: unknown }
  | { readonly kind: 'reply'; readonly id: number; readonly outcome: ControlOutcome }
  | { readonly kind: 'message'; readonly srvid: bigint; readonly data: unknown }
  | { readonly kind: 'keepalive' }

/** A daemon's connections to the others: reliable and in order, as TCP is, until they break. */
export interface DaemonNetwork {
  /** Nothing tells whether it arrives. */
  send(to: Pnn, packet: DaemonPacket): void
  /** Ends the connection; a new one is tried for from then on. */
  hangUp(to: Pnn): void
}

/** What the network tells a daemon. */
export interface NetworkUser {
  connected(pnn: Pnn): void
  disconnected(pnn: Pnn): void
  received(from: Pnn, packet: DaemonPacket): void
}
