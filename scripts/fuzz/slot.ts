const HEAD_BYTES = 8
const MAX_INPUT_BYTES = 1 << 19

/** Memory that two threads share: the input that one of them is trying, and how many it has tried. */
export class InputSlot {
  readonly memory: SharedArrayBuffer
  private readonly head: Int32Array
  private readonly bytes: Uint8Array

  constructor(memory = new SharedArrayBuffer(HEAD_BYTES + MAX_INPUT_BYTES)) {
    this.memory = memory
    this.head = new Int32Array(memory, 0, 2)
    this.bytes = new Uint8Array(memory, HEAD_BYTES)
  }

  put(input: Uint8Array): void {
    this.bytes.set(input)
    Atomics.store(this.head, 1, input.length)
    Atomics.add(this.head, 0, 1)
  }

  get count(): number {
    return Atomics.load(this.head, 0)
  }

  get input(): Uint8Array {
    return Uint8Array.from(this.bytes.subarray(0, Atomics.load(this.head, 1)))
  }
}
