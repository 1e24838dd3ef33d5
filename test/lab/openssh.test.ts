import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateSshKey } from '../../src/sim/serve/ssh-keys.ts'
import { ctdbtsProcess, RUN_JS } from '../support/program.ts'
import { answerBasics, ScriptedDaemon } from '../support/scripted-daemon.ts'
import { startSshd } from '../support/sshd.ts'
import { tempDir } from '../support/temp-dir.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { labSsh } from './harness/ssh-config.ts'
import { VERIFY } from './harness/verify-words.ts'

/** The processes whose command line has this text. */
const processesWith = (text: string): string => spawnSync('pgrep', ['-f', '-a', '--', text], { encoding: 'utf8' }).stdout

describeOnLab('nodes reached by OpenSSH', (lab) => {
  const hosts = lab.pnns.map((pnn) => `10.99.0.${pnn + 1}`).join(',')
  let openssh: readonly string[]

  beforeAll(() => {
    openssh = [...labSsh(lab).flags, '--ssh', 'openssh']
  })

  it.each([['ip'], ['status'], ['listnodes'], ['event', 'status', 'legacy', 'startup'], ['getvar', 'MonitorInterval']])(
    'answer %s as over ssh2',
    async (...argv) => {
      const { durationMs: _, ...bySsh2 } = await lab.ctdbts(
        0,
        ...argv,
        ...labSsh(lab).flags,
        '--ssh',
        'ssh2',
        '--host',
        '10.99.0.2',
      )
      const { durationMs: __, ...byOpenssh } = await lab.ctdbts(0, ...argv, ...openssh, '--host', '10.99.0.2')
      expect(byOpenssh).toEqual(bySsh2)
    },
  )

  it('are audited, all named or through one of them', async () => {
    for (const host of [hosts, '10.99.0.2']) {
      const { stdout, stderr, status } = await lab.ctdbts(0, ...VERIFY, ...openssh, '--host', host)
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
      expect(stdout).toMatch(/^No problem found \(3 nodes,/)
    }
  })

  it('are audited through a command on each of them', async () => {
    const { stdout, stderr, status } = await lab.ctdbts(0, ...VERIFY, ...openssh, '--host', hosts, '--run', 'unshare -m')
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toMatch(/^No problem found \(3 nodes,/)
  })

  it('are watched', async () => {
    const { stdout, stderr, status } = await lab.ctdbts(0, 'watch', '--once', ...openssh, '--host', hosts)
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toContain('10.99.0.3')
  })

  it('are found to need it, by a ProxyCommand and Match exec for all of them', async () => {
    const file = join(lab.directory, 'proxied_config')
    const proxied = 'Match exec "test %h != 10.99.0.9"\n  ProxyCommand nc %h %p\n'
    writeFileSync(file, `${proxied}${readFileSync(labSsh(lab).configFile, 'utf8')}`)
    for (const argv of [['ip'], ['status'], [...VERIFY], ['watch', '--once']]) {
      const { stdout, stderr } = await lab.ctdbts(0, ...argv, '-v', '--ssh-config', file, '--host', hosts)
      expect(stdout).not.toBe('')
      expect(stderr).toContain(`ctdbts: 10.99.0.1: by OpenSSH, because of \`Match exec test %h != 10.99.0.9\` (${file})\n`)
    }
  })

  it('keep no process of ours, whenever ctdbts is killed', async () => {
    for (let round = 0; round < 6; round++) {
      const [program = '', ...words] = lab.argv(0, [...lab.program, ...VERIFY, ...openssh, '--host', hosts])
      const child = spawn(program, words, { stdio: 'ignore' })
      const ended = once(child, 'exit')
      await Promise.race([ended, sleep(200 + 300 * round)])
      child.kill(round % 2 === 0 ? 'SIGKILL' : 'SIGTERM')
      await ended
    }
    for (const text of [labSsh(lab).configFile, 'ctdbts-guard', 'ctdbts-relay']) {
      await expect.poll(() => processesWith(text), { timeout: 60_000 }).toBe('')
    }
  })
})

const USER = `ctdbts-o${process.pid}`
const SUDOERS = `/etc/sudoers.d/${USER}`
const PASSWORD = 'open sesame'

const possible = process.getuid?.() === 0 && existsSync('/usr/sbin/sshd')
if (!possible && process.env.CI) throw new Error('the tests with passwords need root and openssh-server')
if (!possible) process.stderr.write('SKIPPED: the tests with passwords need root and openssh-server\n')

describe.runIf(possible)('as another user', () => {
  beforeAll(() => {
    execFileSync('useradd', ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/bin/bash', USER])
    execFileSync('chpasswd', { input: `${USER}:${PASSWORD}\n` })
  })
  afterAll(() => {
    rmSync(SUDOERS, { force: true })
    execFileSync('userdel', [USER])
  })

  it("root's socket is reached with sudo", async () => {
    using dir = tempDir()
    execFileSync('chmod', ['755', dir.path])
    const key = generateSshKey()
    writeFileSync(dir.file('id'), key.privateKey, { mode: 0o600 })
    await using sshd = await startSshd({ folder: dir.path, authorizedKeys: key.publicKey })
    await using daemon = await new ScriptedDaemon(dir.file('s'), answerBasics).listen()
    const lines = [
      `Port ${sshd.port}`,
      `IdentityFile ${dir.file('id')}`,
      'StrictHostKeyChecking no',
      `UserKnownHostsFile ${dir.file('known')}`,
    ]
    writeFileSync(dir.file('config'), `Host *\n${lines.map((line) => ` ${line}\n`).join('')}`)
    const argv = [
      'pnn',
      '--ssh',
      'openssh',
      '--ssh-config',
      dir.file('config'),
      '--host',
      `${USER}@127.0.0.1`,
      '--socket',
      daemon.path,
    ]
    const denied = await ctdbtsProcess(argv)
    expect(denied.stderr).toContain(`no permission to use the CTDB socket ${daemon.path} on 127.0.0.1`)
    const refused = await ctdbtsProcess([...argv, '--sudo'])
    expect(refused.stderr).toContain('sudo on 127.0.0.1 refused: ')
    writeFileSync(SUDOERS, `${USER} ALL=(root) NOPASSWD: ALL\n`, { mode: 0o440 })
    const { stdout, stderr } = await ctdbtsProcess([...argv, '--sudo', '-v'])
    expect(stdout).toBe('0\n')
    expect(stderr).toMatch(/ through (socat|nc|python3), as root with sudo\n/)
  })

  it.each([
    ['a password', ['PasswordAuthentication yes']],
    ['what PAM asks for', ['KbdInteractiveAuthentication yes', 'UsePAM yes']],
  ])('an unknown host key and %s are asked for on a terminal', async (_, config) => {
    using dir = tempDir()
    execFileSync('chmod', ['755', dir.path])
    mkdirSync(dir.file('run'), { mode: 0o700 })
    await using sshd = await startSshd({ folder: dir.path, authorizedKeys: '', config })
    await using daemon = await new ScriptedDaemon(dir.file('s'), answerBasics).listen()
    execFileSync('chmod', ['666', daemon.path])
    const lines = [
      'HostName 127.0.0.1',
      `Port ${sshd.port}`,
      `User ${USER}`,
      'IdentityFile none',
      `UserKnownHostsFile ${dir.file('known')}`,
    ]
    writeFileSync(dir.file('config'), `Host node1\n${lines.map((line) => ` ${line}\n`).join('')}`)
    const argv = [process.execPath, RUN_JS, 'pnn', '--ssh', 'openssh', '--ssh-config', dir.file('config'), '--host', 'node1']
    const line = [...argv, '--socket', daemon.path].join(' ')
    const env = { ...process.env, XDG_RUNTIME_DIR: dir.file('run') }
    const terminal = spawn('script', ['-qefc', line, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] })
    let shown = ''
    terminal.stdout.on('data', (chunk: Buffer) => {
      shown += chunk
    })
    const answer = async (question: RegExp, text: string) => {
      await expect.poll(() => shown, { timeout: 30_000 }).toMatch(question)
      shown = ''
      terminal.stdin.write(`${text}\n`)
    }
    await answer(/fingerprint is SHA256:[\s\S]*\(yes\/no/, 'yes')
    await answer(/assword: /, 'wrong')
    await answer(/assword: /, PASSWORD)
    const [status] = await once(terminal, 'close')
    expect(shown).toMatch(/^\r\n0\r\n$/)
    expect(status).toBe(0)
    await expect.poll(() => readdirSync(dir.file('run'))).toEqual([])
  })
})
