const START = 0xdead_beef
const BLOCK = 12

const rotated = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits))

/**
 * The hash of a key that CTDB uses: Bob Jenkins' lookup3, which is in the public domain. The id of a database is the hash of its name with
 * a NUL behind it; the hash of a record's key chooses its location master.
 */
export function recordHash(key: Uint8Array): number {
  const padded = new DataView(new ArrayBuffer(Math.max(BLOCK, Math.ceil(key.length / BLOCK) * BLOCK)))
  new Uint8Array(padded.buffer).set(key)
  let a = (START + key.length) | 0
  let b = a
  let c = a
  if (key.length === 0) return c >>> 0
  for (let at = 0; ; at += BLOCK) {
    a = (a + padded.getUint32(at, true)) | 0
    b = (b + padded.getUint32(at + 4, true)) | 0
    c = (c + padded.getUint32(at + 8, true)) | 0
    if (key.length - at <= BLOCK) break
    a = (a - c) ^ rotated(c, 4)
    c = (c + b) | 0
    b = (b - a) ^ rotated(a, 6)
    a = (a + c) | 0
    c = (c - b) ^ rotated(b, 8)
    b = (b + a) | 0
    a = (a - c) ^ rotated(c, 16)
    c = (c + b) | 0
    b = (b - a) ^ rotated(a, 19)
    a = (a + c) | 0
    c = (c - b) ^ rotated(b, 4)
    b = (b + a) | 0
  }
  c = (c ^ b) - rotated(b, 14)
  a = (a ^ c) - rotated(c, 11)
  b = (b ^ a) - rotated(a, 25)
  c = (c ^ b) - rotated(b, 16)
  a = (a ^ c) - rotated(c, 4)
  b = (b ^ a) - rotated(a, 14)
  c = (c ^ b) - rotated(b, 24)
  return c >>> 0
}

/** The id of the database with this name. */
export const databaseId = (name: string): number => recordHash(Buffer.from(`${name}\0`))
