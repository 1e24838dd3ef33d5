import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateSshKey } from '../../src/sim/serve/ssh-keys.ts'
import { ctdbtsProcess, RUN_JS } from '../support/program.ts'
import { answerBasics, ScriptedDaemon } from '../support/scripted-daemon.ts'
import { startSshd } from '../support/sshd.ts'
import { tempDir } from '../support/temp-dir.ts'
import { describeOnLab } from './describe-on-lab.ts'
import type { Lab } from './harness/lab.ts'
import { labSsh } from './harness/ssh-config.ts'
import { type LabSetUps, labSetUps, SET_UPS } from './harness/ssh-set-ups.ts'
import { VERIFY } from './harness/verify-words.ts'

/** More with `OPENSSH_RUNS=200`. */
const RUNS = Number(process.env.OPENSSH_RUNS ?? 9)
const SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGINT'] as const

/** The processes whose command line has this text. */
const processesWith = (text: string): string => spawnSync('pgrep', ['-f', '-a', '--', text], { encoding: 'utf8' }).stdout

const USER = `ctdbts-o${process.pid}`
const SUDOERS = `/etc/sudoers.d/${USER}`
const PASSWORD = 'open sesame'

const possible = process.getuid?.() === 0 && existsSync('/usr/sbin/sshd')
if (!possible && process.env.CI) throw new Error('the tests with passwords need root and openssh-server')
if (!possible) process.stderr.write('SKIPPED: the tests with passwords need root and openssh-server\n')

/** The port of the sshd that takes what is typed. */
const TYPED_PORT = 2223

function addUser(): void {
  execFileSync('useradd', ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/bin/bash', USER])
  execFileSync('chpasswd', { input: `${USER}:${PASSWORD}\n` })
}

function removeUser(): void {
  rmSync(SUDOERS, { force: true })
  execFileSync('userdel', ['--force', USER])
}

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

  describe('in a way that the configuration describes', () => {
    let setUps: LabSetUps

    beforeAll(async () => {
      setUps = await labSetUps(lab)
    })
    afterAll(async () => await setUps?.[Symbol.asyncDispose]())

    describe.each(SET_UPS)('by %s', (name, reason) => {
      it.each([['openssh'], ['auto']])('are asked, audited and watched with --ssh %s', async (client) => {
        const ways = ['--ssh-config', setUps.file(name), '--ssh', client]
        for (const argv of [['ip'], ['status']]) {
          const { stdout, stderr, status } = await lab.ctdbts(0, ...argv, ...ways, '--host', '10.99.0.2')
          expect({ stdout, stderr, status }).toEqual({ stdout: (await lab.ctdb(1, ...argv)).stdout, stderr: '', status: 0 })
        }
        const { stderr } = await lab.ctdbts(0, 'pnn', '-v', ...ways, '--host', '10.99.0.2')
        const why = /by OpenSSH, because of .*/.exec(stderr)?.[0] ?? ''
        expect(why).toMatch((client === 'auto' && reason) || /^$/)
        const audited = await lab.ctdbts(0, ...VERIFY, ...ways, '--host', hosts)
        expect({ stderr: audited.stderr, status: audited.status }).toEqual({ stderr: '', status: 0 })
        expect(audited.stdout).toMatch(/^No problem found \(3 nodes,/)
        const watched = await lab.ctdbts(0, 'watch', '--once', ...ways, '--host', hosts)
        expect({ stderr: watched.stderr, status: watched.status }).toEqual({ stderr: '', status: 0 })
        expect(watched.stdout).toContain('10.99.1.131')
      })
    })

    it('were asked to confirm each use of the key in the agent, and stay connected by the connections that were open', async () => {
      expect(setUps.confirmed()).toMatch(/^Allow use of key /)
      for (const pnn of lab.pnns) {
        const { status } = await lab.exec(pnn, ['true'])
        expect(status).toBe(0)
        const check = ['ssh', '-F', setUps.file('a connection of the user'), '-O', 'check', `10.99.0.${pnn + 1}`]
        expect((await lab.exec(0, check)).status).toBe(0)
      }
    })
  })

  describe.runIf(possible).each([
    ['a password', ['PasswordAuthentication yes']],
    ['what PAM asks for', ['PasswordAuthentication no', 'KbdInteractiveAuthentication yes', 'UsePAM yes']],
  ])('with %s that is typed on a terminal', (_, methods) => {
    let file: string

    beforeAll(async () => {
      addUser()
      writeFileSync(SUDOERS, `${USER} ALL=(root) NOPASSWD: ALL\n`, { mode: 0o440 })
      file = join(lab.directory, 'typed_config')
      const known = join(lab.directory, 'typed_known_hosts')
      const key = readFileSync(join(lab.directory, 'keys/host.pub'), 'utf8').trim()
      writeFileSync(known, lab.nodes.map(({ address }) => `[${address}]:${TYPED_PORT} ${key}\n`).join(''))
      writeFileSync(file, `Host *\n Port ${TYPED_PORT}\n User ${USER}\n IdentityFile none\n UserKnownHostsFile ${known}\n`)
      for (const { pnn, address } of lab.nodes) {
        const lines = [
          `Port ${TYPED_PORT}`,
          `ListenAddress ${address}`,
          `HostKey ${join(lab.directory, 'keys/host')}`,
          'PidFile none',
        ]
        writeFileSync(lab.path(pnn, 'typed_sshd'), [...lines, ...methods, ''].join('\n'))
        await lab.must(pnn, '/usr/sbin/sshd', '-f', lab.path(pnn, 'typed_sshd'))
      }
    })
    afterAll(async () => {
      for (const pnn of lab.pnns) await lab.exec(pnn, ['pkill', '-f', lab.path(pnn, 'typed_sshd')])
      await Promise.all(lab.pnns.map((pnn) => lab.exec(pnn, ['pkill', '-u', USER])))
      removeUser()
    })

    it.each([
      [['ip'], 1, /10\.99\.1\.131 [012]\r\n/],
      [['status'], 1, /pnn:1 10\.99\.0\.2 +OK \(THIS NODE\)/],
      [[...VERIFY], 3, /No problem found \(3 nodes,/],
      [['watch', '--once'], 3, /10\.99\.1\.131/],
    ])('answer %j', async (argv, questions, expected) => {
      const named = questions === 1 ? '10.99.0.2' : hosts
      const words = [...lab.program, ...argv, '--ssh', 'openssh', '--ssh-config', file, '--sudo', '--host', named]
      const [program = '', ...rest] = lab.argv(0, ['script', '-qefc', words.join(' '), '/dev/null'])
      const env = { ...process.env, XDG_RUNTIME_DIR: '', SSH_ASKPASS_REQUIRE: '' }
      const terminal = spawn(program, rest, { env, stdio: ['pipe', 'pipe', 'inherit'] })
      let shown = ''
      let unanswered = ''
      let answered = 0
      terminal.stdout.on('data', (chunk: Buffer) => {
        shown += chunk
        unanswered += chunk
        if (!/assword: \S*$/.test(unanswered)) return
        unanswered = ''
        answered++
        terminal.stdin.write(`${PASSWORD}\n`)
      })
      const [status] = await once(terminal, 'close')
      expect(shown).toMatch(expected)
      expect({ status, answered }).toEqual({ status: 0, answered: questions })
    })
  })

  describe('that cannot be reached say why, with an exit status of their own:', () => {
    const config = (name: string, ...lines: string[]): string => {
      const file = join(lab.directory, `failing-${name}`)
      writeFileSync(file, `${lines.map((line) => `${line}\n`).join('')}${readFileSync(labSsh(lab).configFile, 'utf8')}`)
      return file
    }
    const fails = async (file: string) => {
      const runs = [['ip'], ['status'], ['verify'], ['watch', '--once']].map(async (argv) => {
        const { stderr, status } = await lab.ctdbts(0, ...argv, '--ssh', 'openssh', '--ssh-config', file, '--host', '10.99.0.2')
        return { status, message: stderr.split('\n')[0] }
      })
      const [first, ...others] = await Promise.all(runs)
      for (const other of others) expect(other).toEqual(first)
      return first
    }

    it('refused', async () => {
      expect(await fails(config('refused', 'Port 1'))).toEqual({
        status: 111,
        message: 'ctdbts: cannot reach 10.99.0.2 (10.99.0.2, port 1): connection refused',
      })
    })

    it('an unknown key', async () => {
      expect(await fails(config('unknown', 'UserKnownHostsFile none'))).toEqual({
        status: 126,
        message: 'ctdbts: the host key of 10.99.0.2 is not known',
      })
    })

    it('a changed key', async () => {
      const known = join(lab.directory, 'other_known_hosts')
      writeFileSync(known, `10.99.0.2 ${generateSshKey().publicKey.trim()}\n`)
      const { status, message } = (await fails(config('changed', `UserKnownHostsFile ${known}`))) ?? {}
      expect(status).toBe(128)
      expect(message).toMatch(
        /^ctdbts: the host key of 10\.99\.0\.2 has changed: it is now an ED25519 key with fingerprint SHA256:/,
      )
    })

    it('no terminal to ask on', async () => {
      const file = config('terminal', 'IdentityFile none', 'IdentityAgent none', 'PreferredAuthentications password')
      expect(await fails(file)).toEqual({
        status: 25,
        message: expect.stringMatching(/^ctdbts: cannot log in to 10\.99\.0\.2 as root: .*\(password.*\): there is no terminal$/),
      })
    })

    it('no ssh', async () => {
      const argv = ['env', 'PATH=/nowhere', ...lab.program, 'ip', ...openssh, '--host', '10.99.0.2']
      const { stderr, status } = await lab.exec(0, argv)
      expect(stderr).toMatch(/^ctdbts: there is no program `ssh` on this machine\n/)
      expect(status).toBe(127)
    })

    it('an ssh that is killed under way', async () => {
      const silent = lab.path(1, 'run/silent.socket')
      const asked = Promise.withResolvers<void>()
      const server = createServer(() => asked.resolve())
      await new Promise<void>((resolve) => server.listen(silent, resolve))
      const argv = ['pnn', ...openssh, '-t', '60', '--host', '10.99.0.2', '--socket', '/run/silent.socket']
      const run = lab.ctdbtsProcess(0, ...argv)
      await asked.promise
      execFileSync('pkill', ['-KILL', '-f', '--', `^ssh -F ${labSsh(lab).configFile} -M .* -- 10\\.99\\.0\\.2$`])
      const { stderr, status } = await run
      server.close()
      expect(stderr).toMatch(/^ctdbts: the SSH connection to 10\.99\.0\.2 has ended: a signal ended ssh\n/)
      expect(status).toBe(104)
    })
  })

  it(`keep no process and no socket of ours after ${RUNS} runs, a third of them killed`, {
    timeout: 60_000 + RUNS * 15_000,
  }, async () => {
    const run = join(lab.directory, 'xdg')
    mkdirSync(run, { mode: 0o700 })
    const before = await Promise.all(lab.pnns.map((pnn) => inUse(lab, pnn)))
    const [program = '', ...words] = lab.argv(0, [...lab.program, ...VERIFY, ...openssh, '--host', hosts])
    let wholeMs = 3000
    let killed = 0
    for (let round = 0; round < RUNS; round++) {
      const startMs = performance.now()
      const child = spawn(program, words, { stdio: 'ignore', env: { ...process.env, XDG_RUNTIME_DIR: run } })
      const ended = once(child, 'exit')
      if (round % 3 === 2) {
        await Promise.race([ended, sleep(Math.random() * wholeMs)])
        if (child.kill(SIGNALS[Math.floor(round / 3) % SIGNALS.length])) killed++
      }
      await ended
      if (round % 3 !== 2) wholeMs = performance.now() - startMs
    }
    // Each ssh, and the process that cleans up, has the folder or the configuration in its command line.
    for (const text of [run, labSsh(lab).configFile, 'ctdbts-guard', 'ctdbts-relay', 'ctdbts-facts']) {
      await expect.poll(() => processesWith(text), { timeout: 60_000 }).toBe('')
    }
    expect(readdirSync(run)).toEqual([])
    const left = async () => {
      const now = await Promise.all(lab.pnns.map((pnn) => inUse(lab, pnn)))
      return now.every((each, pnn) =>
        Object.entries(each).every(([what, count]) => count <= (before[pnn]?.[what as 'processes'] ?? 0)),
      )
    }
    await expect.poll(left, { timeout: 60_000 }).toBe(true)
    const counts = await Promise.all(lab.pnns.map((pnn) => inUse(lab, pnn)))
    process.stderr.write(`${RUNS} runs, ${killed} killed; before: ${JSON.stringify(before)}; after: ${JSON.stringify(counts)}\n`)
  })
})

/** How many processes, Unix sockets and SSH connections there are on a node. */
async function inUse(lab: Lab, pnn: number): Promise<{ processes: number; sockets: number; connections: number }> {
  const pids = `ls -l /proc/[0-9]*/ns/net 2>/dev/null | grep -cF "$(readlink /proc/self/ns/net)"`
  const script = `${pids}; grep -c . /proc/net/unix; grep -c " 01 " /proc/net/tcp | cat`
  // Tests, and CTDB's own scripts, come and go: the least of some looks.
  const looks: number[][] = []
  for (let look = 0; look < 5; look++) {
    looks.push((await lab.must(pnn, 'sh', '-c', script)).trim().split('\n').map(Number))
    await sleep(150)
  }
  const least = (at: number) => Math.min(...looks.map((look) => look[at] ?? Number.NaN))
  return { processes: least(0), sockets: least(1), connections: least(2) }
}

describe.runIf(possible)('as another user', () => {
  beforeAll(addUser)
  afterAll(removeUser)

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
