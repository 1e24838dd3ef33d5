import { describe, expect, it } from 'vitest'
import { type AnyCodec, decode, encode } from '../../../src/transport/wire/codec.ts'
import { controlByOpcode, controls } from '../../../src/transport/wire/controls.ts'
import {
  decodeEventStatus,
  decodeEventStatusRequest,
  encodeEventStatus,
  encodeEventStatusRequest,
} from '../../../src/transport/wire/eventd.ts'
import { messageBySrvid } from '../../../src/transport/wire/messages.ts'
import { decodePacket, encodePacket, type Packet } from '../../../src/transport/wire/packet.ts'
import { nothing, restBytes } from '../../../src/transport/wire/primitives.ts'
import { goldenEventExchanges, goldenRuns } from '../../support/goldens.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

interface Opened {
  readonly packet: Packet
  readonly bytes: Buffer
  /** The control that a reply answers. */
  readonly opcode?: number
}

/** All packets of a run; replies know what they answer. */
function open(run: (typeof goldenRuns)[number]): Opened[] {
  const asked = new Map<number, number[]>()
  return run.packets.map(({ bytes }) => {
    const packet = decodePacket(bytes)
    const { requestId } = packet.header
    if (packet.kind === 'control') asked.set(requestId, [...(asked.get(requestId) ?? []), packet.opcode])
    if (packet.kind !== 'reply') return { packet, bytes }
    const opcode = asked.get(requestId)?.shift()
    return { packet, bytes, ...(opcode === undefined ? {} : { opcode }) }
  })
}

/** The data of a packet, and the record that says what they are. */
function contents({ packet, opcode }: Opened): { what: string; codec: AnyCodec; data: Uint8Array } {
  if (packet.kind === 'other') throw new Error(`no client sends or gets operation ${packet.header.operation}`)
  const { data } = packet
  if (packet.kind === 'message') {
    const kind = messageBySrvid(packet.srvid)
    if (!kind) throw new Error(`nothing is declared for srvid ${packet.srvid.toString(16)}`)
    return { what: `${kind.name} message`, codec: kind.data, data }
  }
  const asked = packet.kind === 'control' ? packet.opcode : opcode
  // A reply whose request came before the recording began, or to a control that failed, holds nothing.
  if (asked === undefined || (packet.kind === 'reply' && packet.status < 0)) return { what: 'nothing', codec: restBytes, data }
  const control = controlByOpcode(asked)
  if (!control) throw new Error(`nothing is declared for control ${asked}`)
  if (packet.kind === 'control') return { what: `${control.name} request`, codec: control.request, data }
  const codec = control.reply === 'status' ? nothing : control.reply
  return { what: `${control.name} reply`, codec, data }
}

const opened = goldenRuns.map((run) => ({ title: `${run.version} ctdb ${run.argv.join(' ')}`, packets: open(run) }))

describe('every golden packet', () => {
  it('decodes, and encodes again to the same bytes', () => {
    let count = 0
    for (const { packets } of opened) {
      for (const { packet, bytes } of packets) {
        expect(packet.kind).not.toBe('other')
        if (packet.kind === 'other') continue
        expect(hex(encodePacket(packet.header, packet))).toBe(hex(bytes))
        count++
      }
    }
    expect(count).toBe(2137)
  })

  it('has data that decode as the record of its control or message says, and encode again to the same bytes', () => {
    const seen = new Set<string>()
    for (const item of opened.flatMap(({ packets }) => packets)) {
      const { what, codec, data } = contents(item)
      expect([what, hex(encode(codec, decode(codec, data)))]).toEqual([what, hex(data)])
      seen.add(what)
    }
    expect(seen.size).toBeGreaterThan(80)
  })

  it('gives the meaning that the real tool printed', () => {
    const statistics = opened
      .find(({ title }) => title === '4.17 ctdb statistics')
      ?.packets.find(({ opcode }) => opcode === controls.statistics.opcode)?.packet
    expect(statistics?.kind).toBe('reply')
    if (statistics?.kind !== 'reply' || controls.statistics.reply === 'status') return
    const decoded = decode(controls.statistics.reply, statistics.data)
    const printed = goldenRuns.find(({ argv, version }) => version === '4.17' && argv[0] === 'statistics')?.stdout ?? ''
    const shown = (name: string) => Number(new RegExp(`^\\s*${name}\\s+(\\d+)`, 'm').exec(printed)?.[1])
    expect(decoded.numClients).toBe(shown('num_clients'))
    expect(decoded.client.reqControl).toBe(Number(/client\n(?:.*\n)*?\s+req_control\s+(\d+)/.exec(printed)?.[1]))
    expect(decoded.memoryUsed).toBe(shown('memory_used'))
    expect(decoded.numRecoveries).toBe(shown('num_recoveries'))
    expect(decoded.maxHopCount).toBe(shown('max_hop_count'))
  })
})

describe('every golden exchange with the event daemon', () => {
  it('decodes, and encodes again to the same bytes', () => {
    expect(goldenEventExchanges.length).toBe(3)
    for (const [request, reply] of goldenEventExchanges) {
      if (!request || !reply) throw new Error('an exchange is a request and a reply')
      const asked = decodeEventStatusRequest(request.bytes)
      expect(asked.component).toBe('legacy')
      expect(hex(encodeEventStatusRequest(asked.requestId, asked))).toBe(hex(request.bytes))
      const status = decodeEventStatus(reply.bytes)
      expect(status.scripts.map(({ name }) => name)).toEqual(['00.ctdb', '01.reclock', '05.system', '10.interface'])
      expect(hex(encodeEventStatus(status.requestId, status))).toBe(hex(reply.bytes))
    }
  })
})
