import assert from 'node:assert/strict'
import { parseHostSettings } from '../../../src/transport/openssh/host-settings.ts'
import { loginFailure } from '../../../src/transport/openssh/login-failure.ts'
import { assertHarmless, textOf } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

const ATTEMPT = {
  name: 'node1',
  host: '10.0.0.1',
  port: 22,
  user: 'root',
  whyNotAsk: 'there is no terminal',
  connectTimeoutMs: 1000,
}

/** A banner of the server is among what ssh prints. */
export const target: FuzzTarget = {
  covers: ['src/transport/openssh/{login-failure,host-settings}.ts'],
  refusals: [],
  words: ['Connection closed by UNKNOWN port 65535', 'Host key verification failed.', 'WARNING: ', 'controlpath ', '\r\n'],
  seeds: () => [
    '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nOffending ECDSA key in /root/.ssh/known_hosts:7\n',
    'ssh: connect to host 10.0.0.1 port 22: Connection refused\r\n',
    'root@10.0.0.1: Permission denied (publickey,password).\n',
    'Stdio forwarding request failed: Session open refused by peer\n',
    'user root\nhostname x\nport 22\nproxycommand nc %h %p\n',
  ],
  check(input) {
    const text = textOf(input)
    const { proxy } = parseHostSettings(text)
    for (const jump of [undefined, 'root@entry:22']) {
      const { message, hint } = loginFailure(text, 255, { ...ATTEMPT, proxy, jump })
      assertHarmless(message)
      assert(hint)
    }
  },
}
