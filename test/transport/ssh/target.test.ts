import { describe, expect, it } from 'vitest'
import { parseSshTarget } from '../../../src/transport/ssh/target.ts'

describe('a target', () => {
  it.each([
    ['node1', { host: 'node1' }],
    ['root@node1.example.com:2222', { user: 'root', host: 'node1.example.com', port: 2222 }],
    ['10.0.0.1:22', { host: '10.0.0.1', port: 22 }],
    ['fd00::1', { host: 'fd00::1' }],
    ['root@fd00::1', { user: 'root', host: 'fd00::1' }],
    ['root@[fd00::1]:22', { user: 'root', host: 'fd00::1', port: 22 }],
    ['[fe80::1%eth0]', { host: 'fe80::1%eth0' }],
    ['ssh://root@node1:22', { user: 'root', host: 'node1', port: 22 }],
    ['ssh://node1/', { host: 'node1' }],
    ['me@example.com@node1', { user: 'me@example.com', host: 'node1' }],
    ['DOMAIN\\me@node_1', { user: 'DOMAIN\\me', host: 'node_1' }],
    ['knöten', { host: 'knöten' }],
  ])('is understood: %s', (text, target) => expect(parseSshTarget(text)).toEqual(target))

  it.each([
    '',
    ' ',
    '-oProxyCommand=evil',
    'root@-oProxyCommand=evil',
    '-l@node1',
    'node1 node2',
    'node1;evil',
    'node1\nnode2',
    '$(evil)',
    '`evil`',
    '@node1',
    'root@',
    'ro ot@node1',
    '$(evil)@node1',
    'node1:',
    'node1:0',
    'node1:65536',
    'node1:22:22',
    'node1:x',
    '[node1]:22',
    '[fd00::1',
    'fd00::1]:22',
    '[]:22',
    'fe80::1%eth0;evil',
    '.node1',
    'node1/path',
    'http://node1',
    `n${'o'.repeat(255)}`,
  ])('is refused: %j', (text) => {
    expect(() => parseSshTarget(text)).toThrow(expect.objectContaining({ code: 'USAGE', hint: expect.any(String) }))
  })
})
