import type { ErrorCode } from '../error-codes.ts'
import { CtdbtsError } from '../errors.ts'

/**
 * How one kind of value is laid out in a packet. Codecs are built from smaller ones (`struct`, `sequence`, `list`, …); the TypeScript
 * type, the layout, the encoder and the decoder all follow from that one declaration. None of them does I/O. Use it with {@link encode} and
 * {@link decode}.
 */
export interface Codec<T> {
  /** The alignment in bytes that a C compiler gives the type. */
  readonly align: number
  /** The number of bytes a value takes, where that does not depend on the value. */
  readonly size?: number
  /**
   * A description of the bytes, for the documentation and for tests that generate values.
   * @internal
   */
  readonly layout: Layout
  /**
   * @throws EncodeError naming the field whose value does not fit.
   * @internal
   */
  write(out: ByteWriter, value: T): void
  /**
   * @throws DecodeError naming the field and its offset.
   * @internal
   */
  read(input: ByteReader): T
}

// biome-ignore lint/suspicious/noExplicitAny: a codec both takes and returns its type, so only `any` accepts all codecs.
export type AnyCodec = Codec<any>

/** The structure of a codec. */
type Layout =
  /** One value, named as in C or in the protocol's documentation; `length` is the size of a text with its NUL, in bytes. */
  | { readonly kind: 'scalar'; readonly type: string; readonly length?: number }
  | { readonly kind: 'fields'; readonly fields: Readonly<Record<string, AnyCodec>> }
  | { readonly kind: 'array'; readonly item: AnyCodec; readonly count: number }
  /** A count and that many values, or (`count: 'rest'`) as many as fit. */
  | { readonly kind: 'list'; readonly item: AnyCodec; readonly count: 'u32' | 'u32 + pad' | 'rest' }
  /** The same bytes as `inner`, seen as another type. */
  | { readonly kind: 'mapped'; readonly inner: AnyCodec; to(value: unknown): unknown }

/** The TypeScript type of the values of a codec. */
export type ValueOf<C> = C extends Codec<infer T> ? T : never

/** An error with its place in the value, such as `publicIps[3].address`. Each codec adds its step while the error propagates. */
class FieldError extends CtdbtsError {
  /** What is wrong, without the field and the place. */
  readonly reason: string
  private readonly position: string
  private path = ''

  constructor(code: ErrorCode, reason: string, position = '') {
    super(code, `${reason}${position}`)
    this.reason = reason
    this.position = position
  }

  /** The path of the field, outermost first; empty when the value has no fields. */
  get field(): string {
    return this.path
  }

  /**
   * Records that the failure happened inside `step`: a field name, or an index in brackets.
   * @internal
   */
  within(step: string): this {
    this.path = this.path === '' || this.path.startsWith('[') ? step + this.path : `${step}.${this.path}`
    this.message = `${this.path}: ${this.reason}${this.position}`
    return this
  }
}

/** Bytes that do not match the declaration. `offset` counts from the start of the bytes given to {@link decode}. */
export class DecodeError extends FieldError {
  override readonly name = 'DecodeError'
  readonly offset: number

  /** @internal */
  constructor(reason: string, offset: number) {
    super('DECODE', reason, ` (at offset ${offset})`)
    this.offset = offset
  }
}

/** A value that does not fit the declared layout. */
export class EncodeError extends FieldError {
  override readonly name = 'EncodeError'

  /** @internal */
  constructor(reason: string) {
    super('ENCODE', reason)
  }
}

/** Reads untrusted bytes from start to end, and never past their end. */
export class ByteReader {
  readonly bytes: Uint8Array
  readonly view: DataView
  position = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get remaining(): number {
    return this.bytes.length - this.position
  }

  /**
   * Moves past `count` bytes and returns where they start.
   * @throws DecodeError when fewer bytes remain.
   */
  take(count: number): number {
    const start = this.position
    if (count > this.bytes.length - start) {
      throw new DecodeError(`needs ${count} bytes, but ${this.bytes.length - start} remain`, start)
    }
    this.position = start + count
    return start
  }
}

const NO_BYTES = new Uint8Array(0)
const NO_VIEW = new DataView(NO_BYTES.buffer)
/** V8 keeps typed arrays up to this size on its heap, where they are cheap; most controls need no more. */
const FIRST_SIZE = 64

/** Collects the bytes of one value; grows as needed. Skipped bytes are zero, as the protocol's padding has to be. */
export class ByteWriter {
  private bytes = NO_BYTES
  private length = 0
  view = NO_VIEW

  get position(): number {
    return this.length
  }

  /** Makes room for `count` bytes (all zero) and returns where they start. */
  extend(count: number): number {
    const start = this.length
    this.length += count
    if (this.length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, this.bytes.length * 2, FIRST_SIZE))
      grown.set(this.bytes)
      this.bytes = grown
      this.view = new DataView(grown.buffer)
    }
    return start
  }

  append(bytes: Uint8Array): void {
    const start = this.extend(bytes.length)
    this.bytes.set(bytes, start)
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }
}

/** The bytes of `value`. @throws EncodeError naming the field that does not fit. */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const out = new ByteWriter()
  codec.write(out, value)
  return out.finish()
}

/**
 * The value in `bytes`. Bytes after it are ignored: they are padding, or fields of a newer daemon.
 * @throws DecodeError naming the field and offset at fault.
 */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  return codec.read(new ByteReader(bytes))
}

/** The layout of a codec as text: `count u32 · count × (pnn u32 · address sockaddr)`. */
export function layoutText({ layout }: AnyCodec): string {
  switch (layout.kind) {
    case 'scalar':
      return layout.type
    case 'fields':
      return Object.entries(layout.fields)
        .map(([name, codec]) =>
          codec.layout.kind === 'scalar' ? `${name} ${layoutText(codec)}` : `${name} (${layoutText(codec)})`,
        )
        .join(' · ')
    case 'array':
      return `(${layoutText(layout.item)}) × ${layout.count}`
    case 'list':
      return layout.count === 'rest'
        ? `(${layoutText(layout.item)}) × as many as fit`
        : `count ${layout.count} · count × (${layoutText(layout.item)})`
    case 'mapped':
      return layoutText(layout.inner)
  }
}
