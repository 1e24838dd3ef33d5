import { readFileSync, statSync } from 'node:fs'
import type { ParsedKey } from 'ssh2'
import { CtdbtsError } from '../../lib/errors.ts'
import { reasonOf } from '../remote-text.ts'
import { embeddedPublicKey, parseKey } from './key-text.ts'

/** The content of a key file. The public half of an encrypted key is in the file itself (OpenSSH's own format) or in a `.pub` file beside it. */
export type KeyFile =
  | { readonly kind: 'public'; readonly publicKey: ParsedKey }
  | { readonly kind: 'private'; readonly publicKey: ParsedKey; readonly privateKey: ParsedKey }
  | { readonly kind: 'encrypted'; readonly publicKey: ParsedKey | undefined; readonly text: Buffer }

/** ssh2's error for a key that needs a passphrase. */
const NEEDS_PASSPHRASE = /no passphrase given/i

/**
 * Reads a key file.
 * @returns undefined when there is no such file.
 * @throws CtdbtsError SSH_KEY when it cannot be read, other users can read it too, or it is not a valid key.
 */
export function readKeyFile(path: string): KeyFile | undefined {
  const text = readIfExists(path)
  if (!text) {
    const publicKey = readPublicKeyFile(path)
    return publicKey && { kind: 'public', publicKey }
  }
  const key = parseKey(text)
  if (!(key instanceof Error) && !key.isPrivateKey()) return { kind: 'public', publicKey: key }
  checkMode(path)
  if (!(key instanceof Error)) return { kind: 'private', publicKey: key, privateKey: key }
  if (!NEEDS_PASSPHRASE.test(key.message)) throw badKey(path, `it is not a valid key: ${key.message}`)
  return { kind: 'encrypted', publicKey: embeddedPublicKey(text) ?? readPublicKeyFile(path), text }
}

/** @returns undefined when the passphrase is wrong. */
export function decryptKey(text: Buffer, passphrase: string): ParsedKey | undefined {
  const key = parseKey(text, passphrase)
  return key instanceof Error ? undefined : key
}

/** The error for a key file that cannot be used. */
export function badKey(path: string, why: string, hint?: string): CtdbtsError {
  return new CtdbtsError('SSH_KEY', `cannot use the key ${path}: ${why}`, {
    hint: hint ?? 'name another one with --identity or IdentityFile, or add it to an agent (`ssh-add`)',
  })
}

function readIfExists(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return undefined
    throw badKey(path, reasonOf(cause))
  }
}

/** Like OpenSSH, rejects a key of this user that other users can read. */
function checkMode(path: string): void {
  const { mode, uid } = statSync(path)
  if (uid !== process.getuid?.() || (mode & 0o077) === 0) return
  throw badKey(path, `other users can read it (mode ${(mode & 0o777).toString(8)})`, `run \`chmod 600 ${path}\``)
}

function readPublicKeyFile(path: string): ParsedKey | undefined {
  try {
    const key = parseKey(readFileSync(`${path}.pub`))
    return key instanceof Error || key.isPrivateKey() ? undefined : key
  } catch {
    return undefined
  }
}
