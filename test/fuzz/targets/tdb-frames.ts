import assert from 'node:assert/strict'
import { decodeTdbFrame, encodeTdbFrame, tdbFrameSplitter } from '../../../src/lib/tdb/frames.ts'
import type { FuzzTarget } from '../target.ts'

export const target: FuzzTarget = {
  covers: ['src/lib/tdb/frames.ts', 'src/lib/wire/frames.ts'],
  refusals: ['FRAME_TOO_LARGE'],
  seeds: () => [Buffer.concat([encodeTdbFrame('O'), encodeTdbFrame('R', Buffer.from('key'), Buffer.from('value'))])],
  check(input) {
    const splitter = tdbFrameSplitter()
    const middle = input.length >> 1
    let position = 0
    for (const part of [input.subarray(0, middle), input.subarray(middle)]) {
      for (const frame of splitter.push(part)) {
        assert.deepEqual(Buffer.from(frame), Buffer.from(input.subarray(position, position + frame.length)))
        position += frame.length
        const { letter, key, data } = decodeTdbFrame(frame)
        if (letter < '\x80') assert.deepEqual(Buffer.from(encodeTdbFrame(letter, key, data)), Buffer.from(frame))
      }
    }
    assert.equal(position + splitter.bufferedBytes, input.length)
  },
}
