import { isIPv6 } from 'node:net'
import { CtdbtsError } from '../../lib/errors.ts'

/** A host as named on the command line of `ssh`, before any configuration is read. */
export interface SshTarget {
  readonly user?: string
  /** A name, an alias of the configuration, or an address (IPv6 without brackets). */
  readonly host: string
  readonly port?: number
}

const MAX_PORT = 65_535
const MAX_HOST_CHARACTERS = 255

/** Letters, digits, `.`, `_`, `-`; never an option. Letters of all scripts, for internationalized names. */
const HOST_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u
/** An IPv6 address may name an interface: `fe80::1%eth0`. */
const ZONE = /^[A-Za-z0-9._-]+$/
/** No blanks, control characters or shell syntax; `\` and `@` occur in names of a Windows domain. */
const USER = /^[A-Za-z0-9_][A-Za-z0-9_.@\\$+-]*$/

const SHAPE = /^(?:\[(?<v6>[^\]]*)\]|(?<host>[^:[\]]*))(?::(?<port>\d{1,5}))?$/

/**
 * Reads `[user@]host[:port]`, `[user@][v6]:port`, a bare IPv6 address or `ssh://user@host:port`.
 * @throws CtdbtsError USAGE for anything else.
 */
export function parseSshTarget(text: string): SshTarget {
  const bare = text.replace(/^ssh:\/\/(.*?)\/?$/, '$1')
  const at = bare.lastIndexOf('@')
  const user = at === -1 ? undefined : bare.slice(0, at)
  const endpoint = bare.slice(at + 1)
  if (isAddressV6(endpoint)) return target(text, user, endpoint, undefined)
  const groups = SHAPE.exec(endpoint)?.groups
  if (!groups) throw invalidTarget(text)
  const { v6, host = '', port } = groups
  if (v6 === undefined ? !isHostName(host) : !isAddressV6(v6)) throw invalidTarget(text)
  return target(text, user, v6 ?? host, port)
}

/** Whether a text can be the name or address of a host. Also checks names from the configuration. */
export const isHostName = (text: string): boolean =>
  (text.length <= MAX_HOST_CHARACTERS && HOST_NAME.test(text)) || isAddressV6(text)

/** Whether a text can be a user name. */
export const isUserName = (text: string): boolean => USER.test(text)

function target(text: string, user: string | undefined, host: string, portText: string | undefined): SshTarget {
  if (user !== undefined && !isUserName(user)) throw invalidTarget(text)
  if (portText === undefined) return { ...(user !== undefined && { user }), host }
  const port = Number(portText)
  if (port < 1 || port > MAX_PORT) throw invalidTarget(text)
  return { ...(user !== undefined && { user }), host, port }
}

function isAddressV6(text: string): boolean {
  // Node compiles a large expression for its answer, and few hosts are given by such an address.
  if (!/:.*:/.test(text)) return false
  const [address = '', ...zone] = text.split('%')
  return isIPv6(address) && (zone.length === 0 || ZONE.test(zone.join('%')))
}

function invalidTarget(text: string): CtdbtsError {
  return new CtdbtsError('USAGE', `${JSON.stringify(text)} is not a valid SSH host`, {
    hint: 'write [USER@]HOST[:PORT], with an IPv6 address in brackets when a port follows',
  })
}
