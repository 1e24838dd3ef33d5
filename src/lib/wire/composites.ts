import { type AnyCodec, type ByteReader, type ByteWriter, type Codec, DecodeError, EncodeError, type ValueOf } from './codec.ts'
import { u8, u32 } from './primitives.ts'

type Fields = Record<string, Codec<unknown>>
type Shape = Record<string, AnyCodec>
/** @inline */
type Value<S extends Shape> = { readonly [K in keyof S]: ValueOf<S[K]> }

/** The number of padding bytes between `position`, counted from the start of the value, and the next multiple of `align`. */
const gap = (position: number, align: number): number => -position & (align - 1)

function fieldsCodec<S extends Shape>(shape: S, cPadding: boolean): Codec<Value<S>> {
  const fields = Object.entries(shape as Fields)
  const align = Math.max(...fields.map(([, codec]) => codec.align))
  const padding = (from: number, to: number, boundary: number) => (cPadding ? gap(to - from, boundary) : 0)

  let size: number | undefined = 0
  for (const [, codec] of fields) {
    size = size === undefined || codec.size === undefined ? undefined : size + padding(0, size, codec.align) + codec.size
  }
  if (size !== undefined) size += padding(0, size, align)

  return {
    align,
    ...(size === undefined ? {} : { size }),
    layout: { kind: 'fields', fields: shape },
    write(out: ByteWriter, value: Value<S>) {
      const start = out.position
      let name = ''
      try {
        for (const [field, codec] of fields) {
          name = field
          out.extend(padding(start, out.position, codec.align))
          codec.write(out, value[field])
        }
      } catch (error) {
        throw error instanceof EncodeError ? error.within(name) : error
      }
      out.extend(padding(start, out.position, align))
    },
    read(input: ByteReader) {
      const start = input.position
      const value: Record<string, unknown> = {}
      let name = ''
      try {
        for (const [field, codec] of fields) {
          name = field
          input.take(padding(start, input.position, codec.align))
          value[field] = codec.read(input)
        }
        input.take(padding(start, input.position, align))
      } catch (error) {
        throw error instanceof DecodeError ? error.within(name) : error
      }
      return value as Value<S>
    },
  }
}

/** A C struct as in memory: every field at its alignment, and padding at the end. */
export const struct = <S extends Shape>(shape: S): Codec<Value<S>> => fieldsCodec(shape, true)

/** Fields one after the other without padding, as the protocol writes structures of variable length. */
export const sequence = <S extends Shape>(shape: S): Codec<Value<S>> => fieldsCodec(shape, false)

/** Exactly `count` values: a C array. */
export function array<T>(item: Codec<T>, count: number): Codec<readonly T[]> {
  return {
    align: item.align,
    ...(item.size === undefined ? {} : { size: item.size * count }),
    layout: { kind: 'array', item, count },
    write(out, values) {
      if (values.length !== count) throw new EncodeError(`has ${values.length} values, needs ${count}`)
      writeItems(out, item, values)
    },
    read: (input) => readItems(input, item, count),
  }
}

/**
 * A u32 count, and that many values after it; with `countAlign`, the count is padded to that alignment.
 * The count is checked against the bytes that remain before anything is allocated.
 */
export function list<T>(item: Codec<T>, { countAlign = 4 } = {}): Codec<readonly T[]> {
  return {
    align: 4,
    layout: { kind: 'list', item, count: countAlign > 4 ? 'u32 + pad' : 'u32' },
    write(out, values) {
      u32.write(out, values.length)
      out.extend(gap(4, countAlign))
      writeItems(out, item, values)
    },
    read(input) {
      const at = input.position
      const count = u32.read(input)
      input.take(gap(4, countAlign))
      const room = Math.floor(input.remaining / Math.max(1, item.size ?? 1))
      if (count > room) throw new DecodeError(`announces ${count} values, but at most ${room} fit into the rest`, at)
      return readItems(input, item, count)
    },
  }
}

/** A u32 count, and that many bytes after it. */
export const countedBytes: Codec<Uint8Array> = {
  align: 4,
  layout: { kind: 'mapped', inner: list(u8), to: (value) => Uint8Array.from(value as number[]) },
  write(out, value) {
    u32.write(out, value.length)
    out.append(value)
  },
  read(input) {
    const count = u32.read(input)
    const start = input.take(count)
    return input.bytes.slice(start, start + count)
  },
}

/** As many values as the remaining bytes hold, for lists that have grown from version to version. A partial value is ignored. */
export function rest<T>(item: Codec<T> & { size: number }): Codec<readonly T[]> {
  return {
    align: item.align,
    layout: { kind: 'list', item, count: 'rest' },
    write: (out, values) => writeItems(out, item, values),
    read: (input) => readItems(input, item, Math.floor(input.remaining / item.size)),
  }
}

function writeItems<T>(out: ByteWriter, item: Codec<T>, values: readonly T[]): void {
  let index = 0
  try {
    for (const value of values) {
      item.write(out, value)
      index++
    }
  } catch (error) {
    throw error instanceof EncodeError ? error.within(`[${index}]`) : error
  }
}

function readItems<T>(input: ByteReader, item: Codec<T>, count: number): T[] {
  const values: T[] = []
  try {
    while (values.length < count) values.push(item.read(input))
  } catch (error) {
    throw error instanceof DecodeError ? error.within(`[${values.length}]`) : error
  }
  return values
}
