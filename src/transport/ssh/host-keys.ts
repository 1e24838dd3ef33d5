import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ServerHostKeyAlgorithm } from 'ssh2'
import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'
import { reasonOf } from '../remote-text.ts'
import { hostKeyChanged, hostKeyRevoked, hostKeyUnknown, sshCommand } from './errors.ts'
import {
  fingerprint,
  hostKeyNames,
  judgeHostKey,
  type KnownHost,
  keyTypeOf,
  knownHostLine,
  knownKeyTypes,
  parseKnownHosts,
} from './known-hosts.ts'
import type { ResolvedHost } from './resolve.ts'

/** The accepted algorithms, best first. RSA keys sign with SHA-2 only. */
const ALGORITHMS: readonly { readonly algorithm: ServerHostKeyAlgorithm; readonly keyType: string }[] = [
  { algorithm: 'ssh-ed25519', keyType: 'ssh-ed25519' },
  { algorithm: 'ecdsa-sha2-nistp256', keyType: 'ecdsa-sha2-nistp256' },
  { algorithm: 'ecdsa-sha2-nistp384', keyType: 'ecdsa-sha2-nistp384' },
  { algorithm: 'ecdsa-sha2-nistp521', keyType: 'ecdsa-sha2-nistp521' },
  { algorithm: 'rsa-sha2-512', keyType: 'ssh-rsa' },
  { algorithm: 'rsa-sha2-256', keyType: 'ssh-rsa' },
]

/** Checks the host key of one connection. */
export interface HostKeyCheck {
  /** The algorithms to ask for. Those of known keys come first, because a server may have several keys. */
  readonly algorithms: ServerHostKeyAlgorithm[]
  /**
   * Returns if the key is known, or was added to known_hosts.
   * @throws CtdbtsError HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, HOST_KEY_REVOKED, HOST_KEY_AUTHORITY; KNOWN_HOSTS when the key cannot be added.
   */
  verify(key: Buffer): void
}

/**
 * Prepares the check of a host's key: reads the known_hosts files.
 * @param onAdded called with a notice when a new key was added.
 * @param jump the jump host, as `ssh -J` expects it.
 * @throws CtdbtsError KNOWN_HOSTS when a file exists but cannot be read: it might revoke the key.
 */
export function hostKeyCheck(host: ResolvedHost, onAdded: (text: string) => void, jump: string | undefined): HostKeyCheck {
  const known = [...host.userKnownHosts, ...host.globalKnownHosts].flatMap(readKnownHosts)
  const names = hostKeyNames(host.host, host.port, host.hostKeyAlias)
  const types = knownKeyTypes(known, names)
  const isKnown = ({ keyType }: { readonly keyType: string }) => types.has(keyType)
  const ordered = [...ALGORITHMS.filter(isKnown), ...ALGORITHMS.filter((entry) => !isKnown(entry))]
  return {
    algorithms: ordered.map(({ algorithm }) => algorithm),
    verify: (key) => {
      const judged = judgeHostKey(known, names, key)
      if (judged.verdict === 'known') return
      if (judged.verdict !== 'unknown') throw rejected(judged.verdict, judged.by, names[0], key)
      if (!host.acceptNew) throw hostKeyUnknown(names[0], describeKey(key), sshCommand(host, jump))
      add(host, names[0], key)
      onAdded(`${names[0]}: added the new ${describeKey(key)} to ${host.userKnownHosts[0]}`)
    },
  }
}

/**
 * The entries of a known_hosts file, which may be missing.
 * @throws CtdbtsError KNOWN_HOSTS when it exists but cannot be read.
 */
export function readKnownHosts(file: string): KnownHost[] {
  try {
    return parseKnownHosts(readFileSync(file, 'utf8'), file)
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return []
    throw new CtdbtsError('KNOWN_HOSTS', `cannot read ${file} to check host keys: ${reasonOf(cause)}`, {
      hint: 'make it readable, or name another file with UserKnownHostsFile in ~/.ssh/config',
      cause,
    })
  }
}

/** Adds a key to known_hosts. A single write of one line is not split by other programs that append at the same time. */
function add({ userKnownHosts: [file], hashKnownHosts }: ResolvedHost, name: string, key: Buffer): void {
  try {
    if (file === undefined) throw new Error('UserKnownHostsFile is none')
    if (!existsSync(dirname(file))) mkdirSync(dirname(file), { mode: 0o700 })
    const line = knownHostLine(name, key, { hashed: hashKnownHosts })
    appendFileSync(file, `${endsMidLine(file) ? '\n' : ''}${line}`, { mode: 0o600 })
  } catch (cause) {
    // OpenSSH only warns. But then every connection would accept a new key, and nothing would be checked.
    throw new CtdbtsError('KNOWN_HOSTS', `cannot add the new host key of ${name} to ${file}: ${reasonOf(cause)}`, {
      hint: 'make the file writable, or add the key to /etc/ssh/ssh_known_hosts',
      cause,
    })
  }
}

function endsMidLine(file: string): boolean {
  try {
    const text = readFileSync(file, 'utf8')
    return text !== '' && !text.endsWith('\n')
  } catch {
    return false
  }
}

function rejected(verdict: 'changed' | 'revoked' | 'authority-only', by: KnownHost, name: string, key: Buffer): CtdbtsError {
  const where = `${by.file}:${by.line}`
  switch (verdict) {
    case 'changed':
      return hostKeyChanged(name, describeKey(key), `${where} has an ${describeKey(by.key)}`, by.file)
    case 'revoked':
      return hostKeyRevoked(name, ` at ${where}: ${describeKey(key)}`)
    case 'authority-only':
      return new CtdbtsError(
        'HOST_KEY_AUTHORITY',
        `only a certificate authority is known for ${name} (${where}), and host certificates are not supported; the host has an ${describeKey(key)}`,
        {
          hint: 'compare the fingerprint, then add the key of the host to known_hosts, for example with `ssh-keyscan`',
          exitStatus: EXIT_STATUS.unknownKey,
        },
      )
  }
}

/** `ED25519 key with fingerprint SHA256:…` */
const describeKey = (key: Buffer): string =>
  `${keyTypeOf(key)
    ?.replace(/^ssh-|-sha2-.*$/g, '')
    .toUpperCase()} key with fingerprint ${fingerprint(key)}`
