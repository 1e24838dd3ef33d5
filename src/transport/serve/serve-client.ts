import type { Duplex } from 'node:stream'
import { UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import { DESTINATION } from '../../lib/cluster/srvid.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { ControlFailure } from '../../lib/node/control-types.ts'
import type { Daemon } from '../../lib/node/daemon.ts'
import { INTERNAL_SRVID } from '../../lib/node/message-types.ts'
import { decode, encode } from '../wire/codec.ts'
import { CONTROL_FLAG, controls } from '../wire/controls.ts'
import { FrameSplitter } from '../wire/frames.ts'
import { messageBySrvid } from '../wire/messages.ts'
import { decodePacket, encodePacket, measurePacket, type Packet } from '../wire/packet.ts'
import { type ServedControl, servedControl } from './served-controls.ts'

type ControlPacket = Extract<Packet, { kind: 'control' }>
type MessagePacket = Extract<Packet, { kind: 'message' }>

/** No real client sends more at once. */
const MAX_FRAME_BYTES = 1 << 20
/** A client that does not read while so much waits for it is not waited for any longer. */
const MAX_QUEUED_BYTES = 16 << 20

/** Lets something happen in the simulated world, at the moment that it is there. */
export type Enter = (action: () => void) => void

/**
 * Serves one client of a simulated daemon, on whatever connects the two, in CTDB's own protocol. It ends with the stream; what is no
 * CTDB ends the stream.
 */
export function serveClient(stream: Duplex, daemon: Daemon, enter: Enter): void {
  const client = new ServedClient(stream, daemon, enter)
  const frames = new FrameSplitter(measurePacket, MAX_FRAME_BYTES)
  stream.on('data', (chunk: Uint8Array) => {
    try {
      for (const frame of frames.push(chunk)) client.receive(decodePacket(frame))
    } catch (error) {
      stream.destroy()
      // What is no CTDB ends the connection; anything else is a bug in the simulation, and not to be hidden.
      if (!(error instanceof CtdbtsError)) throw error
    }
  })
  stream.on('error', () => stream.destroy())
  stream.on('end', () => stream.end())
  stream.on('close', () => client.close())
}

class ServedClient {
  private readonly stream: Duplex
  private readonly daemon: Daemon
  private readonly enter: Enter
  /** How to end each registration, by srvid. */
  private readonly registrations = new Map<bigint, () => void>()

  constructor(stream: Duplex, daemon: Daemon, enter: Enter) {
    this.stream = stream
    this.daemon = daemon
    this.enter = enter
  }

  receive(packet: Packet): void {
    if ('srvid' in packet && Object.values<bigint>(INTERNAL_SRVID).includes(packet.srvid)) return
    if (packet.kind === 'control') this.enter(() => this.control(packet))
    if (packet.kind === 'message') this.enter(() => this.message(packet))
  }

  close(): void {
    for (const end of this.registrations.values()) end()
    this.registrations.clear()
  }

  private control(packet: ControlPacket): void {
    const found = servedControl(this.daemon, packet.opcode, packet.flags)
    if (packet.opcode === controls.registerSrvid.opcode) this.whenItRuns(() => this.register(packet))
    else if (packet.opcode === controls.deregisterSrvid.opcode) this.whenItRuns(() => this.deregister(packet))
    else if (found) this.ask(packet, found)
    else this.whenItRuns(() => this.reply(packet, -1, `Unknown CTDB control opcode ${packet.opcode}`))
  }

  private ask(packet: ControlPacket, { name, control }: ServedControl): void {
    let request: unknown
    try {
      request = decode(control.request, packet.data)
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      this.whenItRuns(() => this.reply(packet, -1, text))
      return
    }
    this.daemon.control(
      packet.header.destination,
      name,
      request as never,
    )(
      (value) => {
        if (control.reply === 'status') this.reply(packet, Number(value))
        else this.reply(packet, 0, '', encode(control.reply, value))
      },
      (error) => {
        if (!(error instanceof ControlFailure)) throw error
        this.reply(packet, error.status, error.message)
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
      const end = this.daemon.listen(srvid, (data, from) => {
        const kind = messageBySrvid(srvid)
        const bytes = data instanceof Uint8Array ? data : kind ? encode(kind.data, data) : new Uint8Array()
        const addressing = { destination: this.daemon.pnn, source: from, requestId: 0 }
        this.send(encodePacket(addressing, { kind: 'message', srvid, data: bytes }))
      })
      this.registrations.set(srvid, end)
    }
    this.reply(packet, 0)
  }

  private message({ header, srvid, data }: MessagePacket): void {
    const kind = messageBySrvid(srvid)
    let message: unknown = data
    try {
      if (kind) message = decode(kind.data, data)
    } catch {
      // What is not what its srvid says is dropped, as nobody waits for an answer.
      return
    }
    this.daemon.send(header.destination, srvid, message)
  }

  /** A daemon that hangs answers later, or never; also what it need not think about. */
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
