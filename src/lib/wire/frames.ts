import { CtdbtsError } from '../errors.ts'

/**
 * Returns the length of the frame that starts with these bytes, or undefined while there are too few bytes.
 * Throws when no frame can start like this.
 * @inline
 */
export type MeasureFrame = (start: Uint8Array) => number | undefined

/** A frame larger than the limit: damaged data, or a peer that tries to make us allocate memory. */
class FrameTooLargeError extends CtdbtsError {
  constructor(length: number, limit: number) {
    super('FRAME_TOO_LARGE', `the peer announces a packet of ${length} bytes; the limit is ${limit}`)
  }
}

/**
 * Cuts a byte stream into frames, wherever its chunks begin and end. It holds at most one frame and one chunk, and copies each byte at
 * most once.
 */
export class FrameSplitter {
  private readonly measure: MeasureFrame
  private readonly maxFrameBytes: number
  /** Chunks that together are shorter than one frame. */
  private pending: Uint8Array[] = []
  private pendingBytes = 0
  /** The length of the arriving frame, once it is known. */
  private expected: number | undefined

  constructor(measure: MeasureFrame, maxFrameBytes: number) {
    this.measure = measure
    this.maxFrameBytes = maxFrameBytes
  }

  /** Bytes of an unfinished frame. */
  get bufferedBytes(): number {
    return this.pendingBytes
  }

  /**
   * The frames that `chunk` completes.
   * @throws what `measure` throws, and FRAME_TOO_LARGE; the stream cannot be read any further after that.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array, void> {
    this.pending.push(chunk)
    this.pendingBytes += chunk.length
    for (;;) {
      this.expected ??= this.measureNext()
      if (this.expected === undefined || this.pendingBytes < this.expected) return
      const bytes = this.join()
      const frame = bytes.subarray(0, this.expected)
      const left = bytes.subarray(this.expected)
      this.pending = left.length === 0 ? [] : [left]
      this.pendingBytes = left.length
      this.expected = undefined
      yield frame
    }
  }

  private measureNext(): number | undefined {
    const length = this.pendingBytes === 0 ? undefined : this.measure(this.join())
    if (length !== undefined && length > this.maxFrameBytes) throw new FrameTooLargeError(length, this.maxFrameBytes)
    return length
  }

  private join(): Uint8Array {
    const [first] = this.pending
    if (first && this.pending.length === 1) return first
    const joined = new Uint8Array(this.pendingBytes)
    let at = 0
    for (const chunk of this.pending) {
      joined.set(chunk, at)
      at += chunk.length
    }
    this.pending = [joined]
    return joined
  }
}
