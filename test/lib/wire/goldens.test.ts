import { describe, expect, it } from 'vitest'
import { type AnyCodec, decode, encode } from '../../../src/lib/wire/codec.ts'
import { controlByOpcode, controls } from '../../../src/lib/wire/controls.ts'
import {
  decodeEventStatus,
  decodeEventStatusRequest,
  encodeEventStatus,
  encodeEventStatusRequest,
} from '../../../src/lib/wire/eventd.ts'
import { messageBySrvid } from '../../../src/lib/wire/messages.ts'
import { decodePacket, encodePacket, type Packet } from '../../../src/lib/wire/packet.ts'
import { restBytes } from '../../../src/lib/wire/primitives.ts'
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

/** The data of a packet, the name of their declaration, and the data after decoding and encoding by it. */
function contents({ packet, opcode }: Opened): { what: string; data: Uint8Array; again: Uint8Array } {
  if (packet.kind === 'other') throw new Error(`no client sends or gets operation ${packet.header.operation}`)
  const { data } = packet
  const through = (what: string, codec: AnyCodec) => ({ what, data, again: encode(codec, decode(codec, data)) })
  if (packet.kind === 'message') {
    const kind = messageBySrvid(packet.srvid)
    if (!kind) throw new Error(`nothing is declared for srvid ${packet.srvid.toString(16)}`)
    return through(`${kind.name} message`, kind.data)
  }
  if (packet.kind !== 'control' && packet.kind !== 'reply') throw new Error(`no golden run has a ${packet.kind}`)
  const asked = packet.kind === 'control' ? packet.opcode : opcode
  // A reply whose request came before the recording began, or to a control that failed, holds nothing.
  if (asked === undefined || (packet.kind === 'reply' && packet.status < 0)) return through('nothing', restBytes)
  const control = controlByOpcode(asked)
  if (!control) throw new Error(`nothing is declared for control ${asked}`)
  if (packet.kind === 'control') return through(`${control.name} request`, control.request)
  const again = control.writeReply(control.readReply(packet))
  expect(again.status).toBe(packet.status)
  return { what: `${control.name} reply`, data, again: again.data }
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

  it('has data that its declaration decodes, and encodes again to the same bytes', () => {
    const seen = new Set<string>()
    for (const item of opened.flatMap(({ packets }) => packets)) {
      const { what, data, again } = contents(item)
      expect([what, hex(again)]).toEqual([what, hex(data)])
      seen.add(what)
    }
    expect(seen.size).toBeGreaterThan(80)
  })

  it('decodes to the values that the real tool printed', () => {
    const statistics = opened
      .find(({ title }) => title === '4.17 ctdb statistics')
      ?.packets.find(({ opcode }) => opcode === controls.statistics.opcode)?.packet
    expect(statistics?.kind).toBe('reply')
    if (statistics?.kind !== 'reply') return
    const decoded = controls.statistics.readReply(statistics)
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
