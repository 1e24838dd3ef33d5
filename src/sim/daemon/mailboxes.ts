import type { Pnn } from '../../lib/cluster/node.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import type { MessageKind } from '../../lib/wire/messages.ts'
import type { Program } from '../process/program.ts'
import type { Counters } from './counters.ts'
import type { DaemonNetwork } from './daemon-network.ts'
import type { Peers } from './peers.ts'

/** Receives the messages for a srvid. `kind` is the kind that the sender named. */
export type Listener<Data> = (data: Data, from: Pnn, kind: MessageKind<Data>) => void

export interface MailboxesOwner {
  readonly pnn: Pnn
  readonly program: Program
  readonly network: DaemonNetwork
  readonly peers: Peers
  readonly counters: Counters
}

/** Who listens on this node to which srvid, and the way of messages to the listeners here and on other nodes. */
export class Mailboxes {
  private readonly owner: MailboxesOwner
  private readonly listeners = new Map<bigint, Set<Listener<unknown>>>()

  constructor(owner: MailboxesOwner) {
    this.owner = owner
  }

  /** Sends a message to the listeners on one node (a PNN), on this one, or on all connected nodes (`DESTINATION`). */
  send<D>(to: number, kind: MessageKind<D>, data: D): void {
    const { pnn: own, program, network } = this.owner
    program.do(() => {
      for (const pnn of this.destinations(to)) {
        if (pnn === own) this.deliver(kind, data, own)
        else network.send(pnn, { kind: 'message', message: kind, data })
      }
    })
  }

  /** Receives the messages for a srvid, of whatever kind they are, until the function returned is called. */
  listen(srvid: bigint, listener: Listener<unknown>): () => void {
    const listeners = this.listeners.get(srvid) ?? new Set()
    this.listeners.set(srvid, listeners)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  hasListeners(srvid: bigint): boolean {
    return (this.listeners.get(srvid)?.size ?? 0) > 0
  }

  /** Passes a message to the listeners on this node. */
  deliver<D>(kind: MessageKind<D>, data: D, from: Pnn): void {
    for (const listener of [...(this.listeners.get(kind.srvid) ?? [])]) {
      this.owner.counters.add('clientPacketsSent')
      listener(data, from, kind as MessageKind<unknown>)
    }
  }

  private destinations(to: number): Pnn[] {
    const { pnn, peers } = this.owner
    if (to === DESTINATION.CURRENT_NODE) return [pnn]
    if (to === DESTINATION.CONNECTED_NODES || to === DESTINATION.ALL_NODES) return [pnn, ...peers.connectedOthers()]
    return [to]
  }
}
