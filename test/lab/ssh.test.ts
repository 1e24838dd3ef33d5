import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { generateSshKey } from '../../src/sim/serve/ssh-keys.ts'
import { CtdbClient } from '../../src/transport/client/client.ts'
import { parseSshTarget, type SshConnection, SshPool, type SshPoolOptions } from '../../src/transport/ssh/index.ts'
import { echoSocket } from '../support/echo-socket.ts'
import { answerBasics, ScriptedDaemon } from '../support/scripted-daemon.ts'
import { sshFailure } from '../support/ssh-failure.ts'
import { addTo, freePort, type Sshd, type SshdOptions, startSshd } from '../support/sshd.ts'
import { tempDir } from '../support/temp-dir.ts'

const MEGABYTE = 1 << 20
const LIMITS = { timeoutMs: 10_000, maxBytes: MEGABYTE }
const USER = `ctdbts-${process.pid}`
const SUDOERS = `/etc/sudoers.d/${USER}`
const LINK = `ctdbts${process.pid % 1_000_000}`

const possible = process.getuid?.() === 0 && existsSync('/usr/sbin/sshd')
if (!possible && process.env.CI) throw new Error('the tests with real sshds need root and openssh-server')
if (!possible) process.stderr.write('SKIPPED: the tests with real sshds need root and openssh-server\n')

/** Creates what a test needs: a home directory, sshds, connections. All of it is removed when the test ends. */
function bed() {
  const dir = tempDir()
  // The other user has to be able to read its authorized_keys and to open sockets.
  chmodSync(dir.path, 0o755)
  onTestFinished(() => dir[Symbol.dispose]())
  const key = generateSshKey()
  mkdirSync(dir.file('.ssh'), { mode: 0o700 })
  writeFileSync(dir.file('.ssh/id_ed25519'), key.privateKey, { mode: 0o600 })
  const config = (...lines: readonly string[]) => addTo(dir.file('.ssh/config'), ...lines)
  const known = (...lines: readonly string[]) => addTo(dir.file('.ssh/known_hosts'), ...lines)
  const notices: string[] = []
  return {
    ...dir,
    config,
    known,
    notices,
    sshd: async (options: Partial<SshdOptions> = {}): Promise<Sshd> => {
      const sshd = await startSshd({ folder: dir.path, authorizedKeys: key.publicKey, ...options })
      onTestFinished(() => sshd.kill())
      return sshd
    },
    /** Gives an sshd a host name, and adds its keys to known_hosts. */
    name: (name: string, { port, hostKeys }: Sshd, ...lines: readonly string[]) => {
      config(`Host ${name}`, ` HostName 127.0.0.1`, ` Port ${port}`, ` HostKeyAlias ${name}`, ...lines.map((line) => ` ${line}`))
      known(...Object.values(hostKeys).map((hostKey) => `${name} ${hostKey}`))
    },
    pool: (options: Partial<SshPoolOptions> = {}): SshPool => {
      const pool = new SshPool({
        env: {},
        home: dir.path,
        connectTimeoutMs: 5000,
        onNotice: (text) => notices.push(text),
        onKeyAdded: (text) => notices.push(text),
        ...options,
      })
      onTestFinished(() => pool.close())
      return pool
    },
    echo: (name: string) => echoSocket(dir.file(name)),
  }
}

async function echoes(connection: SshConnection, path: string, size = MEGABYTE): Promise<void> {
  const bytes = randomBytes(size)
  const stream = await connection.connect(['/run/no-such-socket', path])
  const [back] = await Promise.all([buffer(stream), stream.end(bytes)])
  expect(back.equals(bytes)).toBe(true)
}

const target = (name: string) => parseSshTarget(name)
const ip = (...args: readonly string[]) => void execFileSync('ip', args)
const pidsOf = (command: string) => spawnSync('pgrep', ['-f', command], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean)

describe.runIf(possible)('through real sshds', () => {
  beforeAll(() => {
    execFileSync('useradd', ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/bin/bash', USER])
    // The account has no password but must not be locked, as sshd refuses locked accounts.
    execFileSync('usermod', ['-p', '*', USER])
  })

  afterAll(() => {
    rmSync(SUDOERS, { force: true })
    execFileSync('userdel', [USER])
  })

  it('connects to a daemon and runs a command', async () => {
    const { sshd, name, pool, file, notices } = bed()
    name('node1', await sshd())
    await using daemon = await new ScriptedDaemon(file('s'), answerBasics).listen()
    const connection = await pool().connect(target('root@node1'))
    using client = new CtdbClient(await connection.connect([daemon.path]), { peer: connection.name })
    expect(await client.pnn()).toBe(0)
    const { exitStatus, stdout, stderr } = await connection.exec(
      ['sh', '-c', 'echo "$1"; echo err >&2; exit 5', 'x', "it's  $HOME"],
      LIMITS,
    )
    expect([exitStatus, stdout.toString(), stderr]).toEqual([5, "it's  $HOME\n", 'err\n'])
    expect((await connection.exec(['sh', '-c', 'kill -9 $$'], LIMITS)).exitStatus).toBeNull()
    expect(notices).toEqual([`node1: ${daemon.path} by stream-local forwarding`])
  })

  it('reaches hosts through one or two jump hosts, whose connections are shared', async () => {
    const { sshd, name, config, pool, echo } = bed()
    const [outer, inner, node] = await Promise.all([sshd(), sshd(), sshd()])
    name('outer', outer)
    name('inner', inner)
    name('node1', node, 'ProxyJump root@outer')
    name('node2', node, 'ProxyJump outer,inner')
    name('node3', node, 'ProxyJump behind')
    name('behind', inner, 'ProxyJump outer')
    name('node4', node)
    config('Host *', ' User root')
    const path = await echo('s')
    const hosts = pool()
    for (const node of ['node1', 'node2', 'node3']) await echoes(await hosts.connect(target(node)), path)
    // The connections: outer, node1; inner, node2; behind, node3.
    expect(hosts.opened).toBe(6)
    const jump = await hosts.connect(target('outer'))
    await echoes(await hosts.connect(target('node4'), { through: jump }), path)
    expect(hosts.opened).toBe(7)
    jump.close()
    await expect((await hosts.connect(target('node5')).catch((error) => error)).code).toBe('SSH_RESOLVE')
  })

  it('names the jump host when that is the one that fails', async () => {
    const { sshd, name, known, pool, config } = bed()
    const jump = await sshd()
    name('jump', jump)
    const closed = await freePort()
    config('Host closed', ' HostName 127.0.0.1', ` Port ${closed}`, ' ProxyJump jump')
    config('Host unknown', ' HostName 127.0.0.1', ` Port ${jump.port}`)
    config('Host behind-unknown', ' HostName 127.0.0.1', ' ProxyJump unknown')
    config('Host a', ' ProxyJump b', 'Host b', ' ProxyJump a', 'Host *', ' User root')
    known('# nothing of `unknown`')
    await expect(pool().connect(target('closed'))).rejects.toEqual(
      sshFailure('SSH_JUMP', `jump cannot connect to 127.0.0.1, port ${closed}`),
    )
    const error = await pool()
      .connect(target('behind-unknown'))
      .catch((thrown) => thrown)
    expect(error).toEqual(sshFailure('SSH_JUMP', 'cannot reach behind-unknown through unknown: the host key of'))
    expect(error.cause.code).toBe('HOST_KEY_UNKNOWN')
    await expect(pool().connect(target('a'))).rejects.toEqual(
      sshFailure('SSH_CONFIG', 'ProxyJump is circular: root@a:22 → root@b:22 → root@a:22'),
    )
    // When a jump host dies, the connections through it end.
    const node = await sshd()
    name('node', node, 'ProxyJump jump', 'User root')
    const connection = await pool().connect(target('node'))
    const command = expect(connection.exec(['sleep', '20'], LIMITS)).rejects.toEqual(sshFailure('SSH_CLOSED', ''))
    await sleep(200)
    await jump.kill()
    await command
  })

  describe.each(['socat', 'nc', 'python3'])('when sshd does not forward sockets and the node has %s', (tool) => {
    async function reached() {
      const made = bed()
      made.name('node1', await made.sshd({ config: ['AllowStreamLocalForwarding no'], programs: [tool] }))
      return { ...made, connection: await made.pool().connect(target('root@node1')) }
    }

    it('passes data both ways', async () => {
      const { connection, echo, notices } = await reached()
      const path = await echo('s')
      await echoes(connection, path, 8 * MEGABYTE)
      await Promise.all(Array.from({ length: 4 }, () => echoes(connection, path)))
      expect(notices).toEqual([`node1: ${path} through ${tool}`])
    })

    it('leaves no process behind', async () => {
      const { connection, echo } = await reached()
      const path = await echo('socket')
      const stream = await connection.connect([path])
      stream.write('x')
      await new Promise((resolve) => stream.once('data', resolve))
      stream.destroy()
      connection.close()
      await expect.poll(() => pidsOf(path), { timeout: 5_000 }).toEqual([])
    })

    it('reports what is wrong with a socket', async () => {
      const { connection, file } = await reached()
      await expect(connection.connect([file('none'), '/'])).rejects.toEqual(
        sshFailure('NO_SOCKET', 'no CTDB daemon runs on node1'),
      )
    })
  })

  it('avoids socat for a socket name that socat would misread', async () => {
    const { sshd, name, pool, echo, notices } = bed()
    name('node1', await sshd({ config: ['AllowStreamLocalForwarding no'], programs: ['socat', 'nc'] }))
    const path = await echo("an odd: name, isn't it $x")
    await echoes(await pool().connect(target('root@node1')), path)
    expect(notices).toEqual([`node1: ${path} through nc`])
  })

  it('reports a socket that nothing listens on, with each tool', async () => {
    const { sshd, name, pool, file } = bed()
    spawnSync(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(file('dead'))}, () => process.kill(process.pid, 9))`,
    ])
    expect(existsSync(file('dead'))).toBe(true)
    for (const tool of ['socat', 'nc', 'python3']) {
      name(tool, await sshd({ programs: [tool] }))
      const connection = await pool().connect(target(`root@${tool}`))
      await expect(connection.connect([file('dead')])).rejects.toEqual(
        sshFailure('NOBODY_LISTENS', `no daemon listens on ${file('dead')} on ${tool}`),
      )
    }
    name('none', await sshd({ programs: [] }))
    await expect((await pool().connect(target('root@none'))).connect([file('dead')])).rejects.toEqual(
      sshFailure('NO_RELAY', 'none of socat'),
    )
  })

  it('needs sudo to reach the socket of root from another login', async () => {
    const { sshd, name, pool, echo, notices } = bed()
    name('node1', await sshd())
    const path = await echo('s')
    chmodSync(path, 0o700)
    const login = target(`${USER}@node1`)
    await expect((await pool().connect(login)).connect([path])).rejects.toEqual(sshFailure('NO_PERMISSION', path))
    const refused = await pool({ sudo: true }).connect(login)
    await expect(refused.connect([path])).rejects.toEqual(sshFailure('SUDO', 'a password is required'))
    await expect(refused.exec(['id', '-u'], LIMITS)).rejects.toEqual(sshFailure('SUDO', 'a password is required'))
    writeFileSync(SUDOERS, `${USER} ALL=(ALL) NOPASSWD: ALL\n`, { mode: 0o440 })
    onTestFinished(() => rmSync(SUDOERS, { force: true }))
    const connection = await pool({ sudo: true }).connect(login)
    expect((await connection.exec(['id', '-u'], LIMITS)).stdout.toString()).toBe('0\n')
    expect((await connection.exec(['no-such-command'], LIMITS)).exitStatus).toBe(1)
    await echoes(connection, path, 4 * MEGABYTE)
    expect(notices).toEqual([`node1: ${path} through socat, as root with sudo`])
    name('bare', await sshd({ programs: ['socat'] }))
    const bare = await pool({ sudo: true }).connect(target(`${USER}@bare`))
    await expect(bare.exec(['id'], LIMITS)).rejects.toEqual(sshFailure('SUDO', 'sudo is not installed on bare'))
    await expect(bare.connect([path])).rejects.toEqual(sshFailure('SUDO', 'sudo is not installed on bare'))
    // Root does not need sudo.
    const root = await pool({ sudo: true }).connect(target('root@bare'))
    expect((await root.exec(['sh', '-c', 'echo $((1+1))'], LIMITS)).stdout.toString()).toBe('2\n')
  })

  it('finds host keys of every type in a hashed known_hosts file', async () => {
    const { sshd, config, known, pool, file } = bed()
    const many = await sshd({ hostKeyTypes: ['rsa', 'ecdsa', 'ed25519'] })
    const rsa = await sshd({ hostKeyTypes: ['rsa'] })
    config('User root')
    for (const type of ['rsa', 'ecdsa', 'ed25519']) {
      writeFileSync(file('.ssh/known_hosts'), `[127.0.0.1]:${many.port} ${many.hostKeys[type]}\n`)
      execFileSync('ssh-keygen', ['-q', '-H', '-f', file('.ssh/known_hosts')], { stdio: 'ignore' })
      expect(readFileSync(file('.ssh/known_hosts'), 'utf8')).toMatch(/^\|1\|/)
      await pool().connect(target(`127.0.0.1:${many.port}`))
    }
    known(`[127.0.0.1]:${rsa.port} ${rsa.hostKeys.rsa}`)
    await pool().connect(target(`127.0.0.1:${rsa.port}`))
  })

  it('adds keys to known_hosts that OpenSSH accepts', async () => {
    const { sshd, config, pool, file } = bed()
    const { port } = await sshd()
    config('User root', 'HashKnownHosts yes')
    await pool({ acceptNew: true }).connect(target(`127.0.0.1:${port}`))
    const options = [
      '-F',
      'none',
      '-o',
      'StrictHostKeyChecking=yes',
      '-o',
      `UserKnownHostsFile=${file('.ssh/known_hosts')}`,
      '-o',
      'BatchMode=yes',
    ]
    const { status, stderr } = spawnSync(
      'ssh',
      [...options, '-i', file('.ssh/id_ed25519'), '-p', `${port}`, 'root@127.0.0.1', 'true'],
      { encoding: 'utf8' },
    )
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })

  describe('each failure has its own error code and ends in time:', () => {
    it('keys that are unknown, changed, revoked, or only signed by an authority', async () => {
      const { sshd, config, pool, file } = bed()
      const { port, hostKeys } = await sshd()
      config('User root')
      const other = generateSshKey().publicKey.trim()
      const cases = [
        ['HOST_KEY_UNKNOWN', ''],
        ['HOST_KEY_CHANGED', `[127.0.0.1]:${port} ${other}`],
        ['HOST_KEY_REVOKED', `[127.0.0.1]:${port} ${hostKeys.ed25519}\n@revoked * ${hostKeys.ed25519}`],
        ['HOST_KEY_AUTHORITY', `@cert-authority * ${other}`],
      ] as const
      for (const [code, text] of cases) {
        writeFileSync(file('.ssh/known_hosts'), `${text}\n`)
        await expect(pool().connect(target(`127.0.0.1:${port}`))).rejects.toEqual(sshFailure(code, `127.0.0.1`))
      }
      rmSync(file('.ssh/known_hosts'))
      mkdirSync(file('.ssh/known_hosts'))
      await expect(pool({ acceptNew: true }).connect(target(`127.0.0.1:${port}`))).rejects.toEqual(
        sshFailure('KNOWN_HOSTS', 'cannot read'),
      )
    })

    it('a login that sshd refuses', async () => {
      const { sshd, name, pool, file, config } = bed()
      name('node1', await sshd({ authorizedKeys: '' }))
      name(
        'strict',
        await sshd({
          config: ['AuthenticationMethods publickey,keyboard-interactive', 'KbdInteractiveAuthentication yes', 'UsePAM yes'],
        }),
      )
      name('keyless', await sshd({ config: ['PubkeyAuthentication no', 'PasswordAuthentication yes'] }))
      await expect(pool().connect(target('root@keyless'))).rejects.toEqual(
        sshFailure('SSH_AUTH', 'the server accepts no keys, only password'),
      )
      name('impatient', await sshd({ authorizedKeys: '', config: ['MaxAuthTries 2'] }))
      await expect(pool().connect(target('root@node1'))).rejects.toEqual(
        sshFailure('SSH_AUTH', `cannot log in to node1 as root: the server refused ${file('.ssh/id_ed25519')}`),
      )
      await expect(pool().connect(target('root@strict'))).rejects.toEqual(
        sshFailure('SSH_AUTH', 'the server requires keyboard-interactive in addition to a key'),
      )
      const many = Array.from({ length: 5 }, (_, index) => {
        writeFileSync(file(`key${index}`), generateSshKey().privateKey, { mode: 0o600 })
        return file(`key${index}`)
      })
      config('')
      await expect(pool({ identities: many }).connect(target('root@impatient'))).rejects.toEqual(
        sshFailure('SSH_AUTH', 'Too many authentication failures'),
      )
    })

    it('a closed port', async () => {
      const { pool } = bed()
      const port = await freePort()
      await expect(pool().connect(target(`127.0.0.1:${port}`))).rejects.toEqual(sshFailure('SSH_REFUSED', `port ${port}`))
    })

    it('a host that drops packets', async () => {
      const { sshd, name, config, pool } = bed()
      // The packets go to the other end of a cable, where nobody has this address.
      ip('link', 'add', LINK, 'type', 'veth', 'peer', 'name', `${LINK}x`)
      onTestFinished(() => ip('link', 'del', LINK))
      ip('addr', 'add', '198.51.100.1/30', 'dev', LINK)
      for (const end of [LINK, `${LINK}x`]) ip('link', 'set', end, 'up')
      ip('neigh', 'add', '198.51.100.2', 'lladdr', '02:00:00:00:00:01', 'dev', LINK)
      const start = performance.now()
      await expect(pool({ connectTimeoutMs: 700 }).connect(target('198.51.100.2'))).rejects.toEqual(
        sshFailure('SSH_TIMEOUT', 'no answer from 198.51.100.2 (198.51.100.2, port 22)', 110),
      )
      expect(performance.now() - start).toBeLessThan(2000)
      name('jump', await sshd())
      config('Host far', ' HostName 198.51.100.2', ' ProxyJump root@jump')
      const far = pool({ connectTimeoutMs: 700 }).connect(target('far'))
      await expect(far).rejects.toEqual(sshFailure('SSH_TIMEOUT', 'no answer from far (198.51.100.2, port 22)', 110))
    })

    it('an sshd that hangs before its first message, or with connections open', async () => {
      const { sshd, name, pool, file, echo } = bed()
      const server = createServer(() => {})
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => void server.close())
      const { port } = server.address() as { port: number }
      const attempt = pool({ connectTimeoutMs: 700 }).connect(target(`127.0.0.1:${port}`))
      await expect(attempt).rejects.toEqual(sshFailure('SSH_HANDSHAKE', 'within 0.7 s'))
      name('node1', await sshd())
      const path = await echo('s')
      const connection = await pool({ connectTimeoutMs: 700, keepalive: { intervalMs: 500, countMax: 2 } }).connect(
        target('root@node1'),
      )
      const { stdout } = await connection.exec(['sh', '-c', 'echo $PPID'], LIMITS)
      const pid = Number(stdout)
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('sshd')
      process.kill(pid, 'SIGSTOP')
      onTestFinished(() => {
        if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGCONT')
      })
      const command = expect(connection.exec(['true'], LIMITS)).rejects.toEqual(
        sshFailure('SSH_TIMEOUT', 'did not start the command within 0.7 s', 110),
      )
      await expect(connection.connect([path, file('x')])).rejects.toEqual(
        sshFailure('SSH_TIMEOUT', 'did not connect to the socket', 110),
      )
      await command
      await sleep(1500)
      await expect(connection.exec(['true'], LIMITS)).rejects.toEqual(sshFailure('SSH_CLOSED', 'Keepalive timeout'))
    })

    it('a command that never ends, one that prints 100 MB, and a forced one', async () => {
      const { sshd, name, pool } = bed()
      name('node1', await sshd())
      const connection = await pool().connect(target('root@node1'))
      await expect(connection.exec(['sleep', '7'], { ...LIMITS, timeoutMs: 500 })).rejects.toEqual(
        sshFailure('EXEC_TIMEOUT', '`sleep 7` on node1', 110),
      )
      const before = process.memoryUsage().rss
      const start = performance.now()
      const long = connection.exec(['head', '-c', '100000000', '/dev/zero'], LIMITS)
      await expect(long).rejects.toEqual(sshFailure('EXEC_OUTPUT', 'more than 1048576 bytes'))
      await expect(connection.exec(['sh', '-c', 'head -c 100000000 /dev/zero >&2'], LIMITS)).rejects.toEqual(
        sshFailure('EXEC_OUTPUT', ''),
      )
      expect(performance.now() - start).toBeLessThan(3000)
      expect(process.memoryUsage().rss - before).toBeLessThan(60 * MEGABYTE)
      expect((await connection.exec(['echo', 'fine'], LIMITS)).stdout.toString()).toBe('fine\n')
      name('forced', await sshd({ config: ['ForceCommand echo no', 'AllowStreamLocalForwarding no'] }))
      const forced = await pool().connect(target('root@forced'))
      await expect(forced.connect(['/run/ctdb/ctdbd.socket'])).rejects.toEqual(
        sshFailure('NO_RELAY', 'does not forward the sockets'),
      )
      name('single', await sshd({ config: ['MaxSessions 0'] }))
      const single = await pool().connect(target('root@single'))
      await expect(single.exec(['true'], LIMITS)).rejects.toEqual(sshFailure('SSH_SESSION', 'cannot run a command on single'))
    })

    it('an sshd that is killed while a control is under way', async () => {
      const { sshd, name, pool, file } = bed()
      const sockets: Socket[] = []
      const silent = createServer((socket) => sockets.push(socket.on('error', () => {})))
      await new Promise<void>((resolve) => silent.listen(file('s'), resolve))
      onTestFinished(() => {
        for (const socket of sockets) socket.destroy()
        silent.close()
      })
      for (const config of [[], ['AllowStreamLocalForwarding no']]) {
        const server = await sshd({ config })
        const node = `node${server.port}`
        name(node, server)
        const connection = await pool().connect(target(`root@${node}`))
        using client = new CtdbClient(await connection.connect([file('s')]), { peer: connection.name, timeoutMs: 20_000 })
        const start = performance.now()
        // If the relay is killed before sshd, sshd still reports its end.
        const pnn = expect(client.pnn()).rejects.toMatchObject({
          code: 'DISCONNECTED',
          message: expect.stringMatching(`the SSH connection to ${node} has ended|closed the connection`),
        })
        await sleep(100)
        await server.kill()
        await pnn
        expect(performance.now() - start).toBeLessThan(2000)
      }
    })
  })
})
