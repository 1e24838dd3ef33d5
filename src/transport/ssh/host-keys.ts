import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ServerHostKeyAlgorithm } from 'ssh2'
import { CtdbtsError } from '../../lib/errors.ts'
import { reasonOf } from './errors.ts'
import {
  fingerprint,
  hostKeyNames,
  judgeHostKey,
  type KnownHost,
  keyTypeOf,
  knownHostLine,
  knownKeyTypes,
  parseKnownHosts,
  SSH_PORT,
} from './known-hosts.ts'
import type { ResolvedHost } from './resolve.ts'

/** What we take, the best first; an RSA key is signed for with SHA-2 only. */
const ALGORITHMS: readonly { readonly algorithm: ServerHostKeyAlgorithm; readonly keyType: string }[] = [
  { algorithm: 'ssh-ed25519', keyType: 'ssh-ed25519' },
  { algorithm: 'ecdsa-sha2-nistp256', keyType: 'ecdsa-sha2-nistp256' },
  { algorithm: 'ecdsa-sha2-nistp384', keyType: 'ecdsa-sha2-nistp384' },
  { algorithm: 'ecdsa-sha2-nistp521', keyType: 'ecdsa-sha2-nistp521' },
  { algorithm: 'rsa-sha2-512', keyType: 'ssh-rsa' },
  { algorithm: 'rsa-sha2-256', keyType: 'ssh-rsa' },
]

/** What a connection checks its server's key with. */
export interface HostKeyCheck {
  /** Which keys to ask the server for, those that are known first: it may have others too. */
  readonly algorithms: ServerHostKeyAlgorithm[]
  /**
   * Returns when the key is known, or has been added to what is.
   * @throws CtdbtsError HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, HOST_KEY_REVOKED, HOST_KEY_AUTHORITY; KNOWN_HOSTS when the key cannot be added.
   */
  verify(key: Buffer): void
}

/**
 * Reads what is known of a host.
 * @param jump the host that the way leads through, as `ssh -J` takes it.
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
      if (judged.verdict !== 'unknown') throw refused(judged.verdict, judged.by, names[0], key)
      if (!host.acceptNew) throw unknown(host, names[0], key, jump)
      add(host, names[0], key)
      onAdded(`${names[0]}: its ${shown(key)} is new, and has been added to ${host.userKnownHosts[0]}`)
    },
  }
}

function readKnownHosts(file: string): KnownHost[] {
  try {
    return parseKnownHosts(readFileSync(file, 'utf8'), file)
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return []
    throw new CtdbtsError('KNOWN_HOSTS', `cannot read ${file}, so no host key can be checked: ${reasonOf(cause)}`, {
      hint: 'make it readable, or name another one with UserKnownHostsFile in ~/.ssh/config',
      cause,
    })
  }
}

/** One write of one line, which other programs that append at the same time do not cut. */
function add({ userKnownHosts: [file], hashKnownHosts }: ResolvedHost, name: string, key: Buffer): void {
  try {
    if (file === undefined) throw new Error('UserKnownHostsFile is none')
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const line = knownHostLine(name, key, { hashed: hashKnownHosts })
    appendFileSync(file, `${endsMidLine(file) ? '\n' : ''}${line}`, { mode: 0o600 })
  } catch (cause) {
    // OpenSSH only warns. But who accepts a new key at every connection, as it never gets known, checks nothing.
    throw new CtdbtsError('KNOWN_HOSTS', `the new host key of ${name} cannot be added to ${file}: ${reasonOf(cause)}`, {
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

function unknown({ name, port }: ResolvedHost, known: string, key: Buffer, jump: string | undefined): CtdbtsError {
  const ssh = ['ssh', ...(jump === undefined ? [] : ['-J', jump]), ...(port === SSH_PORT ? [] : ['-p', port]), name].join(' ')
  return new CtdbtsError('HOST_KEY_UNKNOWN', `the host key of ${known} is not known; it shows an ${shown(key)}`, {
    hint: `compare the fingerprint with \`ssh-keygen -lf\` there, then connect once with \`${ssh}\`, or give --accept-new`,
  })
}

function refused(verdict: 'changed' | 'revoked' | 'authority-only', by: KnownHost, name: string, key: Buffer): CtdbtsError {
  const where = `${by.file}:${by.line}`
  switch (verdict) {
    case 'changed':
      return new CtdbtsError(
        'HOST_KEY_CHANGED',
        `the host key of ${name} is not the one that is known: it shows an ${shown(key)}, ${where} has an ${shown(by.key)}`,
        {
          hint: `somebody may be in between; if the host was really set up anew, forget the old key with \`ssh-keygen -R '${name}' -f ${by.file}\``,
        },
      )
    case 'revoked':
      return new CtdbtsError('HOST_KEY_REVOKED', `the host key of ${name} is revoked at ${where}: ${shown(key)}`, {
        hint: 'do not use this host before it has a new key',
      })
    case 'authority-only':
      return new CtdbtsError(
        'HOST_KEY_AUTHORITY',
        `of ${name} only a certificate authority is known (${where}), and host certificates are not supported; it shows an ${shown(key)}`,
        { hint: `add its own key to known_hosts, such as by \`ssh-keyscan\`, after comparing the fingerprint` },
      )
  }
}

/** Such as `ED25519 key with fingerprint SHA256:…`. */
const shown = (key: Buffer): string =>
  `${keyTypeOf(key)
    ?.replace(/^ssh-|-sha2-.*$/g, '')
    .toUpperCase()} key with the fingerprint ${fingerprint(key)}`
