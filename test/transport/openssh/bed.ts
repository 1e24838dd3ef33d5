import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { onTestFinished } from 'vitest'
import { generateSshKey } from '../../../src/sim/serve/ssh-keys.ts'
import { OpensshPool } from '../../../src/transport/openssh/index.ts'
import type { SshConnectionOptions } from '../../../src/transport/ssh-connections.ts'
import { echoSocket } from '../../support/echo-socket.ts'
import { addTo, type Sshd, type SshdOptions, startSshd } from '../../support/sshd.ts'
import { tempDir } from '../../support/temp-dir.ts'

/** Whether there is an OpenSSH to test with. */
export const hasOpenssh = existsSync('/usr/sbin/sshd') && spawnSync('ssh', ['-V']).status === 0
if (!hasOpenssh && process.env.CI) throw new Error('the tests of --ssh openssh need openssh-client and openssh-server')
if (!hasOpenssh) process.stderr.write('SKIPPED: the tests of --ssh openssh need openssh-client and openssh-server\n')

/** What a test needs: a folder with keys and a configuration, servers, connections. All of it is removed when the test ends. */
export function bed() {
  const dir = tempDir()
  // Another user has to be able to open sockets.
  chmodSync(dir.path, 0o755)
  onTestFinished(() => dir[Symbol.dispose]())
  const key = generateSshKey()
  writeFileSync(dir.file('id'), key.privateKey, { mode: 0o600 })
  writeFileSync(dir.file('id.pub'), `${key.publicKey}\n`)
  mkdirSync(dir.file('run'), { mode: 0o700 })
  const config = (...lines: readonly string[]) => addTo(dir.file('config'), ...lines)
  const known = (...lines: readonly string[]) => addTo(dir.file('known_hosts'), ...lines)
  config()
  const notices: string[] = []
  const messages: string[] = []
  /** What the user's programs have in their environment; sockets are in a folder of the test. */
  const env = { ...process.env, XDG_RUNTIME_DIR: dir.file('run'), SSH_AUTH_SOCK: '', SSH_ASKPASS_REQUIRE: '' }
  return {
    ...dir,
    key,
    config,
    known,
    notices,
    messages,
    env,
    sshd: async (options: Partial<SshdOptions> = {}): Promise<Sshd> => {
      const sshd = await startSshd({ folder: dir.path, authorizedKeys: key.publicKey, ...options })
      onTestFinished(() => sshd.kill())
      return sshd
    },
    /** Gives an sshd a host name, under which its keys are known, with these lines of configuration. */
    name: (name: string, { port, hostKeys }: Sshd, ...lines: readonly string[]) => {
      // Of each keyword, the first value counts.
      const usual = ['HostName 127.0.0.1', `Port ${port}`, `HostKeyAlias ${name}`, `User ${userInfo().username}`]
      const keys = ['IdentitiesOnly yes', `IdentityFile ${dir.file('id')}`, `UserKnownHostsFile ${dir.file('known_hosts')}`]
      config(`Host ${name}`, ...[...lines, ...usual, ...keys].map((line) => ` ${line}`))
      known(...Object.values(hostKeys).map((hostKey) => `${name} ${hostKey}`))
    },
    pool: (options: Partial<SshConnectionOptions> = {}): OpensshPool => {
      const pool = new OpensshPool({
        env,
        configFile: dir.file('config'),
        connectTimeoutMs: 20_000,
        onNotice: (text) => notices.push(text),
        onMessage: (text) => messages.push(text),
        ...options,
      })
      onTestFinished(() => pool.close())
      return pool
    },
    echo: (name: string) => echoSocket(dir.file(name)),
  }
}
