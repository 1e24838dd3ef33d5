import { join } from 'node:path'
import { badConfig } from './config-text.ts'
import { ConfigValues } from './config-values.ts'
import type { HostQuery, Setting, Settings } from './host-search.ts'
import { SSH_PORT } from './known-hosts.ts'
import { DEFAULT_CONNECT_TIMEOUT_MS, DEFAULT_KEEPALIVE } from './limits.ts'
import { isHostName, isUserName, type SshTarget } from './target.ts'
import { expandPath, expandTokens, type Tokens } from './tokens.ts'

/** Everything that is needed to connect to a host. */
export interface ResolvedHost {
  /** As the user named it. */
  readonly name: string
  readonly host: string
  readonly port: number
  readonly user: string
  /** The IP version; 0 for either. */
  readonly family: 0 | 4 | 6
  readonly hostKeyAlias: string | undefined
  /** In the order in which they are tried; default ones (not `named`) may be missing. */
  readonly identityFiles: readonly { readonly path: string; readonly named: boolean }[]
  readonly identitiesOnly: boolean
  /** Path of the agent's socket. */
  readonly agent: string | undefined
  /** The jump hosts, nearest first, each as a user would write it. */
  readonly jumps: readonly string[]
  readonly userKnownHosts: readonly string[]
  readonly globalKnownHosts: readonly string[]
  readonly acceptNew: boolean
  readonly hashKnownHosts: boolean
  readonly connectTimeoutMs: number
  readonly keepalive: Keepalive
}

/** How a dead connection is detected. */
export interface Keepalive {
  /** Time without data after which the server is probed, in milliseconds; 0: never. */
  readonly intervalMs: number
  /** Number of unanswered probes after which the connection counts as dead. */
  readonly countMax: number
}

/** Settings of the caller. Everything else comes from the configuration. */
export interface ResolveOptions {
  readonly env: NodeJS.ProcessEnv
  readonly home: string
  readonly localUser: string
  readonly acceptNew: boolean
  readonly connectTimeoutMs: number | undefined
  readonly keepalive: Keepalive | undefined
  readonly identities: readonly string[]
  readonly onNotice: (text: string) => void
}

const DEFAULT_IDENTITIES = ['id_ed25519', 'id_ecdsa', 'id_rsa']
const GLOBAL_KNOWN_HOSTS = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']
const MAX_PORT = 65_535
const FAMILIES: ReadonlyMap<string, 0 | 4 | 6> = new Map([
  ['any', 0],
  ['inet', 4],
  ['inet6', 6],
])
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['true', true],
  ['no', false],
  ['false', false],
])

/** Where settings come from. */
interface SettingsSource {
  settingsFor(query: HostQuery): Settings
}

/**
 * Looks up a target in the configuration.
 * @throws CtdbtsError SSH_CONFIG for a value that is invalid or not supported.
 */
export function resolveHost(target: SshTarget, files: SettingsSource, options: ResolveOptions): ResolvedHost {
  const { home, localUser } = options
  const read = new ConfigValues(files.settingsFor({ host: target.host, user: target.user, localUser }))
  const endpoint = resolveEndpoint(target, read, localUser)
  const { host, port, user } = endpoint
  const hostKeyAlias = read.text('hostkeyalias')
  if (hostKeyAlias !== undefined && !isHostName(hostKeyAlias)) throw read.bad('hostkeyalias', 'is not a host name')
  const tokens = { h: host, n: target.host, p: String(port), r: user, d: home, u: localUser, k: hostKeyAlias ?? target.host }
  const path = (setting: Setting, word: string) => expandPath(word, setting, tokens, options)
  const defaults = (name: string) => [join(home, '.ssh', name), join(home, '.ssh', `${name}2`)]
  return {
    name: target.host,
    ...endpoint,
    family: read.choice('addressfamily', FAMILIES) ?? 0,
    hostKeyAlias,
    identityFiles: identitiesOf(read, path, options),
    identitiesOnly: read.choice('identitiesonly', BOOLEANS) ?? false,
    agent: agentOf(read.one('identityagent'), options.env, path),
    jumps: jumpsOf(read, tokens),
    userKnownHosts: knownHostsOf(read.one('userknownhostsfile'), path) ?? defaults('known_hosts'),
    globalKnownHosts: knownHostsOf(read.one('globalknownhostsfile'), path) ?? GLOBAL_KNOWN_HOSTS,
    acceptNew: acceptsNew(read, target.host, options),
    hashKnownHosts: read.choice('hashknownhosts', BOOLEANS) ?? false,
    connectTimeoutMs: options.connectTimeoutMs ?? (read.milliseconds('connecttimeout') || DEFAULT_CONNECT_TIMEOUT_MS),
    keepalive: options.keepalive ?? {
      intervalMs: read.milliseconds('serveraliveinterval') ?? DEFAULT_KEEPALIVE.intervalMs,
      countMax: read.number('serveralivecountmax', 1, 1000) ?? DEFAULT_KEEPALIVE.countMax,
    },
  }
}

function resolveEndpoint(target: SshTarget, read: ConfigValues, localUser: string): { host: string; port: number; user: string } {
  const named = read.text('hostname')
  const host = (named === undefined ? target.host : expandTokens(named, { h: target.host })).toLowerCase()
  if (!isHostName(host)) throw read.bad('hostname', 'is not a host name')
  const user = target.user ?? read.text('user') ?? localUser
  if (!isUserName(user)) throw read.bad('user', 'is not a user name')
  return { host, user, port: target.port ?? read.number('port', 1, MAX_PORT) ?? SSH_PORT }
}

type ToPath = (setting: Setting, word: string) => string

/** The default files are used only if none are named. */
function identitiesOf(read: ConfigValues, path: ToPath, { home, identities }: ResolveOptions): ResolvedHost['identityFiles'] {
  const configured = read.all('identityfile').flatMap((setting) => setting.words.map((word) => path(setting, word)))
  if (identities.length + configured.length === 0) {
    return DEFAULT_IDENTITIES.map((file) => ({ path: join(home, '.ssh', file), named: false }))
  }
  const named = [...identities, ...configured].filter((file) => file.toLowerCase() !== 'none')
  return [...new Set(named)].map((file) => ({ path: file, named: true }))
}

/** The check is never less strict than `accept-new`, whatever the configuration says. */
function acceptsNew(read: ConfigValues, name: string, { acceptNew, onNotice }: ResolveOptions): boolean {
  const text = read.text('stricthostkeychecking')?.toLowerCase() ?? 'ask'
  if (['yes', 'true', 'ask'].includes(text)) return acceptNew
  if (text === 'accept-new') return true
  if (!['no', 'off', 'false'].includes(text)) {
    throw read.bad('stricthostkeychecking', 'is not one of yes, ask, accept-new, no, off')
  }
  onNotice(`${name}: StrictHostKeyChecking ${text} is treated as accept-new: a changed host key is still refused`)
  return true
}

function jumpsOf(read: ConfigValues, tokens: Tokens): string[] {
  const command = read.one('proxycommand')
  if (command && command.words.join(' ').toLowerCase() !== 'none') {
    throw badConfig(command.file, `ProxyCommand is not supported: \`${command.words.join(' ')}\``, 'use ProxyJump instead')
  }
  const text = read.text('proxyjump')
  if (text === undefined || text.toLowerCase() === 'none') return []
  return expandTokens(text, tokens).split(',')
}

function knownHostsOf(setting: Setting | undefined, path: ToPath): string[] | undefined {
  if (!setting) return undefined
  if (setting.words[0]?.toLowerCase() === 'none') return []
  return setting.words.flatMap((words) => words.split(/[ \t]+/)).map((word) => path(setting, word))
}

function agentOf(setting: Setting | undefined, env: NodeJS.ProcessEnv, path: ToPath): string | undefined {
  const [word = 'SSH_AUTH_SOCK'] = setting?.words ?? []
  if (word.toLowerCase() === 'none') return undefined
  if (word === 'SSH_AUTH_SOCK') return env.SSH_AUTH_SOCK || undefined
  const variable = /^\$([A-Za-z_][A-Za-z0-9_]*)$/.exec(word)?.[1]
  if (variable !== undefined) return env[variable] || undefined
  return setting && path(setting, word)
}
