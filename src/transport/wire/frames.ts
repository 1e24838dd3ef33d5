import { CtdbtsError } from '../../lib/errors.ts'

/**
 * Says how long the frame is that starts with these bytes, or undefined while they are too few to tell.
 * Throws when no frame can start like this.
 */
export type MeasureFrame = (start: Uint8Array) => number | undefined

/** A frame larger than the limit: damage, or a peer that wants us to allocate. */
class FrameTooLargeError extends CtdbtsError {
  constructor(length: number, limit: number) {
    super('FRAME_TOO_LARGE', `the peer announces a packet of ${length} bytes; the limit is ${limit}`)
  }
}

/**
 * Cuts a byte stream into frames, wherever the chunks begin and end. It holds no more than one frame and one chunk, and each byte is
 * copied once at most.
 */
export class FrameSplitter {
  private readonly measure: MeasureFrame
  private readonly maxFrameBytes: number
  /** Chunks that together hold less than one frame. */
  private pending: Uint8Array[] = []
  private pendingBytes = 0
  /** Length of the frame that is arriving, once its start could be measured. */
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
   * @throws what `measure` throws, and FRAME_TOO_LARGE; the stream cannot be read any further then.
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
