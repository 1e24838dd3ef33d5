import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'
import { SSH_PORT } from './known-hosts.ts'

/** Where a host is. */
export interface Endpoint {
  /** As the user named it. */
  readonly name: string
  readonly host: string
  readonly port: number
}

/** `node1 (10.0.0.1, port 22)` */
export const endpointText = ({ name, host, port }: Endpoint): string => `${name} (${host}, port ${port})`

const CHECK_NETWORK = 'check that the host is up, and that no firewall blocks the port'

/** SSH_REFUSED: nothing listens there. */
export const hostRefused = (endpoint: Endpoint, cause?: unknown): CtdbtsError =>
  new CtdbtsError('SSH_REFUSED', `cannot reach ${endpointText(endpoint)}: connection refused`, {
    hint: 'check that sshd runs there, and on which port',
    exitStatus: EXIT_STATUS.connectionRefused,
    cause,
  })

/** SSH_RESOLVE: the name of the host has no address. */
export const hostUnknown = (host: string, why: string, cause?: unknown): CtdbtsError =>
  new CtdbtsError('SSH_RESOLVE', `cannot resolve ${host}: ${why}`, {
    hint: 'check the name, or set its address with HostName in ~/.ssh/config',
    cause,
  })

/** SSH_UNREACHABLE: there is no connection to the host, for another reason. */
export const hostUnreachable = (endpoint: Endpoint, why: string, cause?: unknown): CtdbtsError =>
  new CtdbtsError('SSH_UNREACHABLE', `cannot reach ${endpointText(endpoint)}: ${why}`, {
    hint: CHECK_NETWORK,
    exitStatus: EXIT_STATUS.unreachable,
    cause,
  })

/** SSH_TIMEOUT: the host did not answer at all. */
export const hostSilent = (endpoint: Endpoint, timeoutMs: number): CtdbtsError =>
  noAnswer(`no answer from ${endpointText(endpoint)}`, timeoutMs, CHECK_NETWORK)

/** SSH_HANDSHAKE: what listens there does not begin to speak SSH with us. */
export const handshakeFailed = (endpoint: Endpoint, why: string, cause?: unknown): CtdbtsError =>
  new CtdbtsError('SSH_HANDSHAKE', `the SSH handshake with ${endpointText(endpoint)} failed: ${why}`, {
    hint: 'check that sshd listens there, accepts more connections (MaxStartups) and is not too old',
    cause,
  })

/** SSH_AUTH: the server refuses the login. */
export const loginRefused = (message: string, hint: string): CtdbtsError =>
  new CtdbtsError('SSH_AUTH', message, { hint, exitStatus: EXIT_STATUS.loginRefused })

/** What to do where a server ends the login after a few keys. */
export const NAME_ONE_KEY = 'name one key with --identity or IdentityFile, and set IdentitiesOnly yes'

/** What to do where a server takes none of the keys. */
export const nameTheKey = (user: string, name: string): string =>
  `check whether \`ssh ${user}@${name} true\` works; name the key with --identity, or add it to an agent (\`ssh-add\`)`

/** SSH_JUMP: the host on the way does not connect further. */
export const jumpRefused = (jump: string, host: string, port: number, why: string): CtdbtsError =>
  new CtdbtsError('SSH_JUMP', `${jump} cannot connect to ${host}, port ${port}: ${why}`, {
    hint: `check whether ${host} is up, and whether ${jump} allows forwarding (AllowTcpForwarding)`,
  })

/** HOST_KEY_UNKNOWN: nobody has said yet that the host has this key. @param ssh the command that asks. */
export const hostKeyUnknown = (known: string, key: string, ssh: string): CtdbtsError =>
  new CtdbtsError('HOST_KEY_UNKNOWN', `the host key of ${known} is not known${key === '' ? '' : `: ${key}`}`, {
    hint: `compare the fingerprint with that of \`ssh-keygen -lf\` on the host, then connect once with \`${ssh}\`, or use --accept-new`,
    exitStatus: EXIT_STATUS.unknownKey,
  })

/** HOST_KEY_CHANGED: the host shows another key than the one that is known. */
export const hostKeyChanged = (name: string, now: string, before: string, file: string): CtdbtsError =>
  new CtdbtsError('HOST_KEY_CHANGED', `the host key of ${name} has changed: it is now an ${now}, but ${before}`, {
    hint: `this may be an attack; if the host was set up again, remove the old key with \`ssh-keygen -R '${name}' -f ${file}\``,
    exitStatus: EXIT_STATUS.badKey,
  })

/** HOST_KEY_REVOKED: the key of the host is not to be used any more. */
export const hostKeyRevoked = (name: string, what: string): CtdbtsError =>
  new CtdbtsError('HOST_KEY_REVOKED', `the host key of ${name} is revoked${what}`, {
    hint: 'do not use this host until it has a new key',
    exitStatus: EXIT_STATUS.badKey,
  })

/** How `ssh` is called for a host. @param jump the host on the way, as `ssh -J` expects it: its user is then that of the host, too. */
export const sshCommand = ({ name, port, user }: Login, jump: string | undefined): string =>
  [
    'ssh',
    ...(jump === undefined ? [] : ['-J', jump]),
    ...(port === SSH_PORT ? [] : ['-p', port]),
    jump ? `${user}@${name}` : name,
  ].join(' ')

/** How `ssh -J` is told to reach a host: by the name that the user has for it, as what `~/.ssh/config` says may hold for that only. */
export const jumpName = ({ name, port, user }: Login): string =>
  `${user}@${name.includes(':') ? `[${name}]` : name}${port === SSH_PORT ? '' : `:${port}`}`

type Login = Pick<Endpoint, 'name' | 'port'> & { readonly user: string }

/** The connection has ended; everything in progress on it fails with this. */
export function connectionClosed(name: string, why: string, cause?: unknown): CtdbtsError {
  return new CtdbtsError('SSH_CLOSED', `the SSH connection to ${name} has ended: ${why}`, {
    hint: 'check that the host and its network are up, then retry',
    exitStatus: EXIT_STATUS.connectionEnded,
    cause,
  })
}

/** There was no answer within the time limit. @param what what did not happen: `no answer from node1`. */
export function noAnswer(what: string, timeoutMs: number, hint: string): CtdbtsError {
  return new CtdbtsError('SSH_TIMEOUT', `${what} within ${timeoutMs / 1000} s`, { hint, exitStatus: EXIT_STATUS.timedOut })
}

/** The host does not start commands, for this reason. */
export function sessionRefused(name: string, why: string): CtdbtsError {
  return new CtdbtsError('SSH_SESSION', `cannot run a command on ${name}: ${why}`, {
    hint: 'check MaxSessions and ForceCommand in its sshd_config, and the options of the key in authorized_keys',
  })
}
