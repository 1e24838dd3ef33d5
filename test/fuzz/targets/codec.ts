import assert from 'node:assert/strict'
import { type AnyCodec, decode, EncodeError, encode } from '../../../src/lib/wire/codec.ts'
import { controlByOpcode } from '../../../src/lib/wire/controls.ts'
import { decodePacket } from '../../../src/lib/wire/packet.ts'
import { declaredCodecs } from '../../support/arbitraries.ts'
import { goldenRuns } from '../../support/goldens.ts'
import type { FuzzTarget } from '../target.ts'

/** Data after a number that says which codec reads them. */
const withCodec = (name: string, data: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.of(declaredCodecs.findIndex(([declared]) => declared === name)), data])

/** One real request and one real reply of each control. */
function goldens(): Uint8Array[] {
  const nameOf = new Map<number, string>()
  const examples = new Map<string, Uint8Array>()
  for (const { packets } of goldenRuns) {
    for (const { bytes } of packets) {
      const packet = decodePacket(bytes)
      const { requestId } = packet.header
      if (packet.kind === 'control') {
        const name = controlByOpcode(packet.opcode)?.name ?? ''
        nameOf.set(requestId, name)
        examples.set(`${name} request`, packet.data)
      } else if (packet.kind === 'reply') {
        examples.set(`${nameOf.get(requestId)} reply`, packet.data)
      }
    }
  }
  return [...examples].map(([name, data]) => withCodec(name, data))
}

/** A name that lacks its NUL, or is not UTF-8, may need more room when it is written than it had. */
function encodedIfFits(codec: AnyCodec, value: unknown): Uint8Array | undefined {
  try {
    return encode(codec, value)
  } catch (error) {
    if (error instanceof EncodeError && error.message.includes('is longer than')) return undefined
    throw error
  }
}

export const target: FuzzTarget = {
  covers: ['src/lib/wire/{codec,composites,primitives,structs}.ts'],
  refusals: ['DECODE'],
  seeds: () => [...declaredCodecs.map((_, index) => Uint8Array.of(index)), ...goldens()],
  check([first = 0, ...rest]) {
    const [, codec] = declaredCodecs[first % declaredCodecs.length] ?? []
    assert.ok(codec)
    const value = decode(codec, Uint8Array.from(rest))
    const bytes = encodedIfFits(codec, value)
    if (!bytes) return
    assert.deepEqual(decode(codec, bytes), value)
    assert.deepEqual(encode(codec, decode(codec, bytes)), bytes)
  },
}
