import * as v from 'valibot'
import { formatIp, parseIp } from '../../lib/address/ip-text.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { HostAddress, HostLink } from '../../lib/snapshot/host-facts.ts'

/** How `ip` prints a time that never ends. */
const FOREVER = 0xffff_ffff

// Only what is used; `ip` prints many more keys, and newer ones print more of them.
const flag = v.optional(v.boolean(), false)
const address = v.pipe(
  v.object({
    family: v.picklist(['inet', 'inet6']),
    local: v.pipe(
      v.string(),
      v.check((text) => parseIp(text) !== undefined, 'not an IP address'),
      v.transform(canonical),
    ),
    prefixlen: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(128)),
    scope: v.string(),
    secondary: flag,
    dynamic: flag,
    tentative: flag,
    dadfailed: flag,
    valid_life_time: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), FOREVER),
  }),
  v.check(({ family, prefixlen }) => family === 'inet6' || prefixlen <= 32, 'more mask bits than an IPv4 address has'),
)
const schema = v.array(v.object({ ifname: v.string(), addr_info: v.array(address), flags: v.array(v.string()) }))

/** What a kernel holds, in its order. */
export interface KernelNetwork {
  readonly links: readonly HostLink[]
  readonly addresses: readonly HostAddress[]
}

/**
 * Reads what `ip -j addr` prints.
 * @throws CtdbtsError IP_JSON when it is not of that form.
 */
export function parseIpAddr(text: string): KernelNetwork {
  const result = v.safeParse(schema, parseJson(text), { abortEarly: true })
  if (!result.success) {
    const [issue] = result.issues
    throw unreadable(`${v.getDotPath(issue) ?? 'all of it'}: ${issue.message}`)
  }
  return {
    // LOWER_UP follows the other end at once; `operstate` lags behind by up to a second.
    links: result.output.map(({ ifname, flags }) => ({
      name: ifname,
      up: flags.includes('UP'),
      carrier: flags.includes('LOWER_UP'),
    })),
    addresses: result.output.flatMap(({ ifname, addr_info }) => addr_info.map((info) => hostAddress(ifname, info))),
  }
}

const hostAddress = (interfaceName: string, info: v.InferOutput<typeof address>): HostAddress => ({
  address: info.local,
  maskBits: info.prefixlen,
  interfaceName,
  secondary: info.secondary,
  scope: info.scope,
  dynamic: info.dynamic,
  // Linux leaves it tentative for ever when somebody else has it.
  tentative: info.tentative && !info.dadfailed,
  dadFailed: info.dadfailed,
  validSeconds: info.valid_life_time >= FOREVER ? null : info.valid_life_time,
})

/** The one text of an address; of what is none, the same text. */
function canonical(address: string): string {
  const ip = parseIp(address)
  return ip ? formatIp(ip) : address
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(repaired(text))
  } catch (cause) {
    // The parser's message quotes what it read, which may be anything, and long.
    throw unreadable('it is not JSON', cause)
  }
}

/** Interfaces may have almost any bytes in their name. `ip` prints control characters raw, and some versions escape `'`: JSON has neither. */
const repaired = (text: string): string =>
  text
    .trimEnd()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to be found.
    .replace(/[\0-\x1f]/g, (character) =>
      character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    .replace(/\\(.)/gs, (escaped, character) => (character === "'" ? character : escaped))

function unreadable(why: string, cause?: unknown): CtdbtsError {
  return new CtdbtsError('IP_JSON', `what \`ip -j addr\` printed cannot be read: ${why}`, {
    hint: 'JSON needs iproute2 4.17 or newer (`ip -V`)',
    cause,
  })
}
