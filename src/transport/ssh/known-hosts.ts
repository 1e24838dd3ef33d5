import { createHash, createHmac, randomBytes } from 'node:crypto'
import { matchesList } from './patterns.ts'

/** A valid entry of a known_hosts file. */
export interface KnownHost {
  readonly file: string
  readonly line: number
  readonly marker?: 'revoked' | 'cert-authority'
  /** As written: patterns between commas, or a hash. */
  readonly names: string
  readonly keyType: string
  /** In SSH's wire encoding. */
  readonly key: Buffer
}

/** The verdict on a host key. All but `unknown` name the entry that decided it. */
export type HostKeyVerdict =
  | { readonly verdict: 'unknown' }
  | { readonly verdict: 'known' | 'changed' | 'revoked' | 'authority-only'; readonly by: KnownHost }

const MARKERS = { '@revoked': 'revoked', '@cert-authority': 'cert-authority' } as const
const HASHED = /^\|1\|([A-Za-z0-9+/]+=*)\|([A-Za-z0-9+/]+=*)$/
const SALT_BYTES = 20
export const SSH_PORT = 22

/** Reads a known_hosts file. Invalid lines are ignored, as in OpenSSH. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  return text.split('\n').flatMap((line, index) => {
    const words = line.split(/[ \t\r]+/).filter((word) => word !== '')
    const [first = '#'] = words
    if (first.startsWith('#')) return []
    const marker = Object.hasOwn(MARKERS, first) ? MARKERS[first as keyof typeof MARKERS] : undefined
    if (first.startsWith('@') && !marker) return []
    const [names, keyType, base64] = marker ? words.slice(1) : words
    if (names === undefined || keyType === undefined || base64 === undefined) return []
    const key = Buffer.from(base64, 'base64')
    if (keyTypeOf(key) !== keyType) return []
    return [{ file, line: index + 1, ...(marker && { marker }), names, keyType, key }]
  })
}

/**
 * Checks a host's key against the known ones. A revoked key is revoked whatever other lines say. A key that differs from all known keys of the
 * host has changed, even if it is of another type.
 * @param names from {@link hostKeyNames}.
 */
export function judgeHostKey(known: readonly KnownHost[], names: readonly string[], key: Buffer): HostKeyVerdict {
  const lines = known.filter((line) => names.some((name) => isFor(line, name)))
  const revoked = lines.find((line) => line.marker === 'revoked' && line.key.equals(key))
  if (revoked) return { verdict: 'revoked', by: revoked }
  const { counting, own } = relevantEntries(lines, names)
  const same = counting.find((line) => line.key.equals(key))
  if (same) return { verdict: 'known', by: same }
  // An entry without a port may belong to another server, so it does not prove that this key has changed.
  const changed = own.find((line) => line.keyType === keyTypeOf(key)) ?? own[0]
  if (changed) return { verdict: 'changed', by: changed }
  const authority = lines.find((line) => line.marker === 'cert-authority')
  return authority ? { verdict: 'authority-only', by: authority } : { verdict: 'unknown' }
}

/** The types of the known keys of a host. */
export const knownKeyTypes = (known: readonly KnownHost[], names: readonly string[]): Set<string> =>
  new Set(relevantEntries(known, names).counting.map(({ keyType }) => keyType))

/** A certificate authority that vouches for a host of which no key is known. */
export const onlyAuthority = (known: readonly KnownHost[], names: readonly string[]): KnownHost | undefined =>
  knownKeyTypes(known, names).size > 0
    ? undefined
    : known.find((line) => line.marker === 'cert-authority' && names.some((name) => isFor(line, name)))

/** Entries for a host's first name (`own`), and the entries that count: `own`, or if there are none, those for its other names. */
function relevantEntries(
  known: readonly KnownHost[],
  names: readonly string[],
): { readonly own: readonly KnownHost[]; readonly counting: readonly KnownHost[] } {
  const plain = known.filter(({ marker }) => !marker)
  const own = plain.filter((line) => isFor(line, names[0] ?? ''))
  return { own, counting: own.length > 0 ? own : plain.filter((line) => names.some((name) => isFor(line, name))) }
}

/**
 * The names of a host in known_hosts: with its port unless that is 22, and then, as in OpenSSH, also without it. A HostKeyAlias is the only
 * name.
 */
export function hostKeyNames(host: string, port: number, alias: string | undefined): readonly [string, ...string[]] {
  if (alias !== undefined) return [alias.toLowerCase()]
  const name = host.toLowerCase()
  return port === SSH_PORT ? [name] : [`[${name}]:${port}`, name]
}

/** The known_hosts line of a host. @param options `hashed`: hide the name, as HashKnownHosts does. */
export function knownHostLine(name: string, key: Buffer, { hashed }: { readonly hashed: boolean }): string {
  const salt = randomBytes(SALT_BYTES)
  const shown = hashed ? `|1|${salt.toString('base64')}|${hashOf(name, salt).toString('base64')}` : name
  return `${shown} ${keyTypeOf(key)} ${key.toString('base64')}\n`
}

/** As `ssh-keygen -l` prints it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`

/** The type that a key names itself; undefined if the bytes are not a key. */
export function keyTypeOf(key: Buffer): string | undefined {
  if (key.length < 4) return undefined
  const end = 4 + key.readUInt32BE(0)
  return end > 4 && end < key.length ? key.toString('latin1', 4, end) : undefined
}

function isFor({ names }: KnownHost, name: string): boolean {
  const [, salt, hash] = HASHED.exec(names) ?? []
  if (salt !== undefined && hash !== undefined) {
    return hashOf(name, Buffer.from(salt, 'base64')).equals(Buffer.from(hash, 'base64'))
  }
  return matchesList(names.toLowerCase().split(','), name)
}

const hashOf = (name: string, salt: Buffer): Buffer => createHmac('sha1', salt).update(name).digest()
