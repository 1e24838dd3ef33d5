import { timingSafeEqual } from 'node:crypto'
import ssh2, { type ParsedKey, type PublicKeyAuthContext } from 'ssh2'
import { CtdbtsError } from '../../lib/errors.ts'

/** The size of an ed25519 public key in SSH's encoding: the name of its type and 32 bytes, each after a length of 4 bytes. */
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
    // ssh2 1.17 drops leading zero bytes of a key, so one key in 256 is invalid: try again.
    const blob = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
    if (blob.length === ED25519_BLOB_BYTES) return { privateKey, publicKey }
  }
}

/**
 * A server's host key.
 * @throws CtdbtsError BAD_SSH_KEY when the text is not a private key without passphrase.
 */
export function readPrivateKey(text: string): ParsedKey {
  const key = readKey(text, 'the host key')
  if (key.isPrivateKey()) return key
  throw new CtdbtsError('BAD_SSH_KEY', 'the host key is a public key: a server needs the private one')
}

/** Whether a client is authenticated by the key and the signature that it sends; without a signature, whether the key is acceptable. */
export type Admission = (context: PublicKeyAuthContext) => boolean

/**
 * Admits clients that have one of the keys, each a line as in authorized_keys.
 * @throws CtdbtsError BAD_SSH_KEY when a line is not a key.
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
    // `verify` may return an Error, which is truthy.
    return signed !== undefined && match.key.verify(signed, signature, hashAlgo) === true
  }
}

function readKey(text: string, what: string): ParsedKey {
  const bad = (cause: Error) =>
    new CtdbtsError('BAD_SSH_KEY', `${what} cannot be read: ${cause.message}`, {
      hint: '`ssh-keygen -t ed25519` makes keys that can',
      cause,
    })
  // ssh2 returns a list for some formats, which may be empty, and throws for some texts.
  let parsed: ParsedKey | ParsedKey[] | Error
  try {
    parsed = ssh2.utils.parseKey(text)
  } catch (error) {
    throw bad(error as Error)
  }
  const [key = new Error('it is empty')] = [parsed].flat()
  if (key instanceof Error) throw bad(key)
  return key
}

const sameBytes = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other)
