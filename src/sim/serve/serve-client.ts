import type { Duplex } from 'node:stream'
import { UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { decode, encode } from '../../lib/wire/codec.ts'
import { CONTROL_FLAG, type Control, type ControlName, controlNameByOpcode, controls } from '../../lib/wire/controls.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import { FrameSplitter } from '../../lib/wire/frames.ts'
import { type MessageKind, message, messageBySrvid } from '../../lib/wire/messages.ts'
import { decodePacket, encodePacket, measurePacket, type Packet } from '../../lib/wire/packet.ts'
import { restBytes } from '../../lib/wire/primitives.ts'
import { ControlFailure } from '../daemon/control-failure.ts'
import type { SimDaemon } from '../daemon/daemon.ts'
import { internalMessages } from '../daemon/internal-messages.ts'

type ControlPacket = Extract<Packet, { kind: 'control' }>
type MessagePacket = Extract<Packet, { kind: 'message' }>
type CallPacket = Extract<Packet, { kind: 'call' }>

/** What a transaction or a part of a backup may have at most. */
const MAX_FRAME_BYTES = 1 << 26
/** A client that has not read this much is disconnected. */
const MAX_QUEUED_BYTES = 16 << 20

const INTERNAL_SRVIDS: ReadonlySet<bigint> = new Set(Object.values(internalMessages).map(({ srvid }) => srvid))

/** Runs an action in the simulated world at its current time. */
export type Enter = (action: () => void) => void

/**
 * Serves one client of a simulated daemon over any stream, in CTDB's protocol. Invalid packets end the stream.
 */
export function serveClient(stream: Duplex, daemon: SimDaemon, enter: Enter): void {
  const client = new ServedClient(stream, daemon, enter)
  const frames = new FrameSplitter(measurePacket, MAX_FRAME_BYTES)
  stream.on('data', (chunk: Uint8Array) => {
    try {
      for (const frame of frames.push(chunk)) client.receive(decodePacket(frame))
    } catch (error) {
      stream.destroy()
      // Invalid packets end the connection. Anything else is a bug in the simulation.
      if (!(error instanceof CtdbtsError)) throw error
    }
  })
  stream.on('error', () => stream.destroy())
  stream.on('end', () => stream.end())
  stream.on('close', () => client.close())
}

class ServedClient {
  private readonly stream: Duplex
  private readonly daemon: SimDaemon
  private readonly enter: Enter
  /** The functions that end the registrations, by srvid. */
  private readonly registrations = new Map<bigint, () => void>()

  constructor(stream: Duplex, daemon: SimDaemon, enter: Enter) {
    this.stream = stream
    this.daemon = daemon
    this.enter = enter
  }

  receive(packet: Packet): void {
    if ('srvid' in packet && INTERNAL_SRVIDS.has(packet.srvid)) return
    if (packet.kind === 'control') this.enter(() => this.control(packet))
    if (packet.kind === 'message') this.enter(() => this.message(packet))
    if (packet.kind === 'call') this.enter(() => this.call(packet))
  }

  close(): void {
    for (const end of this.registrations.values()) end()
    this.registrations.clear()
  }

  private control(packet: ControlPacket): void {
    const name = controlNameByOpcode(packet.opcode)
    if (name === 'registerSrvid') this.whenItRuns(() => this.register(packet))
    else if (name === 'deregisterSrvid') this.whenItRuns(() => this.deregister(packet))
    else if (name !== undefined && this.daemon.serves(name)) this.ask(packet, name)
    else this.whenItRuns(() => this.reply(packet, -1, `Unknown CTDB control opcode ${packet.opcode}`))
  }

  private ask(packet: ControlPacket, name: ControlName): void {
    const control: Control<unknown, unknown> = controls[name]
    let request: unknown
    try {
      request = decode(control.request, packet.data)
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      this.whenItRuns(() => this.reply(packet, -1, text))
      return
    }
    // Decoded by the declaration of this control, it has the type that the daemon expects.
    const answer = this.daemon.control(packet.header.destination, name, request as never, packet.flags)
    answer(
      (value) => {
        const { status, data } = control.writeReply(value)
        this.reply(packet, status, '', data)
      },
      (error) => {
        if (!(error instanceof ControlFailure)) throw error
        this.reply(packet, error.status, error.message)
      },
    )
  }

  /** Every call moves a record here; it has no other effect. */
  private call({ header, databaseId, key }: CallPacket): void {
    const answer = (status: number) => {
      const addressing = { destination: header.source, source: this.daemon.pnn, requestId: header.requestId }
      this.send(encodePacket(addressing, { kind: 'callReply', status, data: new Uint8Array() }))
    }
    this.daemon.migrate(databaseId, key)(
      () => answer(0),
      (error) => {
        if (!(error instanceof ControlFailure)) throw error
        answer(error.status)
      },
    )
  }

  private deregister(packet: ControlPacket): void {
    this.registrations.get(packet.srvid)?.()
    this.registrations.delete(packet.srvid)
    this.reply(packet, 0)
  }

  private register(packet: ControlPacket): void {
    const { srvid } = packet
    if (!this.registrations.has(srvid)) {
      const end = this.daemon.mailboxes.listen(srvid, (data, from, kind) => {
        const addressing = { destination: this.daemon.pnn, source: from, requestId: 0 }
        this.send(encodePacket(addressing, { kind: 'message', srvid, data: encode(kind.data, data) }))
      })
      this.registrations.set(srvid, end)
    }
    this.reply(packet, 0)
  }

  private message({ header, srvid, data }: MessagePacket): void {
    const kind = messageBySrvid(srvid) ?? undeclaredMessage(srvid)
    let decoded: unknown
    try {
      decoded = decode(kind.data, data)
    } catch {
      // The sender of a message waits for no answer, so what does not fit its srvid is dropped.
      return
    }
    this.daemon.send(header.destination, kind, decoded)
  }

  /** Runs an action when the daemon runs: a daemon that hangs answers later, or never. */
  private whenItRuns(action: () => void): void {
    this.daemon.program.do(action)
  }

  private reply(packet: ControlPacket, status: number, errorText = '', data: Uint8Array = new Uint8Array()): void {
    if ((packet.flags & CONTROL_FLAG.NO_REPLY) !== 0) return
    const { source, requestId } = packet.header
    const { pnn } = this.daemon
    const to = packet.header.destination
    const addressing = {
      destination: source === UNKNOWN_PNN ? pnn : source,
      source: to === DESTINATION.CURRENT_NODE ? pnn : to,
      requestId,
    }
    this.send(encodePacket(addressing, { kind: 'reply', status, data, errorText }))
  }

  private send(bytes: Uint8Array): void {
    if (this.stream.destroyed) return
    if (this.stream.writableLength > MAX_QUEUED_BYTES) this.stream.destroy()
    else this.stream.write(bytes)
  }
}

/** A message for a srvid that only the clients themselves know: its bytes are passed on as they are. */
const undeclaredMessage = (srvid: bigint): MessageKind<unknown> => message(srvid, 'undeclared', restBytes) as MessageKind<unknown>
