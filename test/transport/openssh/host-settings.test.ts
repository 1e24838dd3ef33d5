import { expect, it } from 'vitest'
import { parseHostSettings } from '../../../src/transport/openssh/host-settings.ts'

it('reads what `ssh -G` prints', () => {
  const text = 'host x\nuser root\nhostname 10.0.0.1\nport 2222\nserveraliveinterval 0\nconnecttimeout none\nproxycommand none\n'
  expect(parseHostSettings(text)).toEqual({
    user: 'root',
    host: '10.0.0.1',
    port: 2222,
    controlPath: undefined,
    connectTimeoutMs: undefined,
    probes: false,
    proxy: undefined,
  })
  const more = 'controlpath /root/a b\nconnecttimeout 3\nserveraliveinterval 5\nproxycommand nc %h %p\nproxycommand second\n'
  expect(parseHostSettings(more)).toMatchObject({
    controlPath: '/root/a b',
    connectTimeoutMs: 3000,
    probes: true,
    proxy: { keyword: 'ProxyCommand', value: 'nc %h %p' },
  })
  expect(parseHostSettings('proxyjump a,b\n').proxy).toEqual({ keyword: 'ProxyJump', value: 'a,b' })
})
