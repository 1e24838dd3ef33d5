import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { userInfo } from 'node:os'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { generateSshKey } from '../../../src/sim/serve/ssh-keys.ts'
import type { HostAccess } from '../../../src/transport/host-access.ts'
import { parseSshTarget } from '../../../src/transport/ssh/target.ts'
import { readSlowly } from '../../support/read-slowly.ts'
import { sshFailure } from '../../support/ssh-failure.ts'
import { freePort } from '../../support/sshd.ts'
import { bed, hasOpenssh } from './bed.ts'

const MEGABYTE = 1 << 20
const LIMITS = { timeoutMs: 20_000, maxBytes: MEGABYTE }

const target = (name: string) => parseSshTarget(name)

async function echoes(machine: HostAccess, path: string, size = MEGABYTE): Promise<void> {
  const bytes = randomBytes(size)
  const stream = await machine.connect(['/run/no-such-socket', path])
  const [back] = await Promise.all([buffer(stream), stream.end(bytes)])
  expect(back.equals(bytes)).toBe(true)
}

/** What a command prints there. */
const printed = async (machine: HostAccess, ...argv: [string, ...string[]]): Promise<string> =>
  (await machine.exec(argv, LIMITS)).stdout.toString()

/** The processes whose command line has this text. */
const pidsOf = (text: string): number[] =>
  spawnSync('pgrep', ['-f', '--', text], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean).map(Number)

describe.runIf(hasOpenssh)('a host by OpenSSH', () => {
  it('runs commands and forwards sockets, on one connection', async () => {
    const { sshd, name, pool, echo, notices, file } = bed()
    name('node1', await sshd())
    const hosts = pool()
    const [machine, again] = await Promise.all([hosts.connect(target('node1')), hosts.connect(target('node1'))])
    expect(again).toBe(machine)
    const words = ['sh', '-c', 'echo "$1"; echo err >&2; exit 5', 'x', "it's  $HOME"] as const
    const { exitStatus, stdout, stderr } = await machine.exec(words, LIMITS)
    expect([exitStatus, stdout.toString(), stderr]).toEqual([5, "it's  $HOME\n", 'err\n'])
    expect((await machine.exec(['sh', '-c', 'exit 255'], LIMITS)).exitStatus).toBe(255)
    const path = await echo('s')
    await echoes(machine, path)
    const other = await echo(`o 'th"er: $(id)`)
    await Promise.all([echoes(machine, path), echoes(machine, path), echoes(machine, other)])
    expect(new Set(notices)).toEqual(new Set([path, other].map((each) => `node1: ${each} by stream-local forwarding`)))
    expect(hosts.opened).toBe(1)
    hosts.close()
    await expect.poll(() => readdirSync(file('run'))).toEqual([])
  })

  it('hands on what a command prints, without a limit', async () => {
    const { sshd, name, pool } = bed()
    name('node1', await sshd())
    const machine = await pool().connect(target('node1'))
    expect(await readSlowly(machine, ['head', '-c', '5000000', '/dev/zero'])).toBe(5_000_000)
  })

  it('passes a socket on through a program there, where sshd does not forward it', async () => {
    const { sshd, name, pool, echo, notices } = bed()
    name('node1', await sshd({ config: ['AllowStreamLocalForwarding no'] }))
    const machine = await pool().connect(target('node1'))
    const path = await echo('s')
    await echoes(machine, path, 4 * MEGABYTE)
    expect(notices).toEqual([expect.stringMatching(`^node1: ${path} through (socat|nc|python3)$`)])
    await expect(machine.connect(['/run/no-such-socket'])).rejects.toEqual(
      sshFailure('NO_SOCKET', 'no CTDB daemon runs on node1'),
    )
  })

  it('leads to hosts behind it', async () => {
    const { sshd, name, pool, echo, config } = bed()
    name('entry', await sshd())
    name('inner', await sshd())
    const hosts = pool()
    const entry = await hosts.connect(target('entry'))
    const inner = await hosts.connect(target('inner'), entry)
    await echoes(inner, await echo('s'))
    config('Host closed', ' HostName 127.0.0.1', ` Port ${await freePort()}`)
    await expect(hosts.connect(target('closed'), entry)).rejects.toEqual(
      sshFailure('SSH_JUMP', 'cannot connect to 127.0.0.1, port'),
    )
    const running = expect(inner.exec(['sleep', '60'], { ...LIMITS, timeoutMs: 60_000 })).rejects.toEqual(
      sshFailure('SSH_CLOSED', ''),
    )
    entry.close()
    await running
  })
})

describe.runIf(hasOpenssh)('the configuration of OpenSSH', () => {
  it('may have a ProxyCommand with tokens, a command for known hosts, and Match exec', async () => {
    const { sshd, name, pool, echo, file, config } = bed()
    const server = await sshd()
    writeFileSync(
      file('keys'),
      Object.values(server.hostKeys)
        .map((key) => `node1 ${key}\n`)
        .join(''),
    )
    const proxy = `ProxyCommand sh -c 'echo "$1 $2" >> ${file('proxied')}; exec nc "$1" "$2"' x %h %p`
    const own = ['UserKnownHostsFile none', `KnownHostsCommand /bin/cat ${file('keys')}`]
    config(`Match host node1 exec "echo %n >> ${file('matched')}"`, ` ${proxy}`)
    name('node1', server, ...own)
    await echoes(await pool().connect(target('node1')), await echo('s'))
    expect(readFileSync(file('proxied'), 'utf8')).toBe(`127.0.0.1 ${server.port}\n`)
    expect(readFileSync(file('matched'), 'utf8')).toMatch(/^node1\n/)
  })

  it('may have a jump host', async () => {
    const { sshd, name, pool, echo } = bed()
    name('bastion', await sshd())
    name('node1', await sshd(), 'ProxyJump bastion')
    const hosts = pool()
    await echoes(await hosts.connect(target('node1')), await echo('s'))
    expect(hosts.opened).toBe(1)
  })

  it('may have certificates of users and of hosts', async () => {
    const { sshd, name, pool, echo, file, known } = bed()
    for (const authority of ['users', 'hosts'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(authority)])
    const server = await sshd({
      authorizedKeys: '',
      config: [`TrustedUserCAKeys ${file('users.pub')}`],
      certified: { authority: file('hosts'), name: 'node1' },
    })
    name('node1', { ...server, hostKeys: {} })
    await expect(pool().connect(target('node1'))).rejects.toEqual(sshFailure('HOST_KEY_UNKNOWN', 'the host key of node1'))
    known(`@cert-authority node1 ${readFileSync(file('hosts.pub'), 'utf8').trim()}`)
    await expect(pool().connect(target('node1'))).rejects.toEqual(sshFailure('SSH_AUTH', 'publickey'))
    execFileSync('ssh-keygen', ['-q', '-s', file('users'), '-I', 'user', '-n', userInfo().username, file('id.pub')])
    await echoes(await pool().connect(target('node1')), await echo('s'))
  })

  it('may name an agent, whose key is to be confirmed', async () => {
    const { sshd, name, pool, file, env, key } = bed()
    name('node1', await sshd({ authorizedKeys: key.publicKey }), `IdentityFile ${file('agent.pub')}`)
    copyFileSync(file('id.pub'), file('agent.pub'))
    copyFileSync(file('id'), file('agent-key'))
    chmodSync(file('agent-key'), 0o600)
    // The answer of the one who is asked.
    writeFileSync(file('confirm'), `#!/bin/sh\necho "$1" >> ${file('confirmed')}\nexit $(cat ${file('answer')})\n`, {
      mode: 0o755,
    })
    const asked = { ...env, SSH_ASKPASS: file('confirm'), SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' }
    const agent = execFileSync('ssh-agent', ['-s', '-a', file('agent')], { encoding: 'utf8', env: asked })
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(agent)?.[1])
    onTestFinished(() => void process.kill(pid))
    const withAgent = { ...env, SSH_AUTH_SOCK: file('agent') }
    execFileSync('ssh-add', ['-q', '-c', file('agent-key')], { env: withAgent })
    // Only the agent has it.
    for (const key of ['id', 'agent-key']) rmSync(file(key))
    writeFileSync(file('answer'), '0\n')
    expect(await printed(await pool({ env: withAgent }).connect(target('node1')), 'echo', 'in')).toBe('in\n')
    expect(readFileSync(file('confirmed'), 'utf8')).toMatch(/^Allow use of key /)
    writeFileSync(file('answer'), '1\n')
    await expect(pool({ env: withAgent }).connect(target('node1'))).rejects.toEqual(
      sshFailure('SSH_AUTH', 'agent refused operation'),
    )
  })

  it('may have a connection that is open already, which is used and stays', async () => {
    const { sshd, name, pool, echo, file, notices } = bed()
    const server = await sshd()
    const path = file('control')
    name('node1', server, `ControlPath ${path}`)
    const own = ['-F', file('config')]
    const before = pool()
    await before.connect(target('node1'))
    expect([before.opened, existsSync(path)]).toEqual([1, false])
    execFileSync('ssh', [...own, '-o', 'ControlMaster=yes', '-fN', 'node1'], { stdio: 'ignore' })
    onTestFinished(() => void spawnSync('ssh', [...own, '-O', 'exit', 'node1']))
    const hosts = pool()
    const machine = await hosts.connect(target('node1'))
    await echoes(machine, await echo('s'))
    expect(hosts.opened).toBe(0)
    expect(notices).toContain(`node1: uses your open connection (ControlPath ${path})`)
    hosts.close()
    expect(spawnSync('ssh', [...own, '-O', 'check', 'node1']).status).toBe(0)
    const other = await pool().connect(target('node1'))
    const running = expect(other.exec(['sleep', '60'], { ...LIMITS, timeoutMs: 60_000 })).rejects.toEqual(
      sshFailure('SSH_CLOSED', 'the SSH connection to node1 has ended: your own connection, which it used, was closed'),
    )
    spawnSync('ssh', [...own, '-O', 'exit', 'node1'])
    await running
  })
})

const isRoot = process.geteuid?.() === 0

describe.runIf(hasOpenssh)('who is asked', () => {
  it('gives the passphrase of a key once for all hosts', async () => {
    const { sshd, name, pool, file, messages } = bed()
    execFileSync('ssh-keygen', ['-q', '-p', '-N', 'secret', '-f', file('id')])
    for (const node of ['node1', 'node2']) name(node, await sshd())
    const questions: string[] = []
    const answers = ['wrong', 'secret']
    const ask = async (question: string) => {
      questions.push(question)
      return answers.shift()
    }
    const hosts = pool({ ask })
    const machines = await Promise.all(['node1', 'node2'].map((node) => hosts.connect(target(node))))
    expect(await Promise.all(machines.map((machine) => printed(machine, 'echo', 'in')))).toEqual(['in\n', 'in\n'])
    const question = `Enter passphrase for key '${file('id')}': `
    expect(questions).toEqual([question, question])
    expect(messages).toEqual([])
  })

  it('may be asked by a program of the user', async () => {
    const { sshd, name, pool, file, env } = bed()
    execFileSync('ssh-keygen', ['-q', '-p', '-N', 'secret', '-f', file('id')])
    name('node1', await sshd())
    writeFileSync(file('own'), '#!/bin/sh\necho secret\n', { mode: 0o755 })
    const own = { ...env, SSH_ASKPASS: file('own'), SSH_ASKPASS_REQUIRE: 'force' }
    expect(await printed(await pool({ env: own }).connect(target('node1')), 'echo', 'in')).toBe('in\n')
  })

  it('decides on an unknown host key, whose answer may be seen', async () => {
    const { sshd, name, pool, file, messages } = bed()
    name('node1', { ...(await sshd()), hostKeys: {} })
    const questions: [string, boolean][] = []
    const ask = async (question: string, { echo }: { echo: boolean }) => {
      questions.push([question, echo])
      return 'yes'
    }
    const refused = pool({ ask: async () => 'no' }).connect(target('node1'))
    await expect(refused).rejects.toEqual(sshFailure('HOST_KEY_UNKNOWN', 'the host key of node1 is not known'))
    await pool({ ask }).connect(target('node1'))
    expect(questions).toEqual([[expect.stringMatching(/fingerprint is SHA256:[\s\S]+\(yes\/no/), true]])
    await expect
      .poll(() => messages)
      .toEqual([expect.stringMatching(/^node1: Permanently added .* to the list of known hosts\.$/)])
    expect(readFileSync(file('known_hosts'), 'utf8')).toMatch(/^node1 ssh-ed25519 /)
  })

  it.runIf(isRoot)('is asked by a program in another folder, where none may be run from the first', async () => {
    const { sshd, name, pool, file } = bed()
    name('node1', { ...(await sshd()), hostKeys: {} })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'noexec,mode=700', 'none', file('run')])
    onTestFinished(() => void execFileSync('umount', ['-l', file('run')]))
    const hosts = pool({ ask: async () => 'yes' })
    expect(await printed(await hosts.connect(target('node1')), 'echo', 'in')).toBe('in\n')
    expect(readdirSync(file('run'))).toEqual([])
  })

  it('ends the login by giving no answer', async () => {
    const { sshd, name, pool } = bed()
    name('node1', { ...(await sshd()), hostKeys: {} })
    await expect(pool({ ask: async () => undefined }).connect(target('node1'))).rejects.toEqual(
      sshFailure('SSH_AUTH', 'cannot log in to node1: a question was not answered'),
    )
  })

  it('may take longer than the time limit', async () => {
    const { sshd, name, pool } = bed()
    name('node1', { ...(await sshd()), hostKeys: {} })
    const ask = () => new Promise<string>((resolve) => setTimeout(() => resolve('yes'), 3_500))
    const machine = await pool({ ask, connectTimeoutMs: 1000 }).connect(target('node1'))
    expect(await printed(machine, 'echo', 'in')).toBe('in\n')
  })
})

describe.runIf(hasOpenssh)('each failure has its own error code:', () => {
  it('host keys that are unknown, changed and revoked', async () => {
    const { sshd, name, pool, file, messages } = bed()
    const server = await sshd()
    name('node1', { ...server, hostKeys: {} })
    const other = generateSshKey().publicKey.trim()
    const cases = [
      ['HOST_KEY_UNKNOWN', ''],
      ['HOST_KEY_CHANGED', `node1 ${other}\n`],
      ['HOST_KEY_REVOKED', `node1 ${server.hostKeys.ed25519}\n@revoked * ${server.hostKeys.ed25519}\n`],
    ] as const
    for (const [code, text] of cases) {
      writeFileSync(file('known_hosts'), text)
      await expect(pool().connect(target('node1'))).rejects.toEqual(sshFailure(code, 'the host key of node1'))
    }
    writeFileSync(file('known_hosts'), '')
    await pool({ acceptNew: true }).connect(target('node1'))
    await expect.poll(() => messages).toEqual([expect.stringMatching(/^node1: Permanently added /)])
  })

  it('a login that is refused, or would need a terminal', async () => {
    const { sshd, name, pool } = bed()
    name('node1', await sshd({ authorizedKeys: '' }))
    name('node2', await sshd({ authorizedKeys: '', config: ['PasswordAuthentication yes'] }))
    await expect(pool().connect(target('node1'))).rejects.toEqual(sshFailure('SSH_AUTH', 'cannot log in to node1 as'))
    await expect(pool().connect(target('node2'))).rejects.toEqual(
      sshFailure('SSH_NO_TERMINAL', '(password): there is no terminal'),
    )
  })

  it('a closed port, a name that nobody knows, a ProxyCommand that fails, a bad configuration', async () => {
    const { pool, config } = bed()
    config('Host closed', ' HostName 127.0.0.1', ` Port ${await freePort()}`)
    config('Host proxied', ' ProxyCommand sh -c "echo no ticket >&2; exit 1"')
    await expect(pool().connect(target('closed'))).rejects.toEqual(sshFailure('SSH_REFUSED', 'cannot reach closed (127.0.0.1'))
    await expect(pool().connect(target('nobody.invalid'))).rejects.toEqual(
      sshFailure('SSH_RESOLVE', 'cannot resolve nobody.invalid'),
    )
    await expect(pool().connect(target('proxied'))).rejects.toEqual(
      sshFailure('SSH_JUMP', 'cannot reach proxied through its ProxyCommand: no ticket'),
    )
    config('Nonsense yes')
    await expect(pool().connect(target('closed'))).rejects.toEqual(sshFailure('SSH_CONFIG', 'Bad configuration option: nonsense'))
  })

  it('no ssh', async () => {
    const { pool, env } = bed()
    await expect(pool({ env: { ...env, PATH: '/nowhere' } }).connect(target('node1'))).rejects.toEqual(
      sshFailure('SSH_MISSING', 'there is no program `ssh` on this machine'),
    )
  })

  it('something that accepts connections and says nothing', async () => {
    const { pool, config } = bed()
    const sockets: Socket[] = []
    const server = createServer((socket) => sockets.push(socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    config('Host silent', ' HostName 127.0.0.1', ` Port ${(server.address() as { port: number }).port}`)
    await expect(pool({ connectTimeoutMs: 1000 }).connect(target('silent'))).rejects.toEqual(
      sshFailure('SSH_HANDSHAKE', 'timed out during banner exchange'),
    )
  })

  it('commands that take too long, print too much, or are not allowed', async () => {
    const { sshd, name, pool } = bed()
    name('node1', await sshd())
    name('forced', await sshd({ config: ['ForceCommand echo no'] }))
    name('single', await sshd({ config: ['MaxSessions 0'] }))
    const hosts = pool()
    const machine = await hosts.connect(target('node1'))
    await expect(machine.exec(['sleep', '4711'], { ...LIMITS, timeoutMs: 500 })).rejects.toEqual(
      sshFailure('EXEC_TIMEOUT', '`sleep 4711` on node1', 110),
    )
    await expect(machine.exec(['head', '-c', '100000000', '/dev/zero'], LIMITS)).rejects.toEqual(
      sshFailure('EXEC_OUTPUT', 'more than 1048576 bytes'),
    )
    expect(await printed(machine, 'echo', 'fine')).toBe('fine\n')
    await expect.poll(() => pidsOf('^sleep 4711')).toEqual([])
    for (const node of ['forced', 'single']) {
      await expect((await hosts.connect(target(node))).exec(['true'], LIMITS)).rejects.toEqual(
        sshFailure('SSH_SESSION', `cannot run a command on ${node}`),
      )
    }
  })

  it('an sshd, or an ssh, that is killed under way', async () => {
    const { sshd, name, pool, echo, file } = bed()
    const server = await sshd()
    name('node1', server)
    name('node2', await sshd())
    const path = await echo('s')
    const hosts = pool()
    const [one, two] = await Promise.all([hosts.connect(target('node1')), hosts.connect(target('node2'))])
    const streams = await Promise.all([one.connect([path]), two.connect([path])])
    const errors = streams.map((stream) => new Promise((resolve) => stream.once('error', resolve)))
    const running = [one, two].map((machine) =>
      machine.exec(['sleep', '60'], { ...LIMITS, timeoutMs: 60_000 }).catch((error) => error),
    )
    await server.kill()
    expect(await running[0]).toEqual(sshFailure('SSH_CLOSED', 'the SSH connection to node1 has ended: ssh ended'))
    expect(await errors[0]).toEqual(sshFailure('SSH_CLOSED', ''))
    const [master] = pidsOf(`^ssh .*-S ${file('run')}.* -- node2`)
    // 0 would be the processes of this test.
    process.kill(master ?? Number.NaN, 'SIGKILL')
    expect(await running[1]).toEqual(sshFailure('SSH_CLOSED', 'the SSH connection to node2 has ended: a signal ended ssh'))
    expect(await errors[1]).toEqual(sshFailure('SSH_CLOSED', ''))
    // It is connected to again.
    expect(await printed(await hosts.connect(target('node2')), 'echo', 'back')).toBe('back\n')
  })
})
