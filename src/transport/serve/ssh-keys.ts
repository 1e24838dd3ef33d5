import { timingSafeEqual } from 'node:crypto'
import ssh2, { type ParsedKey, type PublicKeyAuthContext } from 'ssh2'
import { CtdbtsError } from '../../lib/errors.ts'

/** What an ed25519 public key has in SSH's encoding: the name of its type and 32 bytes, each after a length of 4. */
const ED25519_BLOB_BYTES = 4 + 'ssh-ed25519'.length + 4 + 32

export interface SshKeyPair {
  /** OpenSSH's own format, as in ~/.ssh/id_ed25519; no passphrase. */
  readonly privateKey: string
  /** One line, as in authorized_keys. */
  readonly publicKey: string
}

/** A new ed25519 key, for a host or for a user. */
export function generateSshKey(): SshKeyPair {
  for (;;) {
    const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync('ed25519')
    // ssh2 1.17 drops zero bytes that a key starts with, and what comes out, once in 256 times, is no key: draw again.
    const blob = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
    if (blob.length === ED25519_BLOB_BYTES) return { privateKey, publicKey }
  }
}

/**
 * The key a server proves itself with.
 * @throws CtdbtsError BAD_SSH_KEY when the text is not a private key without passphrase.
 */
export function readPrivateKey(text: string): ParsedKey {
  const key = readKey(text, 'the host key')
  if (key.isPrivateKey()) return key
  throw new CtdbtsError('BAD_SSH_KEY', 'the host key is a public key: a server needs the private one')
}

/** Whether a client may come in with the key that it shows; before it has signed anything, whether the key would do. */
export type Admission = (context: PublicKeyAuthContext) => boolean

/**
 * Lets in who has one of the keys, each a line as in authorized_keys.
 * @throws CtdbtsError BAD_SSH_KEY when a line is no key.
 */
export function admitKeys(lines: readonly string[]): Admission {
  const admitted = lines.map((line) => {
    const key = readKey(line, 'an authorized key')
    return { key, blob: key.getPublicSSH() }
  })
  return ({ key: { algo, data }, signature, blob: signed, hashAlgo }) => {
    const match = admitted.find(({ key, blob }) => key.type === algo && sameBytes(blob, data))
    if (!match) return false
    if (!signature) return true
    // `verify` returns an error where there is one, so only true is true.
    return signed !== undefined && match.key.verify(signed, signature, hashAlgo) === true
  }
}

function readKey(text: string, what: string): ParsedKey {
  const key = ssh2.utils.parseKey(text)
  if (!(key instanceof Error)) return key
  throw new CtdbtsError('BAD_SSH_KEY', `${what} cannot be read: ${key.message}`, {
    hint: '`ssh-keygen -t ed25519` makes keys that can',
    cause: key,
  })
}

const sameBytes = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other)
