import assert from 'node:assert/strict'
import {
  hostKeyNames,
  judgeHostKey,
  knownHostLine,
  knownKeyTypes,
  parseKnownHosts,
} from '../../../src/transport/ssh/known-hosts.ts'
import { textOf } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIKz3JrUJ8LFpHTXcCqgCUfYbZbq0tXl9rHMT1uhDkfQp'

export const target: FuzzTarget = {
  covers: ['src/transport/ssh/{known-hosts,patterns}.ts'],
  refusals: [],
  words: [KEY, '@revoked ', '@cert-authority ', 'ssh-ed25519', '[node1]:2222', '*', '?', '!', ',', '|1|'],
  seeds: () => [
    `node1,10.0.0.1 ssh-ed25519 ${KEY}\n# x\n@revoked *.example ssh-ed25519 ${KEY}\n@cert-authority * ssh-ed25519 ${KEY}\n`,
    `[node1]:2222 ssh-ed25519 ${KEY}\n|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-ed25519 ${KEY}\n`,
  ],
  check(input) {
    const known = parseKnownHosts(textOf(input), 'known_hosts')
    const names = hostKeyNames('node1', 22, undefined)
    for (const { key } of known.slice(0, 3)) {
      judgeHostKey(known, names, key)
      judgeHostKey(known, hostKeyNames('node1', 2222, undefined), key)
      const [again] = parseKnownHosts(knownHostLine('node1', key, { hashed: false }), 'known_hosts')
      assert.deepEqual(again?.key, key)
    }
    knownKeyTypes(known, names)
  },
}
