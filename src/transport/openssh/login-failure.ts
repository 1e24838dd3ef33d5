import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'
import { endingOf } from '../relay.ts'
import { remoteText } from '../remote-text.ts'
import {
  connectionClosed,
  type Endpoint,
  handshakeFailed,
  hostKeyChanged,
  hostKeyRevoked,
  hostKeyUnknown,
  hostRefused,
  hostSilent,
  hostUnknown,
  hostUnreachable,
  jumpRefused,
  loginRefused,
  NAME_ONE_KEY,
  nameTheKey,
  sshCommand,
} from '../ssh/errors.ts'
import type { HostSettings } from './host-settings.ts'

/** A login that OpenSSH tried. */
export interface LoginAttempt extends Endpoint {
  readonly user: string
  /** What leads to the host by the user's configuration. */
  readonly proxy: HostSettings['proxy']
  /** The host on the way that we chose, as `ssh -J` expects it. */
  readonly jump: string | undefined
  /** Why nobody could be asked: `there is no terminal`; undefined where somebody could. */
  readonly whyNotAsk: string | undefined
  readonly connectTimeoutMs: number
}

/** Reads one kind of failure from what ssh printed; undefined if that was another kind. */
type Reading = (stderr: string, attempt: LoginAttempt) => CtdbtsError | undefined

/**
 * Why OpenSSH could not log in, by what it printed on standard error (LogLevel INFO; it is not translated).
 * @param exitStatus null when a signal ended it.
 */
export function loginFailure(stderr: string, exitStatus: number | null, attempt: LoginAttempt): CtdbtsError {
  const text = stderr.replaceAll('\r', '')
  for (const read of READINGS) {
    const failure = read(text, attempt)
    if (failure) return failure
  }
  if (exitStatus === null) return connectionClosed(attempt.name, `a signal ended ssh${lastWordsOf(text)}`)
  return handshakeFailed(attempt, endingOf(text, exitStatus))
}

/** What ssh said last of the connection itself, as an addition to a message. */
export function lastWordsOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !/^channel \d+: /.test(line))
  const last = remoteText(lines.at(-1) ?? '')
  return last === '' ? '' : `: ${last}`
}

const hostKey: Reading = (stderr, { name, port, user, jump }) => {
  if (/^@ +WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! +@$/m.test(stderr)) {
    const [, type = 'unknown', fingerprint = ''] =
      /^The fingerprint for the (\S+) key sent by the remote host is\n(\S+?)\.?$/m.exec(stderr) ?? []
    const [, before = '?', file = '?', line = '?'] = /^Offending (\S+) key in (.+):(\d+)$/m.exec(stderr) ?? []
    const known = /-R "([^"]+)"/.exec(stderr)?.[1] ?? name
    return hostKeyChanged(
      remoteText(known),
      remoteText(`${type} key with fingerprint ${fingerprint}`),
      remoteText(`${file}:${line} has an ${before} key`),
      remoteText(file),
    )
  }
  if (/^@ +WARNING: REVOKED HOST KEY DETECTED! +@$|^Host key .* revoked/m.test(stderr)) return hostKeyRevoked(name, '')
  if (!/^Host key verification failed\.$/m.test(stderr)) return undefined
  const type = /^No (\S+) host key is known for /m.exec(stderr)?.[1]
  return hostKeyUnknown(name, type === undefined ? '' : `an ${remoteText(type)} key`, sshCommand({ name, port, user }, jump))
}

const connecting: Reading = (stderr, attempt) => {
  const [, host = '', unresolved = ''] = /^ssh: Could not resolve hostname (.*?): (.*)$/m.exec(stderr) ?? []
  if (unresolved !== '') return hostUnknown(remoteText(host), remoteText(unresolved))
  const why = /^ssh: connect to (?:host|address) .* port \d+: (.*)$/m.exec(stderr)?.[1]
  if (why === undefined) return undefined
  if (why === 'Connection refused') return hostRefused(attempt)
  return /timed out/.test(why) ? hostSilent(attempt, attempt.connectTimeoutMs) : hostUnreachable(attempt, remoteText(why))
}

const onTheWay: Reading = (stderr, attempt) => {
  const { name, host, port, user, jump, proxy } = attempt
  if (jump !== undefined && /^Stdio forwarding request failed: /m.test(stderr)) {
    return jumpRefused(jump, host, port, 'it was refused there, or is not allowed')
  }
  const ended = /^(?:Connection (?:closed|reset) by UNKNOWN port 65535|kex_exchange_identification: .*|banner exchange: .*)$/
  if (jump === undefined && proxy === undefined) return undefined
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  if (!lines.some((line) => ended.test(line))) return undefined
  const said = remoteText(lines.filter((line) => !ended.test(line)).at(-1) ?? 'it ended')
  const way = jump ?? (proxy?.keyword === 'ProxyJump' ? proxy.value : 'its ProxyCommand')
  return new CtdbtsError('SSH_JUMP', `cannot reach ${name} through ${way}: ${said}`, {
    hint: `check whether \`${sshCommand({ name, port, user }, jump)}\` works`,
    exitStatus: EXIT_STATUS.failure,
  })
}

const login: Reading = (stderr, { name, user, whyNotAsk }) => {
  const failed = `cannot log in to ${name} as ${user}`
  const tooMany = /^Received disconnect from .* port \d+:\d+: (.*)$/m.exec(stderr)?.[1]
  if (tooMany !== undefined && /too many/i.test(tooMany)) return loginRefused(`${failed}: ${remoteText(tooMany)}`, NAME_ONE_KEY)
  const methods = /^\S+: Permission denied \((.*)\)\.$/m.exec(stderr)?.[1]
  if (methods === undefined) return undefined
  const problems = stderr.split('\n').filter((line) => KEY_PROBLEM.test(line))
  const details = problems.map((line) => `; ${remoteText(line)}`).join('')
  const asks = methods.split(',').filter((method) => method === 'password' || method === 'keyboard-interactive')
  if (asks.length === 0 || whyNotAsk === undefined) {
    return loginRefused(
      `${failed}: the server refused all that was offered (it takes ${remoteText(methods)})${details}`,
      nameTheKey(user, name),
    )
  }
  return new CtdbtsError(
    'SSH_NO_TERMINAL',
    `${failed}: no key was accepted, and nobody can be asked for what the server takes besides (${asks.join(', ')}): ${whyNotAsk}${details}`,
    {
      hint: 'run ctdbts in a terminal, use a key of an agent, or have a connection open that it can share (ControlMaster)',
      exitStatus: EXIT_STATUS.noTerminal,
    },
  )
}

/** Lines about keys that could not be used. */
const KEY_PROBLEM = /^(?:sign_and_send_pubkey: |Load key |no such identity: |Permissions \d+ for |Certificate |Unable to load )/

const handshake: Reading = (stderr, attempt) => {
  const line =
    /^(?:Connection (?:closed|reset) by .*|kex_exchange_identification: .*|banner exchange: .*|Unable to negotiate with .*|ssh_dispatch_run_fatal: .*|Connection to .* timed out|Connection timed out during banner exchange|.*: Connection timed out)$/m.exec(
      stderr,
    )?.[0]
  return line === undefined ? undefined : handshakeFailed(attempt, remoteText(line))
}

const READINGS: readonly Reading[] = [onTheWay, hostKey, connecting, login, handshake]
