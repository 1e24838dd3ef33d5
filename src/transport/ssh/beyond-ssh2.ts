import { existsSync, readFileSync } from 'node:fs'
import { CtdbtsError } from '../../lib/errors.ts'
import type { ConfigFiles } from './config-files.ts'
import { ConfigValues } from './config-values.ts'
import { readKnownHosts } from './host-keys.ts'
import type { Settings } from './host-search.ts'
import { hostKeyNames, onlyAuthority } from './known-hosts.ts'
import { type ResolvedHost, type ResolveOptions, resolveHost } from './resolve.ts'
import { parseSshTarget, type SshTarget } from './target.ts'

/** What the user's machine says, apart from the configuration. */
export interface Surroundings {
  /** Whether there is a Kerberos ticket. Debian and Red Hat switch on GSSAPIAuthentication for everybody. */
  readonly hasTicket: () => Promise<boolean>
}

/** Whether a value of a keyword asks for something that our own SSH does not do. */
type Asks = (value: string) => boolean

const isSet: Asks = (value) => value !== 'none'
const isOn: Asks = (value) => value === 'yes' || value === 'true'
const isOff: Asks = (value) => value === 'no' || value === 'false'

const BEYOND: ReadonlyMap<string, Asks> = new Map<string, Asks>([
  ['ProxyCommand', isSet],
  ['KnownHostsCommand', isSet],
  ['CertificateFile', isSet],
  ['PKCS11Provider', isSet],
  ['BindAddress', isSet],
  ['BindInterface', isSet],
  ['HostbasedAuthentication', isOn],
  ['VerifyHostKeyDNS', isOn],
  ['PubkeyAuthentication', isOff],
  ['PreferredAuthentications', (value) => !value.split(',').includes('publickey')],
  ['CanonicalizeHostname', (value) => isOn(value) || value === 'always'],
])
const GSSAPI = 'GSSAPIAuthentication'

/** What our own SSH reads: a Match block that sets none of these, nor of the above, makes no difference. */
const READ = [
  'addressfamily',
  'globalknownhostsfile',
  'hostkeyalias',
  'hostname',
  'identitiesonly',
  'identityagent',
  'identityfile',
  'port',
  'proxyjump',
  'stricthostkeychecking',
  'user',
  'userknownhostsfile',
]
const MATTERS: ReadonlySet<string> = new Set([...READ, ...[...BEYOND.keys()].map((keyword) => keyword.toLowerCase())])

/** Names of keys on a FIDO token, which OpenSSH tries by default. */
const TOKEN_KEYS = ['id_ecdsa_sk', 'id_ed25519_sk']
const MAX_HOPS = 16

/**
 * Why a host needs OpenSSH: something in the user's configuration that our own SSH does not do. Undefined when there is nothing.
 * @throws CtdbtsError SSH_CONFIG only where a file cannot be read at all.
 */
export async function whyBeyondSsh2(
  target: SshTarget,
  files: ConfigFiles,
  options: ResolveOptions,
  surroundings: Surroundings,
  hops = 0,
): Promise<string | undefined> {
  const { settings, ignored } = files.searchFor({ host: target.host, user: target.user, localUser: options.localUser })
  const match = ignored.find(({ keywords }) => keywords.some((set) => [...MATTERS].some((keyword) => set.has(keyword))))
  if (match) return `\`Match ${match.criteria}\` (${match.file})`
  const keyword = [...BEYOND].find(([name, asks]) => valuesOf(settings, name).some(asks))?.[0]
  if (keyword !== undefined) return `${keyword} (${settings.get(keyword.toLowerCase())?.[0]?.file})`
  if (valuesOf(settings, GSSAPI).some(isOn) && (await surroundings.hasTicket())) return `${GSSAPI}, and there is a ticket`
  let host: ResolvedHost
  try {
    host = resolveHost(target, files, options)
  } catch (error) {
    if (error instanceof CtdbtsError) return error.message
    throw error
  }
  return whyByFiles(host, options) ?? (await whyByJump(host, files, options, surroundings, hops))
}

function valuesOf(settings: Settings, keyword: string): string[] {
  const value = new ConfigValues(settings).one(keyword.toLowerCase())?.words.join(' ')
  return value === undefined ? [] : [value.toLowerCase()]
}

function whyByFiles(host: ResolvedHost, { home }: ResolveOptions): string | undefined {
  const certificate = host.identityFiles.map(({ path }) => `${path}-cert.pub`).find((path) => existsSync(path))
  if (certificate !== undefined) return `the certificate ${certificate}`
  const named = host.identityFiles.filter((file) => file.named).map(({ path }) => path)
  const keys = named.length > 0 ? named : TOKEN_KEYS.map((name) => `${home}/.ssh/${name}`)
  const token = keys.find(isTokenKey)
  if (token !== undefined) return `the key ${token} on a token`
  const names = hostKeyNames(host.host, host.port, host.hostKeyAlias)
  const authority = onlyAuthority([...host.userKnownHosts, ...host.globalKnownHosts].flatMap(knownHosts), names)
  return authority && `the certificate authority for it (${authority.file}:${authority.line})`
}

/** A host on the way may need it, too. */
async function whyByJump(
  { jumps }: ResolvedHost,
  files: ConfigFiles,
  options: ResolveOptions,
  surroundings: Surroundings,
  hops: number,
): Promise<string | undefined> {
  for (const jump of hops < MAX_HOPS ? jumps : []) {
    const why = await whyBeyondSsh2(parseSshTarget(jump), files, options, surroundings, hops + 1)
    if (why !== undefined) return `${why} for ${jump}`
  }
  return undefined
}

/** The public half of such a key begins with its type. */
function isTokenKey(path: string): boolean {
  try {
    return readFileSync(`${path}.pub`, 'utf8').startsWith('sk-')
  } catch {
    return false
  }
}

/** A file that cannot be read is reported when the host is connected to. */
function knownHosts(file: string) {
  try {
    return readKnownHosts(file)
  } catch {
    return []
  }
}
