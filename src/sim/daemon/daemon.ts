import type { Pnn } from '../../lib/cluster/node.ts'
import type { ControlName, ReplyOf, RequestOf } from '../../lib/wire/controls.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import type { MessageKind } from '../../lib/wire/messages.ts'
import type { Process, Wait } from '../process/wait.ts'
import { ControlFailure } from './control-failure.ts'
import { controlOutcome } from './control-outcome.ts'
import type { ControlCall, ControlOutcome, DaemonPacket, NetworkUser } from './daemon-network.ts'
import type { DaemonOptions } from './daemon-options.ts'
import { DaemonState } from './daemon-state.ts'
import type { Handlers } from './handler.ts'
import { controlHandlers } from './handlers.ts'
import type { Listener } from './mailboxes.ts'
import { startUp } from './startup.ts'

/**
 * A node's main daemon: it holds the state of the node, answers controls, passes messages on and runs the event scripts. It takes no
 * decisions for other nodes.
 */
export class SimDaemon extends DaemonState implements NetworkUser {
  private readonly handlers: Handlers

  constructor(options: DaemonOptions) {
    super(options)
    this.handlers = controlHandlers(this)
  }

  start(): void {
    this.program.start(startUp(this), (outcome) => {
      // A real ctdbd ends, too, when its system fails during start-up.
      if (!outcome.ok && outcome.error instanceof ControlFailure) this.options.ended()
      else if (!outcome.ok) throw outcome.error
    })
  }

  /** Whether the simulator implements this control. */
  serves(name: ControlName): boolean {
    return this.handlers[name] !== undefined
  }

  /**
   * Sends a control to a node (a PNN, or DESTINATION.CURRENT_NODE), as a client of this daemon does. There is no time limit: a node that
   * hangs never answers. Fails with a ControlFailure.
   * @param flags bits of CONTROL_FLAG.
   */
  control<N extends ControlName>(to: number, name: N, request: RequestOf<N>, flags = 0): Wait<ReplyOf<N>> {
    return (done, failed) => {
      this.program.do(() => {
        this.counters.add('clientPacketsReceived')
        this.counters.add('clientReqControl')
        const answered = (outcome: ControlOutcome) => {
          this.counters.add('clientPacketsSent')
          if (outcome.ok) done(outcome.value as ReplyOf<N>)
          else failed(new ControlFailure(outcome.status, outcome.text))
        }
        const call = { name, request, flags }
        if (to === DESTINATION.CURRENT_NODE || to === this.pnn) this.answer(call, answered)
        else this.peers.control(to, call, answered)
      })
      return undefined
    }
  }

  /** Brings a record of a volatile database to this node, as a client of this daemon does. Fails with a ControlFailure. */
  migrate(databaseId: number, key: Uint8Array): Wait<void> {
    return (done, failed) => {
      this.program.do(() => {
        this.counters.add('clientPacketsReceived')
        this.program.start(this.databases.migrations.fetch(databaseId, key), (outcome) => {
          this.counters.add('clientPacketsSent')
          if (outcome.ok) done()
          else failed(outcome.error)
        })
      })
      return undefined
    }
  }

  /** Sends a message as a client of this daemon does: to a PNN or a DESTINATION. */
  send<D>(to: number, kind: MessageKind<D>, data: D): void {
    this.program.do(() => {
      this.counters.add('clientPacketsReceived')
      this.counters.add('clientReqMessage')
    })
    this.mailboxes.send(to, kind, data)
  }

  /** Receives the messages of one kind until the function returned is called. */
  listen<D>({ srvid }: MessageKind<D>, listener: Listener<D>): () => void {
    // A srvid belongs to one kind of message, so what arrives for it has the type of that kind.
    return this.mailboxes.listen(srvid, listener as Listener<unknown>)
  }

  connected(pnn: Pnn): void {
    this.program.do(() => this.peers.connected(pnn))
  }

  disconnected(pnn: Pnn): void {
    this.program.do(() => this.peers.disconnected(pnn))
  }

  received(from: Pnn, packet: DaemonPacket): void {
    this.program.do(() => {
      this.peers.heardOf(from)
      this.counters.received(packet)
      if (packet.kind === 'message') this.mailboxes.deliver(packet.message, packet.data, from)
      if (packet.kind === 'reply') this.peers.replied(packet.id, packet.outcome)
      if (packet.kind === 'control') {
        const { id, call } = packet
        const settle = (outcome: ControlOutcome) => this.network.send(from, { kind: 'reply', id, outcome })
        if ('peer' in call) this.answerPeer(call, settle)
        else this.answer(call, settle)
      }
      if (packet.kind === 'record') this.receiveRecord(packet.record)
    })
  }

  private answer({ name, request, flags }: ControlCall, settle: (outcome: ControlOutcome) => void): void {
    // The request has the type of the name: `control` takes both, and a client's is decoded by the declaration of that name.
    const handler = this.handlers[name] as ((request: unknown, flags: number) => Process<unknown>) | undefined
    const run = function* (): Process<unknown> {
      if (!handler) throw new ControlFailure(-1, `${name} is not simulated`)
      return yield* handler(request, flags)
    }
    this.program.start(run(), (outcome) => settle(controlOutcome(outcome)))
  }
}
