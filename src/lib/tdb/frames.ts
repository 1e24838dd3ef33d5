import { FrameSplitter } from '../wire/frames.ts'

/**
 * A request to what works on a TDB file, or an answer. Requests: L lock, U unlock, F fetch, S store, T traverse; of one that serves several
 * files also P first, with the path as key and the PID of the client as data. Answers: O done, D data, N no such record, R a record of a
 * traverse, E failed (the data are the reason), and at the beginning also X no library.
 */
export interface TdbFrame {
  readonly letter: string
  readonly key: Uint8Array
  readonly data: Uint8Array
}

const HEAD_BYTES = 9
/** No record is larger than a TDB file can be, and that is 4 GiB; this is what we are ready to hold. */
const MAX_FRAME_BYTES = 1 << 30
const NO_BYTES = new Uint8Array()

/** The bytes of a frame: its letter, two lengths (u32, little-endian), and as many bytes of key and data. */
export function encodeTdbFrame(letter: string, key: Uint8Array = NO_BYTES, data: Uint8Array = NO_BYTES): Uint8Array {
  const head = Buffer.alloc(HEAD_BYTES)
  head.write(letter)
  head.writeUInt32LE(key.length, 1)
  head.writeUInt32LE(data.length, 5)
  return Buffer.concat([head, key, data])
}

/** The frame in these bytes, which are one whole frame. */
export function decodeTdbFrame(frame: Uint8Array): TdbFrame {
  const keyEnd = HEAD_BYTES + Buffer.from(frame.buffer, frame.byteOffset).readUInt32LE(1)
  return { letter: String.fromCharCode(frame[0] ?? 0), key: frame.subarray(HEAD_BYTES, keyEnd), data: frame.subarray(keyEnd) }
}

/** Splits a stream into frames. */
export const tdbFrameSplitter = (): FrameSplitter => new FrameSplitter(measure, MAX_FRAME_BYTES)

function measure(start: Uint8Array): number | undefined {
  if (start.length < HEAD_BYTES) return undefined
  const head = Buffer.from(start.buffer, start.byteOffset, HEAD_BYTES)
  return HEAD_BYTES + head.readUInt32LE(1) + head.readUInt32LE(5)
}
