import { expect, it } from 'vitest'
import { admitKeys, generateSshKey, readPrivateKey } from '../../../src/sim/serve/ssh-keys.ts'

const openssh = (content: string): string =>
  `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from(content, 'latin1').toString('base64')}\n-----END OPENSSH PRIVATE KEY-----`

/** A file in OpenSSH's format that has no key in it. */
const NO_KEYS = openssh('openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\0\0\0\0\0')

it('a private key is read', () => {
  expect(readPrivateKey(generateSshKey().privateKey).type).toBe('ssh-ed25519')
})

it.each([
  { what: 'no key', text: 'nonsense' },
  { what: 'a file without a key', text: NO_KEYS },
])('$what is refused', ({ text }) => {
  expect(() => readPrivateKey(text)).toThrow(expect.objectContaining({ code: 'BAD_SSH_KEY' }))
  expect(() => admitKeys([text])).toThrow(expect.objectContaining({ code: 'BAD_SSH_KEY' }))
})
