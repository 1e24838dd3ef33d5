import assert from 'node:assert/strict'
import { FrameSplitter } from '../../../src/lib/wire/frames.ts'
import { decodePacket, encodePacket, measurePacket } from '../../../src/lib/wire/packet.ts'
import { goldenRuns } from '../../support/goldens.ts'
import type { FuzzTarget } from '../target.ts'

const MAX_FRAME_BYTES = 1 << 16

/** The packets in a stream that arrives in chunks of this size. */
const framesIn = (stream: Uint8Array, chunkBytes: number): Uint8Array[] => {
  const splitter = new FrameSplitter(measurePacket, MAX_FRAME_BYTES)
  const frames: Uint8Array[] = []
  for (let at = 0; at < stream.length; at += chunkBytes) frames.push(...splitter.push(stream.slice(at, at + chunkBytes)))
  return frames
}

export const target: FuzzTarget = {
  covers: ['src/lib/wire/{packet,frames}.ts'],
  refusals: ['DECODE', 'FRAME_TOO_LARGE'],
  words: ['BDTC'],
  seeds: () => goldenRuns.slice(0, 40).flatMap(({ packets }) => packets.slice(0, 4).map(({ bytes }) => bytes)),
  check(input) {
    const frames = framesIn(input, Math.max(1, input.length))
    assert.deepEqual(framesIn(input, 13), frames)
    if (frames.length === 0) decodePacket(input)
    for (const frame of frames) {
      const packet = decodePacket(frame)
      if (packet.kind === 'other') continue
      const again = decodePacket(encodePacket(packet.header, packet))
      // Padding may be missing in the first, and there may be more of it.
      assert.deepEqual(
        { ...again, header: { ...again.header, length: 0 } },
        { ...packet, header: { ...packet.header, length: 0 } },
      )
    }
  },
}
