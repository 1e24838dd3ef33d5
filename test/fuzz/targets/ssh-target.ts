import assert from 'node:assert/strict'
import { parseSshTarget } from '../../../src/transport/ssh/target.ts'
import { assertHarmless, textOf } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

export const target: FuzzTarget = {
  covers: ['src/transport/ssh/target.ts'],
  refusals: ['USAGE'],
  words: ['ssh://', '[fd00::1]', '%eth0', ':22', 'root@', 'DOMAIN\\user@'],
  seeds: () => ['root@node1:22', '[fd00::1%eth0]:2222', 'ssh://a@b:1/', 'fd00::1'],
  check(input) {
    const { user, host, port } = parseSshTarget(textOf(input))
    assertHarmless(`${user ?? ''}${host}`)
    // Nothing that programs would take for an option, or a shell for anything but a word.
    assert.doesNotMatch(host, /^-|[\s'"`|;&<>()*?[\]{}]/)
    assert.doesNotMatch(user ?? '', /^-|[\s'"`|;&<>()*?[\]{}]/)
    const bracketed = host.includes(':') ? `[${host}]` : host
    const written = `${user === undefined ? '' : `${user}@`}${bracketed}${port === undefined ? '' : `:${port}`}`
    assert.deepEqual(parseSshTarget(written), { ...(user !== undefined && { user }), host, ...(port !== undefined && { port }) })
  },
}
