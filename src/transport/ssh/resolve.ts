import { join } from 'node:path'
import { badConfig, type ConfigFiles, type Setting } from './config-files.ts'
import { ConfigValues } from './config-values.ts'
import { isHostName, isUserName, type SshTarget } from './target.ts'
import { expandPath, expandTokens, type Tokens } from './tokens.ts'

/** All there is to know before a connection is made. */
export interface ResolvedHost {
  /** As the user has named it. */
  readonly name: string
  readonly host: string
  readonly port: number
  readonly user: string
  /** 0 for either. */
  readonly family: 0 | 4 | 6
  readonly hostKeyAlias: string | undefined
  /** In the order in which they are tried; those not named by anybody may be absent. */
  readonly identityFiles: readonly { readonly path: string; readonly named: boolean }[]
  readonly identitiesOnly: boolean
  /** Path of the agent's socket. */
  readonly agent: string | undefined
  /** The hosts to go through, in the order of the way there, each as a user would write it. */
  readonly jumps: readonly string[]
  readonly userKnownHosts: readonly string[]
  readonly globalKnownHosts: readonly string[]
  readonly acceptNew: boolean
  readonly hashKnownHosts: boolean
  readonly connectTimeoutMs: number
  readonly keepalive: Keepalive
}

/** How a dead connection is noticed. */
export interface Keepalive {
  /** After so long without a word the other side is asked for one; 0: never. */
  readonly intervalMs: number
  /** After so many questions without an answer it is dead. */
  readonly countMax: number
}

/** What the caller has decided; all else is in the configuration. */
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
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000
const DEFAULT_KEEPALIVE: Keepalive = { intervalMs: 15_000, countMax: 3 }
const GLOBAL_KNOWN_HOSTS = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']
const SSH_PORT = 22
const MAX_PORT = 65_535
const FAMILIES: ReadonlyMap<string, 0 | 4 | 6> = new Map([
  ['any', 0],
  ['inet', 4],
  ['inet6', 6],
])
const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['true', true],
  ['no', false],
  ['false', false],
])

/**
 * What a target stands for, by the configuration.
 * @throws CtdbtsError SSH_CONFIG for a value that is not understood, or asks for what we do not do.
 */
export function resolveHost(target: SshTarget, files: ConfigFiles, options: ResolveOptions): ResolvedHost {
  const { home, localUser } = options
  const read = new ConfigValues(files.settingsFor({ host: target.host, user: target.user, localUser }))
  const place = placeOf(target, read, localUser)
  const { host, port, user } = place
  const hostKeyAlias = read.text('hostkeyalias')
  if (hostKeyAlias !== undefined && !isHostName(hostKeyAlias)) throw read.bad('hostkeyalias', 'is not the name of a host')
  const tokens = { h: host, n: target.host, p: String(port), r: user, d: home, u: localUser, k: hostKeyAlias ?? target.host }
  const path = (setting: Setting, word: string) => expandPath(word, setting, tokens, options)
  const usual = (name: string) => [join(home, '.ssh', name), join(home, '.ssh', `${name}2`)]
  return {
    name: target.host,
    ...place,
    family: read.choice('addressfamily', FAMILIES) ?? 0,
    hostKeyAlias,
    identityFiles: identitiesOf(read, path, options),
    identitiesOnly: read.choice('identitiesonly', TRUTHS) ?? false,
    agent: agentOf(read.one('identityagent'), options.env, path),
    jumps: jumpsOf(read, tokens),
    userKnownHosts: knownHostsOf(read.one('userknownhostsfile'), path) ?? usual('known_hosts'),
    globalKnownHosts: knownHostsOf(read.one('globalknownhostsfile'), path) ?? GLOBAL_KNOWN_HOSTS,
    acceptNew: acceptsNew(read, target.host, options),
    hashKnownHosts: read.choice('hashknownhosts', TRUTHS) ?? false,
    connectTimeoutMs: options.connectTimeoutMs ?? (read.milliseconds('connecttimeout') || DEFAULT_CONNECT_TIMEOUT_MS),
    keepalive: options.keepalive ?? {
      intervalMs: read.milliseconds('serveraliveinterval') ?? DEFAULT_KEEPALIVE.intervalMs,
      countMax: read.number('serveralivecountmax', 1, 1000) ?? DEFAULT_KEEPALIVE.countMax,
    },
  }
}

function placeOf(target: SshTarget, read: ConfigValues, localUser: string): { host: string; port: number; user: string } {
  const named = read.text('hostname')
  const host = (named === undefined ? target.host : expandTokens(named, { h: target.host })).toLowerCase()
  if (!isHostName(host)) throw read.bad('hostname', 'is not the name of a host')
  const user = target.user ?? read.text('user') ?? localUser
  if (!isUserName(user)) throw read.bad('user', 'is not the name of a user')
  return { host, user, port: target.port ?? read.number('port', 1, MAX_PORT) ?? SSH_PORT }
}

type ToPath = (setting: Setting, word: string) => string

/** Those that nobody has named are only tried where nobody has named any. */
function identitiesOf(read: ConfigValues, path: ToPath, { home, identities }: ResolveOptions): ResolvedHost['identityFiles'] {
  const configured = read.all('identityfile').flatMap((setting) => setting.words.map((word) => path(setting, word)))
  if (identities.length + configured.length === 0) {
    return DEFAULT_IDENTITIES.map((file) => ({ path: join(home, '.ssh', file), named: false }))
  }
  const named = [...identities, ...configured].filter((file) => file.toLowerCase() !== 'none')
  return [...new Set(named)].map((file) => ({ path: file, named: true }))
}

/** Less than `accept-new` is never given, whatever the configuration says. */
function acceptsNew(read: ConfigValues, name: string, { acceptNew, onNotice }: ResolveOptions): boolean {
  const text = read.text('stricthostkeychecking')?.toLowerCase() ?? 'ask'
  if (['yes', 'true', 'ask'].includes(text)) return acceptNew
  if (text === 'accept-new') return true
  if (!['no', 'off', 'false'].includes(text)) {
    throw read.bad('stricthostkeychecking', 'is none of yes, ask, accept-new, no, off')
  }
  onNotice(`${name}: StrictHostKeyChecking ${text} is taken as accept-new: a host key that has changed is refused all the same`)
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
