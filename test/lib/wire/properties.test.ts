import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AnyCodec, DecodeError, decode, encode } from '../../../src/lib/wire/codec.ts'
import { controlByOpcode, controls } from '../../../src/lib/wire/controls.ts'
import { FrameSplitter } from '../../../src/lib/wire/frames.ts'
import { decodePacket, encodePacket, measurePacket } from '../../../src/lib/wire/packet.ts'
import { declaredCodecs, socketAddresses, valuesOf } from '../../support/arbitraries.ts'
import { goldenRuns } from '../../support/goldens.ts'

// fast-check prints the seed and the path of a failure; `FC_SEED=… npm test` runs it again.
const seed = process.env.FC_SEED === undefined ? {} : { seed: Number(process.env.FC_SEED) }
fc.configureGlobal({ ...seed })

describe.each(declaredCodecs)('%s', (_name, codec: AnyCodec) => {
  it('decodes to the value that was encoded', () => {
    fc.assert(
      fc.property(valuesOf(codec), (value) => {
        const bytes = encode(codec, value)
        if (codec.size !== undefined) expect(bytes.length).toBe(codec.size)
        // The capabilities' single bits follow from the whole; the same bytes mean the same value.
        const there = decode(codec, bytes)
        expect(there).toEqual(value)
        expect(encode(codec, there)).toEqual(bytes)
      }),
      { numRuns: 50 },
    )
  })

  it('ignores bytes after a value, unless the value extends to the end', () => {
    fc.assert(
      fc.property(valuesOf(codec), fc.uint8Array({ maxLength: 32 }), (value, tail) => {
        const bytes = new Uint8Array(Buffer.concat([encode(codec, value), goesToTheEnd(codec) ? new Uint8Array() : tail]))
        expect(decode(codec, bytes)).toEqual(value)
      }),
      { numRuns: 20 },
    )
  })

  it('refuses every truncation, with an offset within the bytes', () => {
    const isRefusal = (error: unknown, length: number) => error instanceof DecodeError && error.offset <= length
    fc.assert(
      fc.property(valuesOf(codec), (value) => {
        const bytes = encode(codec, value)
        const errors = Array.from(bytes, (_, length) => failure(() => decode(codec, bytes.subarray(0, length))))
        const wrong = errors.filter((error, length) => !isRefusal(error, length) && !(error === undefined && goesToTheEnd(codec)))
        expect(wrong).toEqual([])
      }),
      { numRuns: 10 },
    )
  })
})

/** A text, bytes or a list that simply ends with the data is whole at any length. */
function goesToTheEnd({ layout }: AnyCodec): boolean {
  if (layout.kind === 'scalar') return layout.type.endsWith('to the end')
  if (layout.kind === 'list') return layout.count === 'rest'
  return layout.kind === 'mapped' && goesToTheEnd(layout.inner)
}

function failure(step: () => unknown): unknown {
  try {
    step()
  } catch (error) {
    return error
  }
  return undefined
}

it('a text keeps a byte order mark at its beginning', () => {
  const text = '\ufeff/shared/lock'
  expect(decode(controls.getReclockFile.reply, encode(controls.getReclockFile.reply, text))).toBe(text)
  const reply = encodePacket(
    { destination: 0, source: 1, requestId: 1 },
    { kind: 'reply', status: -1, data: Buffer.of(), errorText: text },
  )
  expect(decodePacket(reply)).toMatchObject({ errorText: text })
})

describe('errors', () => {
  it('name the field and the offset', () => {
    const { reply } = controls.getPublicIps
    const bytes = encode(
      reply,
      [1, 2].map((pnn) => ({ pnn, address: { family: 'ipv4' as const, address: '10.0.0.1', port: 0 } })),
    )
    bytes[4 + 32 + 4] = 77
    expect(() => decode(reply, bytes)).toThrow('[1].address: unknown address family 77 (at offset 40)')
    expect(() => decode(reply, bytes.subarray(0, 30))).toThrow(
      'announces 2 values, but at most 0 fit into the rest (at offset 0)',
    )
    expect(() => encode(reply, [{ pnn: -1, address: { family: 'ipv4', address: '10.0.0.1', port: 0 } }])).toThrow(
      '[0].pnn: -1 is not a u32',
    )
    expect(() => encode(reply, [{ pnn: 1, address: { family: 'ipv4', address: 'fd00::1', port: 0 } }])).toThrow(
      '[0].address: "fd00::1" is not an ipv4 address',
    )
  })

  it('are raised for a count of four billion', () => {
    const bytes = Buffer.from('ffffffff', 'hex')
    for (const control of [controls.getNodeMap, controls.getPublicIps, controls.getIfaces, controls.getVnnMap] as const) {
      expect(() => decode<unknown>(control.reply, bytes)).toThrow(DecodeError)
    }
  })
})

/** What a client does with bytes from a peer: frames, packets, data. Anything but a DecodeError or FRAME_TOO_LARGE is a bug. */
function digest(chunk: Uint8Array): 'read' | 'refused' {
  const error = failure(() => {
    for (const frame of new FrameSplitter(measurePacket, 1 << 20).push(chunk)) digestFrame(frame)
  })
  if (error === undefined) return 'read'
  if (error instanceof DecodeError || (error as { code?: string }).code === 'FRAME_TOO_LARGE') return 'refused'
  throw error
}

function digestFrame(frame: Uint8Array): void {
  const packet = decodePacket(frame)
  if (packet.kind === 'control') decode(controlByOpcode(packet.opcode)?.request ?? controls.ping.request, packet.data)
  if (packet.kind !== 'reply') return
  for (const codec of someReplies) {
    const error = failure(() => decode(codec, packet.data))
    if (error !== undefined && !(error instanceof DecodeError)) throw error
  }
}

const someReplies = declaredCodecs.flatMap(([name, codec], index) => (name.endsWith('reply') && index % 5 === 0 ? [codec] : []))

describe('any data from a peer', () => {
  const goldens = goldenRuns.flatMap(({ packets }) => packets.map(({ bytes }) => bytes))
  const mutated = fc
    .record({
      packet: fc.constantFrom(...goldens),
      changes: fc.array(fc.record({ at: fc.nat(200), to: fc.nat(255) }), { maxLength: 6 }),
      cut: fc.option(fc.nat(200)),
    })
    .map(({ packet, changes, cut }) => {
      const copy = Uint8Array.from(packet)
      for (const { at, to } of changes) copy[at % copy.length] = to
      return cut === null ? copy : copy.subarray(0, cut)
    })

  it('are read or refused: 50,000 mutated packets', () => {
    const outcomes = { read: 0, refused: 0 }
    fc.assert(
      fc.property(mutated, (packet) => void outcomes[digest(packet)]++),
      { numRuns: 50_000 },
    )
    expect(outcomes.read).toBeGreaterThan(1000)
    expect(outcomes.refused).toBeGreaterThan(1000)
  }, 120_000)

  it('are read or refused: 50,000 random packets after a valid header', () => {
    const outcomes = { read: 0, refused: 0 }
    const random = fc.record({ body: fc.uint8Array({ maxLength: 96 }), operation: fc.constantFrom(5, 7, 8, 9, 200) })
    fc.assert(
      fc.property(random, ({ body, operation }) => {
        const length = 32 + body.length + (-body.length & 7)
        const packet = Buffer.alloc(length)
        packet.writeUInt32LE(length, 0)
        packet.writeUInt32LE(0x4354_4442, 4)
        packet.writeUInt32LE(1, 8)
        packet.writeUInt32LE(operation, 16)
        packet.set(body, 32)
        outcomes[digest(packet)]++
      }),
      { numRuns: 50_000 },
    )
    expect(outcomes.read + outcomes.refused).toBe(50_000)
  }, 120_000)

  it('cost no memory with a length of 4 GiB', () => {
    const header = Buffer.alloc(32)
    header.writeUInt32LE(0xffff_fff8, 0)
    header.writeUInt32LE(0x4354_4442, 4)
    header.writeUInt32LE(1, 8)
    const before = process.memoryUsage().arrayBuffers
    for (let round = 0; round < 1000; round++) expect(digest(header)).toBe('refused')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20)
  })

  it('give the same packets however the stream is split', () => {
    const stream = fc.array(
      fc.record({ requestId: fc.nat(), data: fc.uint8Array({ maxLength: 60 }), errorText: fc.string({ maxLength: 20 }) }),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(stream, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (replies, sizes) => {
        const packets = replies.map(({ requestId, data, errorText }) =>
          encodePacket(
            { destination: 0, source: 1, requestId },
            { kind: 'reply', status: 0, data, errorText: errorText.toWellFormed() },
          ),
        )
        const whole = Buffer.concat(packets)
        const frames = new FrameSplitter(measurePacket, 1 << 20)
        const received: Uint8Array[] = []
        for (let at = 0, turn = 0; at < whole.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1
          // A stream may use its buffer again, so each chunk is a copy of its own.
          for (const frame of frames.push(Uint8Array.from(whole.subarray(at, at + size)))) received.push(frame)
          at += size
        }
        expect(received.map((frame) => Buffer.from(frame).toString('hex'))).toEqual(
          packets.map((packet) => Buffer.from(packet).toString('hex')),
        )
        expect(frames.bufferedBytes).toBe(0)
      }),
      { numRuns: 300 },
    )
  })
})

describe('socket addresses', () => {
  it('have an order key that is the same exactly for equal addresses', async () => {
    const { addressKey } = await import('../../../src/lib/address/socket-address.ts')
    fc.assert(
      fc.property(socketAddresses, socketAddresses, (a, b) => {
        const same = a.family === b.family && a.address === b.address && a.port === b.port
        expect(addressKey(a) === addressKey(b)).toBe(same)
      }),
    )
  })
})
