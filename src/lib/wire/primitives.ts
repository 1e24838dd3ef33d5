import { type ByteReader, type ByteWriter, type Codec, DecodeError, EncodeError } from './codec.ts'

/** Integers are in the byte order of the daemon's host: little-endian on every machine we support. */
const LITTLE_ENDIAN = true

interface NumberKind<T> {
  size: number
  min: T
  max: T
  set(view: DataView, at: number, value: T): void
  get(view: DataView, at: number): T
}

function integer<T extends number | bigint>(type: string, kind: NumberKind<T>): Codec<T> {
  const { size } = kind
  return {
    align: size,
    size,
    layout: { kind: 'scalar', type },
    write(out, value) {
      if ((typeof value === 'number' && !Number.isInteger(value)) || value < kind.min || value > kind.max)
        throw new EncodeError(`${value} is not a ${type}`)
      const at = out.extend(size)
      kind.set(out.view, at, value)
    },
    read: (input) => kind.get(input.view, input.take(size)),
  }
}

export const u8 = integer<number>('u8', {
  size: 1,
  min: 0,
  max: 0xff,
  set: (view, at, value) => view.setUint8(at, value),
  get: (view, at) => view.getUint8(at),
})

export const u16 = integer<number>('u16', {
  size: 2,
  min: 0,
  max: 0xffff,
  set: (view, at, value) => view.setUint16(at, value, LITTLE_ENDIAN),
  get: (view, at) => view.getUint16(at, LITTLE_ENDIAN),
})

/** Ports in socket addresses, the only values of the protocol in network order. */
export const u16NetworkOrder = integer<number>('u16 (network order)', {
  size: 2,
  min: 0,
  max: 0xffff,
  set: (view, at, value) => view.setUint16(at, value),
  get: (view, at) => view.getUint16(at),
})

export const u32 = integer<number>('u32', {
  size: 4,
  min: 0,
  max: 0xffff_ffff,
  set: (view, at, value) => view.setUint32(at, value, LITTLE_ENDIAN),
  get: (view, at) => view.getUint32(at, LITTLE_ENDIAN),
})

export const i32 = integer<number>('i32', {
  size: 4,
  min: -0x8000_0000,
  max: 0x7fff_ffff,
  set: (view, at, value) => view.setInt32(at, value, LITTLE_ENDIAN),
  get: (view, at) => view.getInt32(at, LITTLE_ENDIAN),
})

/** Server ids (srvids) use all 64 bits, so they are bigints. */
export const u64 = integer<bigint>('u64', {
  size: 8,
  min: 0n,
  max: 0xffff_ffff_ffff_ffffn,
  set: (view, at, value) => view.setBigUint64(at, value, LITTLE_ENDIAN),
  get: (view, at) => view.getBigUint64(at, LITTLE_ENDIAN),
})

/** Times in seconds and microseconds: an i64 on the wire, a number here. Values beyond 2^53 are refused as damaged data. */
export const i64: Codec<number> = {
  align: 8,
  size: 8,
  layout: { kind: 'scalar', type: 'i64' },
  write(out, value) {
    if (!Number.isSafeInteger(value)) throw new EncodeError(`${value} is not an i64 that a number can hold`)
    const at = out.extend(8)
    out.view.setBigInt64(at, BigInt(value), LITTLE_ENDIAN)
  },
  read(input) {
    const at = input.take(8)
    const value = Number(input.view.getBigInt64(at, LITTLE_ENDIAN))
    if (!Number.isSafeInteger(value)) throw new DecodeError(`${value} is no plausible number`, at)
    return value
  },
}

export const f64: Codec<number> = {
  align: 8,
  size: 8,
  layout: { kind: 'scalar', type: 'f64' },
  write(out, value) {
    const at = out.extend(8)
    out.view.setFloat64(at, value, LITTLE_ENDIAN)
  },
  read: (input) => input.view.getFloat64(input.take(8), LITTLE_ENDIAN),
}

const utf8Encoder = new TextEncoder()
// Without ignoreBOM, a byte order mark at the beginning would be lost.
const utf8Decoder = new TextDecoder('utf-8', { ignoreBOM: true })

function encodeText(value: string): Uint8Array {
  if (value.includes('\0')) throw new EncodeError('a text cannot hold a NUL')
  return utf8Encoder.encode(value)
}

function decodeText(input: ByteReader, start: number, end: number): string {
  const nul = input.bytes.subarray(start, end).indexOf(0)
  return utf8Decoder.decode(input.bytes.subarray(start, nul === -1 ? end : start + nul))
}

/** A text in a `char[size]`, always with a NUL and padded with zeros. */
export function fixedText(size: number): Codec<string> {
  return {
    align: 1,
    size,
    layout: { kind: 'scalar', type: `char[${size}]`, length: size },
    write(out, value) {
      const bytes = encodeText(value)
      if (bytes.length >= size) throw new EncodeError(`${JSON.stringify(value)} is longer than ${size - 1} bytes`)
      out.append(bytes)
      out.extend(size - bytes.length)
    },
    read(input) {
      const start = input.take(size)
      return decodeText(input, start, start + size)
    },
  }
}

/** A text with its NUL that fills the rest of the data. The empty text has no data at all. */
export const restText: Codec<string> = {
  align: 1,
  layout: { kind: 'scalar', type: 'text to the end' },
  write(out, value) {
    if (value === '') return
    out.append(encodeText(value))
    out.extend(1)
  },
  read(input) {
    const length = input.remaining
    const start = input.take(length)
    return decodeText(input, start, start + length)
  },
}

/**
 * A text after its u32 length, which includes the final NUL. The empty text is written with length 1 and a NUL, or (`emptyAs:
 * 'nothing'`) with length 0 and no NUL; both forms are read.
 */
export function countedText(options: { emptyAs: 'nul' | 'nothing' } = { emptyAs: 'nul' }): Codec<string> {
  return {
    align: 4,
    layout: { kind: 'scalar', type: 'u32 length · text' },
    write(out, value) {
      if (value === '' && options.emptyAs === 'nothing') return u32.write(out, 0)
      const bytes = encodeText(value)
      u32.write(out, bytes.length + 1)
      out.append(bytes)
      out.extend(1)
    },
    read(input) {
      const length = u32.read(input)
      const start = input.take(length)
      return decodeText(input, start, start + length)
    },
  }
}

/** All remaining bytes, not decoded; for the bodies of database calls. */
export const restBytes: Codec<Uint8Array> = {
  align: 1,
  layout: { kind: 'scalar', type: 'bytes to the end' },
  write: (out, value) => out.append(value),
  read(input) {
    const length = input.remaining
    const start = input.take(length)
    return input.bytes.subarray(start, start + length)
  },
}

/** No data. Any data that a peer sends are ignored. */
export const nothing: Codec<void> = { align: 1, size: 0, layout: { kind: 'scalar', type: '–' }, write() {}, read() {} }

/** The same bytes as another type: flags as an object, a number as a name. */
export function mapped<A, B>(inner: Codec<A>, to: (value: A) => B, from: (value: B) => A): Codec<B> {
  return {
    ...inner,
    layout: { kind: 'mapped', inner, to: (value) => to(value as A) },
    write: (out: ByteWriter, value: B) => inner.write(out, from(value)),
    read: (input: ByteReader) => to(inner.read(input)),
  }
}
