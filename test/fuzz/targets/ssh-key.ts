import assert from 'node:assert/strict'
import ssh2 from 'ssh2'
import { admitKeys, generateSshKey, readPrivateKey } from '../../../src/sim/serve/ssh-keys.ts'
import { embeddedPublicKey, parseKey } from '../../../src/transport/ssh/key-text.ts'
import { textOf } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

function* keys(): Generator<string> {
  const { privateKey, publicKey } = generateSshKey()
  yield* [privateKey, publicKey]
  // One round: deriving a key from a passphrase is meant to be slow.
  yield ssh2.utils.generateKeyPairSync('ed25519', { passphrase: 'secret', cipher: 'aes256-ctr', rounds: 1 }).private
}

/** Key files and lines of authorized_keys. */
export const target: FuzzTarget = {
  covers: ['src/transport/ssh/key-text.ts', 'src/sim/serve/ssh-keys.ts'],
  refusals: ['BAD_SSH_KEY'],
  words: [
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    '-----END',
    '-----BEGIN RSA PRIVATE KEY-----',
    'PuTTY-User-Key-File-2: ssh-rsa',
    'ssh-rsa',
  ],
  seeds: keys,
  check(input) {
    const text = Buffer.from(input)
    const key = parseKey(text)
    if (!(key instanceof Error)) assert.equal(typeof key.type, 'string')
    embeddedPublicKey(text)
    admitKeys([textOf(input)])
    readPrivateKey(textOf(input))
  },
}
