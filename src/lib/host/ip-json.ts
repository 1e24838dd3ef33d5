import * as v from 'valibot'
import { formatIp, parseIp } from '../address/ip-text.ts'
import { CtdbtsError } from '../errors.ts'
import type { HostAddress, HostLink } from '../snapshot/host-facts.ts'

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
    scope: v.union([v.string(), v.pipe(v.number(), v.transform(String))]),
    secondary: flag,
    dynamic: flag,
    tentative: flag,
    dadfailed: flag,
    valid_life_time: v.optional(
      v.union([
        v.pipe(v.number(), v.integer(), v.minValue(0)),
        v.pipe(
          v.literal('forever'),
          v.transform(() => FOREVER),
        ),
      ]),
      FOREVER,
    ),
  }),
  v.check(({ family, local }) => family === (local.includes(':') ? 'inet6' : 'inet'), 'an address of another family'),
  v.check(({ family, prefixlen }) => family === 'inet6' || prefixlen <= 32, 'more mask bits than an IPv4 address has'),
)
const link = v.object({
  ifname: v.string(),
  flags: v.array(v.string()),
  addr_info: v.optional(v.array(v.unknown()), []),
  altnames: v.optional(v.array(v.string())),
  /** The interface that a VLAN is on; the peer of a veth. */
  link: v.optional(v.string()),
  /** The number of that peer, when it is in another network namespace. */
  link_index: v.optional(v.number()),
  /** The bond, bridge, team or VRF that it is a part of. */
  master: v.optional(v.string()),
  link_type: v.optional(v.unknown()),
  /** Its link address. */
  address: v.optional(v.unknown()),
})
const schema = v.array(v.unknown())

/** What a kernel holds, in its order. */
export interface KernelNetwork {
  readonly links: readonly HostLink[]
  readonly addresses: readonly HostAddress[]
  /** What could not be read, and why: `eth1: prefixlen: …`. The rest is all there. */
  readonly unread: readonly string[]
}

/**
 * Reads what `ip -j addr` prints. An odd entry costs that entry only. Not counted as odd: the empty objects that `ip` prints in place of what
 * it filters out, entries of something that was just deleted, and addresses that are not of IP (MCTP).
 * @throws CtdbtsError IP_JSON when it is not a list of interfaces at all.
 */
export function parseIpAddr(text: string): KernelNetwork {
  const entries = v.safeParse(schema, parseIpJson(text, 'ip -j addr'))
  if (!entries.success) throw unreadable('ip -j addr', 'it is not a list')
  const network = { links: [] as HostLink[], addresses: [] as HostAddress[], unread: [] as string[] }
  for (const [index, entry] of entries.output.entries()) if (!isNothing(entry)) readInterface(entry, index, network)
  // Every kernel has an interface. So this is something else.
  if (network.links.length === 0 && network.unread.length > 0) throw unreadable('ip -j addr', network.unread.join('; '))
  return network
}

/** Adds an interface and its addresses to what was read. */
function readInterface(
  entry: unknown,
  index: number,
  { links, addresses, unread }: { links: HostLink[]; addresses: HostAddress[]; unread: string[] },
): void {
  const read = v.safeParse(link, entry, { abortEarly: true })
  if (!read.success) {
    unread.push(`interface ${index + 1}: ${issueText(read.issues)}`)
    return
  }
  const { ifname, addr_info } = read.output
  links.push(hostLink(read.output))
  for (const info of addr_info) {
    if (isNothing(info) || isOfOtherFamily(info)) continue
    const one = v.safeParse(address, info, { abortEarly: true })
    if (one.success) addresses.push(hostAddress(ifname, one.output))
    else unread.push(`${ifname}: ${issueText(one.issues)}`)
  }
}

/** An empty object, or something that has just been deleted. */
const isNothing = (entry: unknown): boolean =>
  typeof entry === 'object' &&
  entry !== null &&
  !Array.isArray(entry) &&
  (Object.keys(entry).length === 0 || ('deleted' in entry && entry.deleted === true))

const isOfOtherFamily = (info: unknown): boolean =>
  typeof info === 'object' &&
  info !== null &&
  'family' in info &&
  typeof info.family === 'string' &&
  !['inet', 'inet6'].includes(info.family)

const issueText = ([issue]: [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): string =>
  `${v.getDotPath(issue) ?? 'all of it'}: ${issue.message}`

const hostLink = ({
  ifname,
  flags,
  altnames,
  link: parent,
  link_index: index,
  master,
  link_type: type,
  address: mac,
}: v.InferOutput<typeof link>): HostLink => ({
  name: ifname,
  up: flags.includes('UP'),
  // LOWER_UP follows the other end at once; `operstate` lags behind by up to a second.
  carrier: flags.includes('LOWER_UP'),
  altnames: altnames ?? [],
  ...((parent !== undefined || index !== undefined) && { parent: parent ?? `if${index}` }),
  ...(master !== undefined && { master }),
  // Slaves have the flag SLAVE. A bridge has neither.
  isBond: flags.includes('MASTER'),
  ...(type === 'ether' && isMac(mac) && { mac: mac.toLowerCase() }),
})

/** All zeros are none. */
const isMac = (text: unknown): text is string =>
  typeof text === 'string' && /^([\da-f]{2}:){5}[\da-f]{2}$/i.test(text) && /[^0:]/.test(text)

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

/**
 * Reads the JSON that `ip` prints.
 * @param command the command, for the message.
 * @throws CtdbtsError IP_JSON.
 */
export function parseIpJson(text: string, command: string): unknown {
  try {
    return JSON.parse(repaired(text))
  } catch (cause) {
    // The parser's message quotes what it read, which may be anything, and long.
    throw unreadable(command, 'it is not JSON', cause)
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

function unreadable(command: string, why: string, cause?: unknown): CtdbtsError {
  return new CtdbtsError('IP_JSON', `what \`${command}\` printed cannot be read: ${why}`, {
    hint: 'JSON needs iproute2 4.17 or newer (`ip -V`)',
    cause,
  })
}
