import ssh2, { type ParsedKey } from 'ssh2'

const MAGIC = 'openssh-key-v1\0'

/** A key, or why it is none. ssh2 returns a list for some formats, and throws for some texts. */
export function parseKey(text: Buffer | string, passphrase?: string): ParsedKey | Error {
  try {
    const [key] = [ssh2.utils.parseKey(text, passphrase)].flat()
    return key ?? new Error('it is empty')
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** The public half of an encrypted private key. OpenSSH's format (PROTOCOL.key): magic, cipher, KDF, its options, the number of keys, and the first public key, none of it encrypted. */
export function embeddedPublicKey(text: Buffer): ParsedKey | undefined {
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
