import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { generateSshKey } from '../../../src/sim/serve/ssh-keys.ts'
import { whyBeyondSsh2 } from '../../../src/transport/ssh/beyond-ssh2.ts'
import { ConfigFiles } from '../../../src/transport/ssh/config-files.ts'
import { parseSshTarget } from '../../../src/transport/ssh/target.ts'
import { tempDir } from '../../support/temp-dir.ts'

const KEY = generateSshKey().publicKey.trim()

/** Why `node1` needs OpenSSH, in a home with these files. */
async function why(config: string, files: Readonly<Record<string, string>> = {}, hasTicket = false) {
  const home = tempDir()
  onTestFinished(() => home[Symbol.dispose]())
  for (const [name, text] of Object.entries({ ...files, config })) {
    mkdirSync(dirname(home.file(`.ssh/${name}`)), { recursive: true })
    writeFileSync(home.file(`.ssh/${name}`), text, { mode: 0o600 })
  }
  const onNotice = () => {}
  const options = {
    env: {},
    home: home.path,
    localUser: 'me',
    acceptNew: false,
    connectTimeoutMs: undefined,
    keepalive: undefined,
    identities: [],
    onNotice,
  }
  const from = new ConfigFiles({ home: home.path, configFile: home.file('.ssh/config'), onNotice })
  const reason = await whyBeyondSsh2(parseSshTarget('node1'), from, options, { hasTicket: async () => hasTicket })
  return reason?.replaceAll(home.file('.ssh'), '~/.ssh')
}

describe('OpenSSH is needed for', () => {
  it.each([
    ['ProxyCommand nc %h %p', 'ProxyCommand (~/.ssh/config)'],
    ['KnownHostsCommand /usr/bin/sss_ssh_knownhosts %H', 'KnownHostsCommand (~/.ssh/config)'],
    ['CertificateFile ~/c', 'CertificateFile (~/.ssh/config)'],
    ['PKCS11Provider /usr/lib/opensc-pkcs11.so', 'PKCS11Provider (~/.ssh/config)'],
    ['PreferredAuthentications password', 'PreferredAuthentications (~/.ssh/config)'],
    ['PubkeyAuthentication no', 'PubkeyAuthentication (~/.ssh/config)'],
    ['CanonicalizeHostname yes', 'CanonicalizeHostname (~/.ssh/config)'],
    ['Match exec "true"\n ProxyJump x', '`Match exec true` (~/.ssh/config)'],
    ['Match host node1 exec true\n IdentityFile x', '`Match host node1 exec true` (~/.ssh/config)'],
    ['Match exec true\n Include ~/.ssh/more', '`Match exec true` (~/.ssh/config)'],
    ['HostName %C', '`%C` in `%C` is not supported'],
    ['Host node1\n ProxyJump bastion\nHost bastion\n ProxyCommand nc %h %p', 'ProxyCommand (~/.ssh/config) for bastion'],
    ['IdentityFile ~/.ssh/sk', 'the key ~/.ssh/sk on a token'],
    ['IdentityFile ~/.ssh/signed', 'the certificate ~/.ssh/signed-cert.pub'],
    ['UserKnownHostsFile ~/.ssh/authority', 'the certificate authority for it (~/.ssh/authority:1)'],
  ])('%j', async (config, reason) => {
    const files = {
      more: 'User x\n',
      'sk.pub': 'sk-ssh-ed25519@openssh.com AAAA\n',
      'signed-cert.pub': 'x',
      authority: `@cert-authority * ${KEY}\n`,
    }
    expect(await why(`${config}\n`, files)).toContain(reason)
  })

  it('Kerberos where there is a ticket', async () => {
    expect(await why('GSSAPIAuthentication yes\n', {}, true)).toBe('GSSAPIAuthentication, and there is a ticket')
    expect(await why('GSSAPIAuthentication yes\n', {}, false)).toBeUndefined()
  })
})

describe('OpenSSH is not needed for', () => {
  it.each([
    ['what ssh2 does', 'User root\nPort 22\nProxyJump bastion\nStrictHostKeyChecking yes\n'],
    [
      'what is switched off',
      'ProxyCommand none\nKnownHostsCommand none\nPubkeyAuthentication yes\nPreferredAuthentications publickey,password\n',
    ],
    ['other hosts', 'Host node2\n ProxyCommand x\nMatch host node2 exec true\n User x\n'],
    [
      'blocks that change nothing here',
      'Match final all\n Ciphers aes128-ctr\n GSSAPIAuthentication yes\n ForwardX11Trusted yes\n',
    ],
  ])('%s', async (_, config) => {
    expect(await why(`UserKnownHostsFile none\n${config}`)).toBeUndefined()
  })

  it('an authority where a key is known, too', async () => {
    const files = { known: `@cert-authority * ${KEY}\nnode1 ${KEY}\n` }
    expect(await why('UserKnownHostsFile ~/.ssh/known\nGlobalKnownHostsFile none\n', files)).toBeUndefined()
  })
})
