import { readFileSync, statSync } from 'node:fs'
import ssh2, { type ParsedKey } from 'ssh2'
import { CtdbtsError } from '../../lib/errors.ts'
import { reasonOf } from './errors.ts'

/** What is in a key file. The public half of an encrypted key is known in OpenSSH's own format, or by a `.pub` file beside it. */
export type KeyFile =
  | { readonly kind: 'public'; readonly publicKey: ParsedKey }
  | { readonly kind: 'private'; readonly publicKey: ParsedKey; readonly privateKey: ParsedKey }
  | { readonly kind: 'encrypted'; readonly publicKey: ParsedKey | undefined; readonly text: Buffer }

const MAGIC = 'openssh-key-v1\0'
/** How ssh2 says that it would have needed a passphrase. */
const NEEDS_PASSPHRASE = /no passphrase given/i

/**
 * Reads a key file.
 * @returns undefined when there is none.
 * @throws CtdbtsError SSH_KEY when it cannot be read, others may read it too, or it holds no key.
 */
export function readKeyFile(path: string): KeyFile | undefined {
  const text = readOrNothing(path)
  if (!text) {
    const publicKey = readPublicHalf(path)
    return publicKey && { kind: 'public', publicKey }
  }
  const key = parseKey(text)
  if (!(key instanceof Error) && !key.isPrivateKey()) return { kind: 'public', publicKey: key }
  checkMode(path)
  if (!(key instanceof Error)) return { kind: 'private', publicKey: key, privateKey: key }
  if (!NEEDS_PASSPHRASE.test(key.message)) throw badKey(path, `it holds no key that can be used: ${key.message}`)
  return { kind: 'encrypted', publicKey: publicHalfInside(text) ?? readPublicHalf(path), text }
}

/** @returns undefined when the passphrase is not the right one. */
export function decryptKey(text: Buffer, passphrase: string): ParsedKey | undefined {
  const key = parseKey(text, passphrase)
  return key instanceof Error ? undefined : key
}

/** Of a key file that is of no use. */
export function badKey(path: string, why: string, hint?: string): CtdbtsError {
  return new CtdbtsError('SSH_KEY', `the key ${path} cannot be used: ${why}`, {
    hint: hint ?? 'name another one with --identity or IdentityFile, or put it into an agent (`ssh-add`)',
  })
}

/** ssh2 gives a list for some formats, and throws for some texts. */
function parseKey(text: Buffer | string, passphrase?: string): ParsedKey | Error {
  try {
    const [key] = [ssh2.utils.parseKey(text, passphrase)].flat()
    return key ?? new Error('it is empty')
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function readOrNothing(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return undefined
    throw badKey(path, reasonOf(cause))
  }
}

/** As OpenSSH has it: a key of the user's own that others can read is not used. */
function checkMode(path: string): void {
  const { mode, uid } = statSync(path)
  if (uid !== process.getuid?.() || (mode & 0o077) === 0) return
  throw badKey(path, `others may read it (mode ${(mode & 0o777).toString(8)})`, `take that from them: \`chmod 600 ${path}\``)
}

function readPublicHalf(path: string): ParsedKey | undefined {
  try {
    const key = parseKey(readFileSync(`${path}.pub`))
    return key instanceof Error || key.isPrivateKey() ? undefined : key
  } catch {
    return undefined
  }
}

/** OpenSSH's format (PROTOCOL.key): magic, cipher, KDF, its options, the number of keys, and then the first public key, all in clear. */
function publicHalfInside(text: Buffer): ParsedKey | undefined {
  const base64 = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)-----END/.exec(text.toString('latin1'))?.[1]
  if (base64 === undefined) return undefined
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined
  try {
    let at = MAGIC.length
    const next = () => {
      const start = at + 4
      at = start + bytes.readUInt32BE(at)
      return bytes.subarray(start, at)
    }
    for (let field = 0; field < 3; field++) next()
    at += 4
    const blob = next()
    const type = blob.toString('latin1', 4, 4 + blob.readUInt32BE(0))
    const key = parseKey(`${type} ${blob.toString('base64')}`)
    return key instanceof Error ? undefined : key
  } catch {
    return undefined
  }
}
