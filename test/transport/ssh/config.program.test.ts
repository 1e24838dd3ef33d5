import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ConfigFiles } from '../../../src/transport/ssh/config-files.ts'
import { type ResolvedHost, resolveHost } from '../../../src/transport/ssh/resolve.ts'
import { parseSshTarget } from '../../../src/transport/ssh/target.ts'
import { tempDir } from '../../support/temp-dir.ts'

interface Given {
  readonly env?: NodeJS.ProcessEnv
  readonly acceptNew?: boolean
  readonly identities?: readonly string[]
}

/** A home directory with these files in it, as long as the test. */
function homeWith(files: Readonly<Record<string, string>>) {
  const dir = tempDir()
  onTestFinished(() => dir[Symbol.dispose]())
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(dir.file(name)), { recursive: true })
    writeFileSync(dir.file(name), text, { mode: 0o600 })
  }
  const notices: string[] = []
  const onNotice = (text: string) => void notices.push(text)
  const resolve = (target: string, given: Given = {}, configFile?: string): ResolvedHost =>
    resolveHost(parseSshTarget(target), new ConfigFiles({ home: dir.path, configFile, onNotice }), {
      env: {},
      home: dir.path,
      localUser: userInfo().username,
      acceptNew: false,
      connectTimeoutMs: undefined,
      keepalive: undefined,
      identities: [],
      onNotice,
      ...given,
    })
  return { ...dir, notices, resolve }
}

const configured = (text: string) => homeWith({ '.ssh/config': text })

describe('without any configuration', () => {
  it('a host is what its name says, with the usual files', () => {
    const home = homeWith({})
    expect(home.resolve('Node1', { env: { SSH_AUTH_SOCK: '/agent' } }, 'none')).toEqual({
      name: 'Node1',
      host: 'node1',
      port: 22,
      user: userInfo().username,
      family: 0,
      hostKeyAlias: undefined,
      identityFiles: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => ({ path: home.file(`.ssh/${name}`), named: false })),
      identitiesOnly: false,
      agent: '/agent',
      jumps: [],
      userKnownHosts: [home.file('.ssh/known_hosts'), home.file('.ssh/known_hosts2')],
      globalKnownHosts: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
      acceptNew: false,
      hashKnownHosts: false,
      connectTimeoutMs: 10_000,
      keepalive: { intervalMs: 15_000, countMax: 3 },
    })
  })
})

describe('the configuration', () => {
  it('yields to what the user specifies', () => {
    const { resolve } = configured('Host *\n User conf\n Port 1\n IdentityFile ~/conf\n')
    const resolved = resolve('me@h:2', { identities: ['/mine'] })
    expect(resolved).toMatchObject({ user: 'me', port: 2 })
    expect(resolved.identityFiles.map(({ path }) => path)).toEqual(['/mine', expect.stringMatching(/\/conf$/)])
  })

  it('never makes host keys less strict than accept-new', () => {
    const { resolve, notices } = configured(
      'Host loose\n StrictHostKeyChecking no\nHost new\n StrictHostKeyChecking accept-new\n',
    )
    expect(resolve('loose').acceptNew).toBe(true)
    expect(notices).toEqual([expect.stringContaining('treated as accept-new')])
    expect(resolve('new').acceptNew).toBe(true)
    expect(resolve('other').acceptNew).toBe(false)
    expect(resolve('other', { acceptNew: true }).acceptNew).toBe(true)
  })

  it('never runs a command, and reports the blocks that it ignores', () => {
    const { resolve, notices, file } = configured('')
    const config = `Match exec "touch ${file('ran')}"\n User evil\nMatch host h !exec "touch ${file('ran')}"\n User worse\nMatch final\n User last\n`
    writeFileSync(file('.ssh/config'), config)
    expect(resolve('h').user).toBe(userInfo().username)
    expect(existsSync(file('ran'))).toBe(false)
    expect(notices).toHaveLength(3)
    expect(notices[0]).toContain('`exec` is not supported')
  })

  it('finds its agent', () => {
    const { resolve, file } = configured(
      'Host none\n IdentityAgent none\nHost var\n IdentityAgent $OTHER\nHost path\n IdentityAgent ~/%r.sock\nHost usual\n IdentityAgent SSH_AUTH_SOCK\n',
    )
    const env = { SSH_AUTH_SOCK: '/agent', OTHER: '/other' }
    expect(resolve('none', { env }).agent).toBeUndefined()
    expect(resolve('var', { env }).agent).toBe('/other')
    expect(resolve('var').agent).toBeUndefined()
    expect(resolve('x@path', { env }).agent).toBe(file('x.sock'))
    expect(resolve('usual', { env }).agent).toBe('/agent')
  })

  it('includes files: relative to ~/.ssh, by pattern, within a block only for that block, missing ones too', () => {
    const { resolve } = homeWith({
      '.ssh/config': 'Include missing d/*.conf\nHost a\n Include only-a\nHost *\n Port 9\n',
      '.ssh/d/1.conf': 'Host b\n Port 1\n',
      '.ssh/d/2.conf': 'Host b\n Port 2\nHost c\n Port 3\n',
      '.ssh/only-a': 'User inner\nHost b\n User never\n',
    })
    expect(resolve('b')).toMatchObject({ port: 1, user: userInfo().username })
    expect(resolve('c').port).toBe(3)
    expect(resolve('a')).toMatchObject({ port: 9, user: 'inner' })
  })

  it.each([
    ['Port many\n', 'port: `many` is not a number'],
    ['Port 70000\n', 'port: `70000`'],
    ['IdentitiesOnly perhaps\n', 'identitiesonly: `perhaps` is not one of'],
    ['ConnectTimeout soon\n', 'connecttimeout: `soon` is not a duration'],
    ['AddressFamily ipx\n', 'addressfamily: `ipx`'],
    ['StrictHostKeyChecking maybe\n', 'stricthostkeychecking: `maybe`'],
    ['HostName -oProxyCommand=x\n', 'hostname: `-oProxyCommand=x`'],
    ['User "a b"\n', 'user: `a b`'],
    ['HostKeyAlias a,b\n', 'hostkeyalias: `a,b`'],
    ['User\nPort 3\n', '`User` has no value'],
    ['Host\n', '`Host` has no value'],
    ['Match host\n', 'cannot be parsed'],
    ['IdentityFile "unclosed\n', 'cannot be parsed'],
    ['IdentityFile ~other/key\n', 'only ~/ is supported'],
    ['IdentityFile %z\n', '`%z` in `%z` is not supported'],
    [`IdentityFile \${NO_SUCH}\n`, 'the environment variable NO_SUCH is not set'],
    ['ProxyCommand nc %h %p\n', 'ProxyCommand is not supported: `nc %h %p`'],
    ['Include config\n', 'include'],
  ])('that is invalid is refused with the name of its file: %j', (text, message) => {
    const { resolve, file } = configured(text)
    expect(() => resolve('h')).toThrow(
      expect.objectContaining({ code: 'SSH_CONFIG', message: expect.stringContaining(message), hint: expect.any(String) }),
    )
    if (!text.includes('%z')) expect(() => resolve('h')).toThrow(file('.ssh/config'))
  })

  it('that other users may write to is refused', () => {
    const { resolve, file } = configured('Port 2\n')
    chmodSync(file('.ssh/config'), 0o666)
    expect(() => resolve('h')).toThrow(expect.objectContaining({ code: 'SSH_CONFIG' }))
  })

  it('that is named must exist', () => {
    expect(() => homeWith({}).resolve('h', {}, '/no/such/config')).toThrow(expect.objectContaining({ code: 'SSH_CONFIG' }))
  })

  it('with ProxyCommand none has none', () => {
    expect(configured('ProxyCommand none\nProxyJump x\n').resolve('h').jumps).toEqual([])
  })
})

const openSsh = spawnSync('ssh', ['-V']).status === 0
if (!openSsh)
  process.stderr.write('SKIPPED: there is no `ssh` on this machine, so the configuration is not held against OpenSSH\n')

describe.runIf(openSsh)('OpenSSH reads the same', () => {
  /** What `ssh -G` says, in our words. */
  function byOpenSsh(config: string, target: string) {
    const { stdout, stderr, status } = spawnSync('ssh', ['-G', '-F', config, target], { encoding: 'utf8', env: {} })
    if (status !== 0) throw new Error(stderr)
    const lines = stdout.split('\n').map((line) => /^(\S+) ?(.*)$/.exec(line) ?? ['', '', ''])
    const all = (keyword: string) => lines.flatMap(([, name, value = '']) => (name === keyword ? [value] : []))
    const one = (keyword: string) => all(keyword)[0]
    const count = (keyword: string) => (one(keyword) === 'none' ? 0 : Number(one(keyword)))
    return {
      host: one('hostname'),
      port: Number(one('port')),
      user: one('user'),
      family: { any: 0, inet: 4, inet6: 6 }[one('addressfamily') ?? ''],
      hostKeyAlias: one('hostkeyalias'),
      identityFiles: all('identityfile'),
      identitiesOnly: one('identitiesonly') === 'yes',
      jumps: one('proxyjump')?.split(',') ?? [],
      userKnownHosts: one('userknownhostsfile')?.split(' '),
      strict: one('stricthostkeychecking'),
      hashKnownHosts: one('hashknownhosts') === 'yes',
      connectTimeoutMs: count('connecttimeout') * 1000,
      keepalive: { intervalMs: count('serveraliveinterval') * 1000, countMax: count('serveralivecountmax') },
    }
  }

  /** Where a value is not given we have other defaults; these are given in the end of each configuration. */
  const DEFAULTS = `Host *
  IdentityFile /default
  UserKnownHostsFile /kh
  ConnectTimeout 7
  ServerAliveInterval 8
  ServerAliveCountMax 4
`

  function compare(text: string, target: string, more: Readonly<Record<string, string>> = {}): void {
    const home = homeWith({ config: text + DEFAULTS, ...more })
    const { strict, ...theirs } = byOpenSsh(home.file('config'), target)
    const ours = home.resolve(target, {}, home.file('config'))
    expect({ ...ours, identityFiles: ours.identityFiles.map(({ path }) => path) }, text).toMatchObject({
      ...theirs,
      acceptNew: ['accept-new', 'false', 'no', 'off'].includes(strict ?? ''),
    })
  }

  it.each([
    ['Host node1\n HostName 10.0.0.1\n Port 2222\n User ctdb\n', 'node1'],
    ['Host node? !node2\n Port 1\nHost node2\n Port 2\n', 'node2'],
    ['Host !node2 node*\n Port 1\n', 'node12'],
    ['Host *.example.com,other\n Port 1\n', 'other'],
    ['Host !a\n Port 5\n', 'b'],
    ['Host a b "c"\n Port 5\n', 'c'],
    ['User first\nHost *\n User second\n', 'h'],
    ['host=h\n\tuser = spaced\n', 'h'],
    ['HOST h\n hostname %h.example.com\n', 'h'],
    ['HostName x-%h\nHost *\n', 'user@h'],
    ['IdentityFile /a\nIdentityFile "/b c"\nHost h\n IdentityFile /a\nIdentitiesOnly yes\n', 'h'],
    ['ProxyJump a,b@c:3,d\nProxyJump later\n', 'h'],
    ['ProxyJump none\nProxyJump later\n', 'h'],
    ['ProxyCommand none\n', 'h'],
    ['UserKnownHostsFile /x /y "/z"\n', 'h'],
    ['HostKeyAlias alias\nAddressFamily inet6\nHashKnownHosts yes\n', 'h'],
    ['StrictHostKeyChecking accept-new\n', 'h'],
    ['StrictHostKeyChecking off\n', 'h'],
    ['ConnectTimeout 1m30s\nServerAliveInterval 2m\nServerAliveCountMax 9\n', 'h'],
    ['Match host h\n Port 3\nMatch all\n User all\n', 'h'],
    ['HostName real\nMatch host real originalhost h\n Port 3\nMatch host h\n Port 4\n', 'h'],
    ['User u\nMatch user u,v !host x*\n Port 3\n', 'h'],
    ['Match user other\n Port 3\n', 'other@h'],
    ['Match !user other\n Port 3\n', 'other@h'],
    [`Match localuser ${userInfo().username}\n Port 4\n`, 'h'],
    ['Host MixedCase\n Port 4\n', 'mixedcase'],
    ['Host mixedcase\n Port 4\n', 'MixedCase'],
    ['# comment\n\n  Port 4 # more\n', 'h'],
    ['Port 4\r\nUser u\r\n', 'h'],
  ])('%j', (text, target) => compare(text, target))

  it('files that are included', () => {
    const dir = tempDir()
    onTestFinished(() => dir[Symbol.dispose]())
    writeFileSync(dir.file('one'), 'Host h\n User one\nPort 5\n')
    writeFileSync(dir.file('two'), 'Host *\n User two\n')
    for (const text of [
      `Include ${dir.file('one')} ${dir.file('two')}\nPort 6\n`,
      `Host other\n Include ${dir.file('*')}\nHost *\n User last\n`,
      `Include ${dir.file('[a-z]*')}\n`,
      `Include ${dir.file('none')}\nUser u\n`,
    ]) {
      compare(text, 'h')
      compare(text, 'other')
    }
  })

  it('any order of blocks', () => {
    const pattern = fc.constantFrom('*', 'node*', 'node1', '!node1', '!node*', 'n?de1', 'other', '!other')
    const setting = fc.constantFrom(
      'Port 1',
      'Port 2',
      'User a',
      'User b',
      'HostName x',
      'HostName y-%h',
      'IdentityFile /k1',
      'IdentityFile /k2',
      'ProxyJump j',
      'ProxyJump none',
      'ProxyCommand none',
      'HostKeyAlias k',
    )
    const head = fc.oneof(
      fc.array(pattern, { minLength: 1, maxLength: 3 }).map((patterns) => `Host ${patterns.join(' ')}`),
      pattern.map((one) => `Match host ${one}`),
      pattern.map((one) => `Match originalhost ${one} user a,c`),
      fc.constant('Match all'),
    )
    const block = fc.tuple(head, fc.array(setting, { maxLength: 3 })).map(([first, rest]) => `${[first, ...rest].join('\n ')}\n`)
    fc.assert(
      fc.property(fc.array(block, { maxLength: 5 }), fc.constantFrom('node1', 'node2', 'other', 'c@node1'), (blocks, target) =>
        compare(blocks.join(''), target),
      ),
      { numRuns: 100 },
    )
  })
})
