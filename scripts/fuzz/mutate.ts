import type { Random } from '../../src/sim/world/random.ts'
import { define, parsed, type Slot, slotsIn, valueIn } from './json.ts'

/** Inputs grow up to this length, unless they were longer to begin with. */
const MAX_BYTES = 1 << 12
/** So long are those that show whether the time grows with the square of the length. */
const LONG_BYTES = 1 << 17
const ODD_BYTES = [0, 1, 9, 10, 13, 27, 32, 34, 35, 92, 127, 128, 192, 237, 240, 254, 255]
const ODD_INTEGERS = [0, 1, -1, 7, 8, 16, 127, 255, 256, 32_767, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]
const ODD_TEXTS = [
  '',
  '0',
  '-1',
  '4294967295',
  '4294967296',
  '1e400',
  '00',
  '\u{feff}',
  '\u00a0',
  '\u202e',
  '\u001b[31m',
  '\ud83d\udd25',
  '__proto__',
  'constructor',
]
const ODD_VALUES = [
  null,
  true,
  0,
  -1,
  0.5,
  1e21,
  0xffff_ffff,
  '',
  [],
  {},
  '__proto__',
  '\u0000',
  '\u001b[2J',
  '\u202ex',
  'a'.repeat(300),
]

type Mutation = (input: Uint8Array, other: Uint8Array) => Uint8Array

/** Changes inputs by chance. */
export class Mutator {
  private readonly random: Random
  private readonly words: readonly Uint8Array[]
  private readonly mutations: readonly Mutation[]

  /** @param words what inputs may consist of. */
  constructor(random: Random, words: Iterable<string>) {
    this.random = random
    const [all, numbers] = [[...words, ...ODD_TEXTS], [...words].map(Number).filter(Number.isInteger)]
    this.words = [...all.map((word) => Buffer.from(word)), ...numbers.flatMap(inBytes)].filter(({ length }) => length > 0)
    this.mutations = [
      (input) => this.withByte(input, (byte) => byte ^ (1 << this.random.between(0, 7))),
      (input) => this.withByte(input, () => this.random.between(0, 255)),
      (input) => this.withByte(input, () => this.random.pick(ODD_BYTES)),
      (input) => this.withInteger(input),
      (input) => this.splice(input, Uint8Array.of(this.random.pick(ODD_BYTES))),
      (input) => this.splice(input, Uint8Array.of(this.random.between(0, 255))),
      (input) => this.splice(input, this.random.pick(this.words)),
      (input) => this.splice(input, this.random.pick(this.words)),
      (input) => this.splice(input, this.part(input)),
      (input) => this.splice(input, new Uint8Array()),
      (input) => this.splice(input, repeated(this.part(input), this.random.between(2, 20))),
      (input) => input.subarray(0, this.random.between(0, input.length)),
      (input, other) => this.splice(input, this.part(other)),
    ]
  }

  /** A changed copy. @param other where parts may come from. */
  mutated(input: Uint8Array, other: Uint8Array): Uint8Array {
    let changed = input
    for (let count = this.random.pick([1, 1, 1, 2, 2, 3, 5, 8]); count > 0; count--) {
      changed = this.random.pick(this.mutations)(changed, other)
    }
    return changed.subarray(0, Math.max(MAX_BYTES, input.length))
  }

  /** A long input, in which a part comes again and again. */
  stretched(input: Uint8Array): Uint8Array {
    const part = this.random.percent(50) ? this.part(input) : this.random.pick(this.words)
    if (part.length === 0) return input
    const at = this.random.between(0, input.length)
    const times = Math.ceil(LONG_BYTES / part.length)
    return Buffer.concat([input.subarray(0, at), repeated(part, times), input.subarray(at)])
  }

  /** JSON with one of its values changed; undefined if the input is none. */
  mutatedJson(input: Uint8Array): Uint8Array | undefined {
    const root = { document: parsed(input) }
    if (root.document === undefined) return undefined
    const slots = slotsIn(root)
    for (let count = this.random.pick([1, 1, 2, 3]); count > 0; count--) this.changeSlot(this.random.pick(slots), slots)
    return root.document === undefined ? undefined : Buffer.from(JSON.stringify(root.document))
  }

  private changeSlot({ parent, key }: Slot, slots: readonly Slot[]): void {
    const value = valueIn({ parent, key })
    switch (this.random.between(0, 5)) {
      case 0:
        Reflect.deleteProperty(parent, key)
        break
      case 1:
        if (Array.isArray(parent)) parent.push(value)
        else define(parent, this.random.pick(ODD_TEXTS), value)
        break
      case 2:
        define(parent, key, this.random.pick(ODD_VALUES))
        break
      case 3: {
        define(parent, key, structuredClone(valueIn(this.random.pick(slots))))
        break
      }
      default:
        define(parent, key, this.changedValue(value))
    }
  }

  private changedValue(value: unknown): unknown {
    if (typeof value === 'number') return value + this.random.pick([-1, 1, 0.5, 1000])
    if (typeof value === 'boolean') return !value
    if (typeof value !== 'string') return this.random.pick(ODD_VALUES)
    const bytes = Buffer.from(value)
    return Buffer.from(this.mutated(bytes, bytes)).toString()
  }

  private withByte(input: Uint8Array, change: (byte: number) => number): Uint8Array {
    if (input.length === 0) return input
    const copy = Uint8Array.from(input)
    const at = this.random.between(0, input.length - 1)
    copy[at] = change(copy[at] ?? 0)
    return copy
  }

  /** An integer in place of others, or what is there with a little added. */
  private withInteger(input: Uint8Array): Uint8Array {
    const size = this.random.pick([1, 2, 4, 8])
    if (input.length < size) return input
    const copy = Buffer.from(input)
    const at = this.random.between(0, input.length - size)
    const bits = 8 * size
    const there = size === 8 ? copy.readBigUInt64LE(at) : BigInt(copy.readUIntLE(at, size))
    const near = there + BigInt(this.random.between(-16, 16))
    const value = BigInt.asUintN(bits, this.random.percent(50) ? near : BigInt(this.random.pick(ODD_INTEGERS)))
    if (size === 8) copy.writeBigUInt64LE(value, at)
    else copy.writeUIntLE(Number(value), at, size)
    return copy
  }

  private part(input: Uint8Array): Uint8Array {
    const from = this.random.between(0, input.length)
    return input.subarray(from, Math.min(input.length, from + this.random.pick([1, 4, 16, 64, 1024])))
  }

  /** Puts bytes in, or in place of others. */
  private splice(input: Uint8Array, bytes: Uint8Array): Uint8Array {
    const at = this.random.between(0, input.length)
    const removed = this.random.percent(40) ? 0 : this.random.percent(50) ? bytes.length : this.random.between(0, 32)
    return Buffer.concat([input.subarray(0, at), bytes, input.subarray(at + removed)])
  }
}

/** A number as it is in packets. */
function inBytes(value: number): Uint8Array[] {
  if (value < 0 || value > 0xffff_ffff) return []
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return [bytes]
}

const repeated = (part: Uint8Array, times: number): Uint8Array => Buffer.concat(Array.from({ length: times }, () => part))
