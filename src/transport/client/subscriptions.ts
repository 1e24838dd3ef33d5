import type { MessageKind } from '../../lib/wire/messages.ts'
import type { MessagePacket } from '../../lib/wire/packet.ts'
import { orAborted } from '../or-aborted.ts'
import { type Flow, MessageQueue, type Subscription, type SubscriptionOptions } from './subscription.ts'

/** A srvid for which the daemon sends messages to this connection. */
interface Registration {
  readonly listeners: Set<MessageQueue<unknown>>
  readonly done: Promise<void>
}

/** Registers srvids with the daemon, and controls the flow of its messages. */
export interface SrvidRegistry extends Flow {
  register(srvid: bigint): Promise<void>
  /** Called when the last subscription of the srvid has ended. */
  deregister(srvid: bigint): void
}

/** The subscriptions of one connection. Each srvid is registered once, regardless of the number of subscriptions. */
export class Subscriptions {
  private readonly registry: SrvidRegistry
  private readonly registrations = new Map<bigint, Registration>()

  constructor(registry: SrvidRegistry) {
    this.registry = registry
  }

  /** Resolves when the daemon has registered the srvid. @throws as `register`; the signal's reason. */
  async add<D>(kind: MessageKind<D>, options: SubscriptionOptions<D>): Promise<Subscription<D>> {
    options.signal?.throwIfAborted()
    const subscription = new MessageQueue(kind, (closed) => this.remove(closed as MessageQueue<unknown>), options, this.registry)
    const { srvid } = kind
    const registration = this.registrations.get(srvid) ?? { listeners: new Set(), done: this.registry.register(srvid) }
    this.registrations.set(srvid, registration)
    registration.listeners.add(subscription as MessageQueue<unknown>)
    try {
      await orAborted(registration.done, options.signal)
    } catch (error) {
      // After an abort the registration stays: other subscriptions may wait for it.
      if (!options.signal?.aborted) this.registrations.delete(srvid)
      subscription.fail(error)
      throw error
    }
    return subscription
  }

  /** Hands a message to the subscriptions of its srvid; one without subscriptions is dropped. */
  deliver(packet: MessagePacket): void {
    for (const listener of this.registrations.get(packet.srvid)?.listeners ?? []) listener.deliver(packet)
  }

  /** Ends all subscriptions with an error. */
  failAll(error: unknown): void {
    for (const { listeners } of this.registrations.values()) for (const listener of listeners) listener.fail(error)
    this.registrations.clear()
  }

  private remove(subscription: MessageQueue<unknown>): void {
    const { srvid } = subscription.kind
    const listeners = this.registrations.get(srvid)?.listeners
    if (!listeners?.delete(subscription) || listeners.size > 0) return
    this.registrations.delete(srvid)
    this.registry.deregister(srvid)
  }
}
