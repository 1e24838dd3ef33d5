import * as v from 'valibot'
import { parseIp } from '../../lib/address/ip-text.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { KernelAddress, KernelLink } from '../../lib/node/kernel.ts'

// Only what is used; `ip` prints many more keys, and newer ones print more of them.
const linkSchema = v.object({ ifname: v.string(), flags: v.array(v.string()) })
const addressSchema = v.object({
  family: v.picklist(['inet', 'inet6']),
  local: v.pipe(
    v.string(),
    v.check((text) => parseIp(text) !== undefined, 'not an IP address'),
  ),
  prefixlen: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(128)),
  scope: v.string(),
  secondary: v.optional(v.boolean(), false),
})
const linksSchema = v.array(linkSchema)
const addressesSchema = v.array(v.object({ ifname: v.string(), addr_info: v.array(addressSchema) }))

/** An address with what `ip` says beyond what CTDB sees. */
export interface ScopedAddress extends KernelAddress {
  /** `link` is an address that each IPv6 interface gives to itself. */
  readonly scope: string
}

/**
 * Reads what `ip -j link` prints.
 * @throws CtdbtsError NETNS_FAILED when it is not of that form.
 */
export function parseIpLink(text: string): KernelLink[] {
  // LOWER_UP follows the other end at once; `operstate` lags behind by up to a second.
  return read(linksSchema, text, 'ip -j link').map(({ ifname, flags }) => ({ name: ifname, carrier: flags.includes('LOWER_UP') }))
}

/**
 * Reads what `ip -j addr` prints; the order is kept.
 * @throws CtdbtsError NETNS_FAILED when it is not of that form.
 */
export function parseIpAddr(text: string): ScopedAddress[] {
  return read(addressesSchema, text, 'ip -j addr').flatMap(({ ifname, addr_info }) =>
    addr_info.map(({ local, prefixlen, scope, secondary }) => ({
      address: local,
      maskBits: prefixlen,
      interfaceName: ifname,
      secondary,
      scope,
    })),
  )
}

function read<S extends v.GenericSchema>(schema: S, text: string, command: string): v.InferOutput<S> {
  const result = v.safeParse(schema, parseJson(text, command), { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  throw unreadable(command, `${v.getDotPath(issue) ?? 'all of it'}: ${issue.message}`)
}

function parseJson(text: string, command: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    // The parser's message quotes what it read, which may be anything, and long.
    throw unreadable(command, 'it is not JSON', cause)
  }
}

function unreadable(command: string, why: string, cause?: unknown): CtdbtsError {
  return new CtdbtsError('NETNS_FAILED', `what \`${command}\` printed cannot be read: ${why}`, {
    hint: 'JSON needs iproute2 4.17 or newer (`ip -V`)',
    cause,
  })
}
