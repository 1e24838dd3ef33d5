import fc from 'fast-check'
import { formatIpv4, formatIpv6 } from '../../src/lib/address/ip-text.ts'
import type { SocketAddress } from '../../src/lib/address/socket-address.ts'
import type { AnyCodec } from '../../src/lib/wire/codec.ts'
import { controls } from '../../src/lib/wire/controls.ts'
import { eventReply, eventRequest, eventRunRequest } from '../../src/lib/wire/eventd.ts'
import { answerTo, messages } from '../../src/lib/wire/messages.ts'

const u16 = fc.nat(0xffff)
const u32 = fc.oneof(fc.nat(0xff), fc.integer({ min: 0, max: 0xffff_ffff }), fc.constantFrom(0xffff_ffff, 0x8000_0000))
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

const ipv4 = fc.record({ address: bytes(4).map(formatIpv4), port: u16 })
const ipv6 = fc.record({
  // Runs of zeros, and embedded IPv4 addresses, are what the text form is about.
  address: fc
    .array(fc.constantFrom(0, 0, 0xff, 1, 0xab), { minLength: 16, maxLength: 16 })
    .map((list) => formatIpv6(Uint8Array.from(list))),
  port: u16,
  flowInfo: u32,
  scopeId: u32,
})
export const socketAddresses: fc.Arbitrary<SocketAddress> = fc.oneof(
  ipv4.map((value) => ({ family: 'ipv4' as const, ...value })),
  ipv6.map(({ flowInfo, scopeId, ...value }) => ({
    family: 'ipv6' as const,
    ...value,
    // Zero is left out, as decoding does.
    ...(flowInfo === 0 ? {} : { flowInfo }),
    ...(scopeId === 0 ? {} : { scopeId }),
  })),
)

const text = (maxBytes: number) =>
  fc.string({ unit: 'grapheme', maxLength: maxBytes }).map((value) => {
    let fits = value.replaceAll('\0', '')
    while (Buffer.byteLength(fits) > maxBytes) fits = fits.slice(0, -1)
    return fits.toWellFormed()
  })

const scalars: Record<string, fc.Arbitrary<unknown>> = {
  u8: fc.nat(0xff),
  u16,
  'u16 (network order)': u16,
  u32,
  i32: fc.integer(),
  u64: fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
  i64: fc.maxSafeInteger(),
  f64: fc.double(),
  'text to the end': text(100),
  'u32 length · text': text(100),
  'bytes to the end': fc.uint8Array({ maxLength: 100 }),
  '–': fc.constant(undefined),
  sockaddr: socketAddresses,
  sockaddr_in: ipv4.map((value) => ({ family: 'ipv4', ...value })),
}

/** Values of every kind that a codec can carry, made from its own declaration. */
export function valuesOf(codec: AnyCodec): fc.Arbitrary<unknown> {
  const { layout } = codec
  switch (layout.kind) {
    case 'scalar': {
      const known = scalars[layout.type] ?? (layout.length === undefined ? undefined : text(layout.length - 1))
      if (!known) throw new Error(`no values are known for ${layout.type}`)
      return known
    }
    case 'fields':
      return fc.record(Object.fromEntries(Object.entries(layout.fields).map(([name, field]) => [name, valuesOf(field)])))
    case 'array':
      return fc.array(valuesOf(layout.item), { minLength: layout.count, maxLength: layout.count })
    case 'list':
      return fc.array(valuesOf(layout.item), { maxLength: 20 })
    case 'mapped':
      return valuesOf(layout.inner).map((value) => layout.to(value))
  }
}

/** Every declared codec that travels as the data of a control, a message or an event, by name. */
export const declaredCodecs: readonly (readonly [name: string, codec: AnyCodec])[] = [
  ...Object.values(controls).flatMap((control): [string, AnyCodec][] => [
    [`${control.name} request`, control.request],
    ...('reply' in control ? [[`${control.name} reply`, control.reply] as [string, AnyCodec]] : []),
  ]),
  ...[...Object.values(messages), answerTo(0xce01_0000_0000_0001n)].map(({ name, data }): [string, AnyCodec] => [
    `${name} message`,
    data,
  ]),
  ['event request', eventRequest],
  ['event run request', eventRunRequest],
  ['event reply', eventReply],
]
