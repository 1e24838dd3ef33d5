import assert from 'node:assert/strict'
import { parseConfig } from '../../../src/transport/ssh/config-text.ts'
import { type ConfigDisk, HostSearch } from '../../../src/transport/ssh/host-search.ts'
import { resolveHost } from '../../../src/transport/ssh/resolve.ts'
import { isHostName, isUserName } from '../../../src/transport/ssh/target.ts'
import { assertHarmless, textOf } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

const HOME = '/home/admin'

const EXAMPLE = `# comment
Include other
Host node* !node9
  HostName %h.example.com
  User admin
  Port 2222
  IdentityFile ~/.ssh/%r_%p
  UserKnownHostsFile none
  ConnectTimeout 1m30s
  ServerAliveInterval 5
  StrictHostKeyChecking accept-new
  ProxyJump jump@gate:22,%n
Match originalhost node1 user admin,root
  IdentityAgent $SSH_AUTH_SOCK
  AddressFamily inet6
Match !host node2 all
  HostKeyAlias "alias"
`

/** The input is the content of every file. */
export const target: FuzzTarget = {
  covers: ['src/transport/ssh/{config-text,host-search,config-values,resolve,tokens,patterns}.ts'],
  refusals: ['SSH_CONFIG'],
  words: [
    'Host ',
    'Match ',
    'all',
    'Include *',
    '"',
    '$' + '{HOME}',
    '%%',
    '%k',
    '~root',
    'none',
    'yes',
    'SSH_AUTH_SOCK',
    'ProxyCommand nc',
  ],
  seeds: () => [EXAMPLE],
  check(input) {
    const lines = parseConfig(textOf(input), 'FILE')
    const disk: ConfigDisk = { linesOf: () => lines, matching: () => ['/a', '/b'] }
    const settingsFor = (query: { host: string; user: string | undefined; localUser: string }) => {
      const search = new HostSearch(query, disk, { home: HOME, onNotice: () => {} })
      search.read({ file: 'FILE', folder: HOME, depth: 0 })
      return search.settings
    }
    const env = { HOME, SSH_AUTH_SOCK: '/agent' }
    const options = { env, home: HOME, localUser: 'root', acceptNew: false, connectTimeoutMs: undefined, keepalive: undefined }
    const found = resolveHost({ host: 'node1' }, { settingsFor }, { ...options, identities: [], onNotice: () => {} })
    assert.ok(isHostName(found.host) && isUserName(found.user) && found.port > 0 && found.port < 65_536)
    assert.ok(Number.isFinite(found.connectTimeoutMs) && Number.isFinite(found.keepalive.intervalMs))
    assertHarmless(found.host)
  },
}
