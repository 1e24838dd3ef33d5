import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import type { Lab } from './lab.ts'
import { labSsh } from './ssh-config.ts'

/** The ways to nodes that people configure, and why `--ssh auto` takes OpenSSH for them, if it does. */
export const SET_UPS = [
  ['a plain ProxyCommand', /by OpenSSH, because of ProxyCommand/],
  ['a ProxyCommand with %h and %p', /by OpenSSH, because of ProxyCommand/],
  ['a ProxyCommand and a KnownHostsCommand', /by OpenSSH, because of (KnownHosts|Proxy)Command/],
  ['Match exec', /by OpenSSH, because of `Match exec/],
  ['certificates of the user and the hosts', /by OpenSSH, because of /],
  ['a key in an agent that asks for confirmation', undefined],
  ['a connection of the user', /by OpenSSH, because of your open connection/],
  ['a jump host', undefined],
] as const
type SetUpName = (typeof SET_UPS)[number][0]

/** What is there for the set-ups: configurations, an agent, open connections, and an sshd with certificates on each node. */
export interface LabSetUps extends AsyncDisposable {
  /** The configuration for one of them. */
  file(name: SetUpName): string
  /** What the agent has asked. */
  confirmed(): string
}

/** The port of the sshd that takes, and has, certificates only. */
const CERTIFIED_PORT = 2222

/** Prepares all of them, seen from node 0. */
export async function labSetUps(lab: Lab): Promise<LabSetUps> {
  const folder = join(lab.directory, 'set-ups')
  mkdirSync(folder, { mode: 0o755 })
  const inFolder = (name: string) => join(folder, name)
  const { configFile, knownHosts } = labSsh(lab)
  await certify(lab, inFolder)
  const agent = await startAgent(lab, inFolder)
  const each = (lines: (address: string) => readonly string[]) =>
    lab.nodes.flatMap(({ address }) => [`Host ${address}`, ...lines(address)])
  const withKeys = `KnownHostsCommand /bin/cat ${knownHosts}`
  const configs: Record<SetUpName, readonly string[]> = {
    'a plain ProxyCommand': each((address) => [`  ProxyCommand nc ${address} 22`]),
    'a ProxyCommand with %h and %p': ['ProxyCommand nc %h %p'],
    'a ProxyCommand and a KnownHostsCommand': ['ProxyCommand nc %h %p', withKeys, 'UserKnownHostsFile none'],
    'Match exec': ['Match exec "test %h != 10.99.0.9"', '  ProxyCommand nc %h %p'],
    'certificates of the user and the hosts': [
      `Port ${CERTIFIED_PORT}`,
      `IdentityFile ${inFolder('user')}`,
      `UserKnownHostsFile ${inFolder('authorities')}`,
    ],
    'a key in an agent that asks for confirmation': [`IdentityAgent ${agent.path}`, `IdentityFile ${inFolder('agent.pub')}`],
    'a connection of the user': [`ControlPath ${inFolder('control-%h')}`],
    'a jump host': ['Match host 10.99.0.2,10.99.0.3', '  ProxyJump 10.99.0.1'],
  }
  const fileOf = (name: SetUpName) => inFolder(`config-${name.replaceAll(/[^a-z]+/gi, '-')}`)
  const usual = readFileSync(configFile, 'utf8')
  for (const [name] of SET_UPS) {
    // Of each keyword, the first value counts; but key files add up.
    const rest = configs[name].some((line) => line.includes('IdentityFile')) ? usual.replace(/^.*IdentityFile.*\n/m, '') : usual
    writeFileSync(fileOf(name), `${configs[name].map((line) => `${line}\n`).join('')}${rest}`)
  }
  const own = fileOf('a connection of the user')
  for (const { address } of lab.nodes) {
    await lab.must(0, 'sh', '-c', `ssh -F "$0" -o ControlMaster=yes -fN "$1" >/dev/null 2>&1`, own, address)
  }
  return {
    file: fileOf,
    confirmed: () => readFileSync(inFolder('confirmed'), 'utf8'),
    [Symbol.asyncDispose]: async () => {
      for (const { address, pnn } of lab.nodes) {
        await lab.exec(0, ['ssh', '-F', own, '-O', 'exit', address])
        await lab.exec(pnn, ['pkill', '-f', inFolder(`sshd-${pnn}`)])
      }
      process.kill(agent.pid)
    },
  }
}

/** An sshd on each node whose host key and users are certified, and a certificate for root. */
async function certify(lab: Lab, inFolder: (name: string) => string): Promise<void> {
  for (const name of ['users', 'hosts', 'user', 'host']) {
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', inFolder(name)])
  }
  await execa('ssh-keygen', ['-q', '-s', inFolder('users'), '-I', 'user', '-n', 'root', inFolder('user.pub')])
  const names = lab.nodes.map(({ address }) => address).join()
  await execa('ssh-keygen', ['-q', '-s', inFolder('hosts'), '-I', 'host', '-h', '-n', names, inFolder('host.pub')])
  const authority = readFileSync(inFolder('hosts.pub'), 'utf8').trim()
  writeFileSync(inFolder('authorities'), `@cert-authority * ${authority}\n`)
  for (const { pnn, address } of lab.nodes) {
    const lines = [
      `Port ${CERTIFIED_PORT}`,
      `ListenAddress ${address}`,
      `HostKey ${inFolder('host')}`,
      `HostCertificate ${inFolder('host-cert.pub')}`,
      `TrustedUserCAKeys ${inFolder('users.pub')}`,
      'AuthorizedKeysFile none',
      `PidFile none`,
      'PasswordAuthentication no',
      'StrictModes no',
    ]
    writeFileSync(inFolder(`sshd-${pnn}`), lines.map((line) => `${line}\n`).join(''))
    await lab.must(pnn, '/usr/sbin/sshd', '-f', inFolder(`sshd-${pnn}`))
  }
}

/** An agent that has the key of the lab, and asks a program whether it may be used. */
async function startAgent(lab: Lab, inFolder: (name: string) => string): Promise<{ path: string; pid: number }> {
  const path = inFolder('agent')
  writeFileSync(inFolder('confirm'), `#!/bin/sh\necho "$1" >> ${inFolder('confirmed')}\n`, { mode: 0o755 })
  const env = { SSH_ASKPASS: inFolder('confirm'), SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' }
  const { stdout } = await execa('ssh-agent', ['-s', '-a', path], { env })
  const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(stdout)?.[1])
  copyFileSync(`${lab.sshKeyPath}.pub`, inFolder('agent.pub'))
  for (let tries = 0; ; tries++) {
    const { exitCode } = await execa('ssh-add', ['-q', '-c', lab.sshKeyPath], { env: { SSH_AUTH_SOCK: path }, reject: false })
    if (exitCode === 0) return { path, pid }
    if (tries > 20) throw new Error('the agent takes no key')
    await sleep(100)
  }
}
