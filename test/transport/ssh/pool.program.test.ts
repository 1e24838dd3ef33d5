import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import ssh2 from 'ssh2'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startSimServer } from '../../../src/sim/serve/sim-server.ts'
import type { RunCommand } from '../../../src/sim/serve/ssh-commands.ts'
import { generateSshKey, serveSsh } from '../../../src/sim/serve/ssh-server.ts'
import { uniformLayout } from '../../../src/sim/world/layout.ts'
import { CtdbClient } from '../../../src/transport/client/client.ts'
import { parseSshTarget, type SshConnection, SshPool, type SshPoolOptions } from '../../../src/transport/ssh/index.ts'
import { readSlowly } from '../../support/read-slowly.ts'
import { sshFailure } from '../../support/ssh-failure.ts'
import { tempDir } from '../../support/temp-dir.ts'

const MEGABYTE = 1 << 20
const LIMITS = { timeoutMs: 5000, maxBytes: MEGABYTE }
const hostKey = generateSshKey()
const userKey = generateSshKey()

const commands: Record<string, (args: readonly string[]) => ReturnType<RunCommand>> = {
  words: async (args) => ({ stdout: JSON.stringify(args), stderr: '', status: 0 }),
  fail: async () => ({ stdout: 'out\n', stderr: 'err\n', status: 3 }),
  hang: () => new Promise(() => {}),
  print: async ([count]) => ({ stdout: 'o'.repeat(Number(count)), stderr: '', status: 0 }),
  chatter: async () => ({ stdout: '', stderr: 'e'.repeat(5 * MEGABYTE), status: 0 }),
  sudo: async () => ({ stdout: '', stderr: 'sudo: a password is required\x1b[2J\n', status: 1 }),
}

/** A server that lasts as long as the test; its host key is known, and it lets the user's key in. */
async function served(run: RunCommand = async ([name = '', ...args]) => commands[name]?.(args)) {
  const dir = tempDir()
  const echo = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}).pipe(socket))
  await new Promise<void>((resolve) => echo.listen(dir.file('echo'), resolve))
  const server = await serveSsh({
    host: '127.0.0.1',
    port: 0,
    hostKey: hostKey.privateKey,
    authorizedKeys: [userKey.publicKey],
    sockets: new Map([['/echo', dir.file('echo')]]),
    run,
  })
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]()
    echo.close()
    dir[Symbol.dispose]()
  })
  mkdirSync(dir.file('home/.ssh'), { recursive: true, mode: 0o700 })
  writeFileSync(dir.file('home/.ssh/id_ed25519'), userKey.privateKey, { mode: 0o600 })
  const known = (text: string) => writeFileSync(dir.file('home/.ssh/known_hosts'), text)
  known(`[127.0.0.1]:${server.port} ${hostKey.publicKey}\n`)
  writeFileSync(dir.file('home/.ssh/config'), 'GlobalKnownHostsFile none\nHashKnownHosts no\n', { mode: 0o600 })
  const notices: string[] = []
  const pool = (options: Partial<SshPoolOptions> = {}) => {
    const made = new SshPool({
      env: {},
      home: dir.file('home'),
      connectTimeoutMs: 2000,
      onNotice: (text) => notices.push(text),
      onKeyAdded: (text) => notices.push(text),
      ...options,
    })
    onTestFinished(() => made.close())
    return made
  }
  const target = { user: 'somebody', host: '127.0.0.1', port: server.port }
  const connect = (options?: Partial<SshPoolOptions>): Promise<SshConnection> => pool(options).connect(target)
  const file = (name: string) => dir.file(`home/.ssh/${name}`)
  return { server, target, pool, connect, known, file, notices }
}

/** Something that listens on a port, as long as the test. */
async function listening(serve: (socket: Socket) => void): Promise<Server & { readonly port: number }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return Object.assign(server, { port: (server.address() as AddressInfo).port })
}

describe('connections', () => {
  it('reach every node of a cluster', async () => {
    await using sim = await startSimServer({ layout: uniformLayout(3, 3), era: 'now', seed: 1, speed: 1, ssh: { firstPort: 0 } })
    using dir = tempDir()
    writeFileSync(dir.file('config'), `IdentityFile ${sim.sshKeyPath}\nUserKnownHostsFile ${sim.knownHostsPath}\n`)
    using pool = new SshPool({ env: {}, home: dir.path, configFile: dir.file('config') })
    for (const { pnn, ssh } of sim.nodes) {
      const connection = await pool.connect(parseSshTarget(`root@${ssh!.host}:${ssh!.port}`))
      expect(connection.name).toBe(`ssh root@${ssh!.host}:${ssh!.port}`)
      const stream = await connection.connect(['/run/nothing', '/run/ctdb/ctdbd.socket'])
      using client = new CtdbClient(stream, { peer: connection.name })
      expect(await client.pnn()).toBe(pnn)
    }
    expect(pool.opened).toBe(3)
  })

  it('are made once for each host, and again after one has ended', async () => {
    const { pool: make, target, server } = await served()
    const pool = make()
    const [one, two] = await Promise.all([pool.connect(target), pool.connect(target)])
    expect(two).toBe(one)
    expect(await pool.connect({ ...target, user: 'other' })).not.toBe(one)
    expect(pool.opened).toBe(2)
    one.close()
    await expect(one.exec(['words'], LIMITS)).rejects.toEqual(sshFailure('SSH_CLOSED', 'ctdbts closed it'))
    expect((await (await pool.connect(target)).exec(['words'], LIMITS)).exitStatus).toBe(0)
    expect(pool.opened).toBe(3)
    pool.close()
    await expect(pool.connect({ ...target, port: server.port })).rejects.toEqual(sshFailure('SSH_CLOSED', ''))
  })

  it('are opened eight at a time', async () => {
    let [open, most] = [0, 0]
    const server = await listening((socket) => {
      most = Math.max(most, ++open)
      setTimeout(() => socket.destroy(), 100)
      socket.on('close', () => open--)
    })
    using dir = tempDir()
    using pool = new SshPool({ env: {}, home: dir.path, random: () => 0 })
    const attempts = Array.from({ length: 20 }, (_, index) =>
      pool.connect({ user: `u${index}`, host: '127.0.0.1', port: server.port }),
    )
    for (const result of await Promise.allSettled(attempts)) expect(result).toMatchObject({ reason: { code: 'SSH_HANDSHAKE' } })
    expect(most).toBe(8)
  })

  it('that are being opened end when the pool is closed', async () => {
    const server = await listening(() => {})
    using dir = tempDir()
    const pool = new SshPool({ env: {}, home: dir.path })
    const attempt = expect(pool.connect({ host: '127.0.0.1', port: server.port })).rejects.toEqual(
      sshFailure('SSH_CLOSED', 'cancelled'),
    )
    await sleep(200)
    pool.close()
    await attempt
  })
})

describe('a command', () => {
  it('gets its words as they are', async () => {
    const connection = await (await served()).connect()
    const words = ['a  b', "it's", '', '$HOME', '*', '-n', '"']
    const { stdout } = await connection.exec(['words', ...words], LIMITS)
    expect(JSON.parse(stdout.toString())).toEqual(words)
  })

  it('may fail', async () => {
    const connection = await (await served()).connect()
    expect(await connection.exec(['fail'], LIMITS)).toEqual({ exitStatus: 3, stdout: Buffer.from('out\n'), stderr: 'err\n' })
  })

  it('that does not end, or prints too much, is stopped', async () => {
    const connection = await (await served()).connect()
    await expect(connection.exec(['hang'], { ...LIMITS, timeoutMs: 300 })).rejects.toEqual(
      sshFailure('EXEC_TIMEOUT', '`hang` on 127.0.0.1 did not end within 0.3 s', 110),
    )
    await expect(connection.exec(['chatter'], LIMITS)).rejects.toEqual(sshFailure('EXEC_OUTPUT', 'more than 1048576 bytes'))
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('enough')), 100)
    await expect(connection.exec(['hang'], { ...LIMITS, signal: controller.signal })).rejects.toThrow('enough')
    await expect(connection.exec(['hang'], { ...LIMITS, signal: AbortSignal.abort(new Error('never')) })).rejects.toThrow('never')
    expect((await connection.exec(['words'], LIMITS)).exitStatus).toBe(0)
  })

  it('hands on what it prints, without a limit', async () => {
    expect(await readSlowly(await (await served()).connect(), ['print', '5000000'])).toBe(5_000_000)
  })

  it('may be one of many', async () => {
    const connection = await (await served()).connect()
    const results = await Promise.all(Array.from({ length: 50 }, () => connection.exec(['words', 'x'], LIMITS)))
    expect(results.map(({ stdout }) => stdout.toString())).toEqual(Array(50).fill('["x"]'))
  })

  it('fails if sudo refuses', async () => {
    const connection = await (await served()).connect({ sudo: true })
    await expect(connection.exec(['words'], LIMITS)).rejects.toEqual(sshFailure('SUDO', /: a password is required \[2J$/))
    await expect(connection.connect(['/nothing'])).rejects.toEqual(sshFailure('SUDO', 'a password is required'))
  })
})

describe('a socket', () => {
  it('transfers much data in both directions, and ends each half by itself', async () => {
    const { connect, notices } = await served()
    const connection = await connect()
    const bytes = randomBytes(8 * MEGABYTE)
    const stream = await connection.connect(['/absent', '/echo'])
    const [back] = await Promise.all([buffer(stream), stream.end(bytes)])
    expect(back.equals(bytes)).toBe(true)
    expect(notices).toEqual(['127.0.0.1: /echo by stream-local forwarding'])
  })

  it('waits for a slow reader', async () => {
    const stream = await (await (await served()).connect()).connect(['/echo'])
    let written = 0
    const chunk = randomBytes(MEGABYTE)
    // The windows and buffers on the way take some; then nothing goes any further.
    const pump = () => stream.write(chunk, () => ++written < 64 && pump())
    pump()
    await sleep(500)
    expect(written).toBeLessThan(40)
    let read = 0
    stream.on('data', (data: Buffer) => {
      read += data.length
    })
    while (read < 64 * MEGABYTE) await sleep(20)
    stream.destroy()
  })

  it('leaves nothing behind when hundreds are opened and closed', async () => {
    const warnings: Error[] = []
    const warn = (warning: Error) => warnings.push(warning)
    process.on('warning', warn)
    const connection = await (await served()).connect()
    for (let round = 0; round < 15; round++) {
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          const stream = await connection.connect(['/echo'])
          stream.end('x')
          expect((await buffer(stream)).toString()).toBe('x')
        }),
      )
    }
    process.off('warning', warn)
    expect(warnings).toEqual([])
  })

  it('needs a path', async () => {
    const connection = await (await served()).connect()
    await expect(connection.connect(['-oops'])).rejects.toEqual(sshFailure('USAGE', '"-oops" is not an absolute path'))
  })
})

it('a connection that dies fails everything in progress at once', async () => {
  const { connect, server } = await served()
  const connection = await connect()
  const stream = await connection.connect(['/echo'])
  const broken = new Promise((resolve) => stream.once('error', resolve))
  const command = expect(connection.exec(['hang'], LIMITS)).rejects.toEqual(
    sshFailure('SSH_CLOSED', 'the SSH connection to 127.0.0.1 has ended'),
  )
  await sleep(100)
  await server[Symbol.asyncDispose]()
  await command
  expect(await broken).toEqual(sshFailure('SSH_CLOSED', ''))
  await expect(connection.exec(['words'], LIMITS)).rejects.toEqual(sshFailure('SSH_CLOSED', ''))
  await expect(connection.connect(['/echo'])).rejects.toEqual(sshFailure('SSH_CLOSED', ''))
  await expect(connection.forwardTcp('127.0.0.1', 1)).rejects.toEqual(sshFailure('SSH_CLOSED', ''))
})

it('a connection through a jump host that is half closed has ended', async () => {
  const { pool: make, target, server } = await served()
  const accepted: Socket[] = []
  const proxy = await listening((socket) => {
    const onward = connect(server.port, '127.0.0.1').on('error', () => {})
    socket.pipe(onward)
    onward.on('data', (data) => socket.write(data))
    accepted.push(socket)
  })
  // Like a channel of an SSH connection, this socket does not close its half when the other one is closed.
  const forwardTcp = async () => connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true })
  const through = { forwardTcp, target: { name: 'jump', ...target } } as unknown as SshConnection
  const pool = make()
  const reach = () => pool.connect(target, { through })
  const connection = await reach()
  const ended = once(connection.ended, 'abort')
  accepted[0]?.end()
  await ended
  await expect(connection.exec(['words'], LIMITS)).rejects.toEqual(sshFailure('SSH_CLOSED', 'the server closed it'))
  expect((await (await reach()).exec(['words'], LIMITS)).exitStatus).toBe(0)
})

describe('a host', () => {
  const attempt = async (target: { host: string; port: number }) => {
    using dir = tempDir()
    using pool = new SshPool({ env: {}, home: dir.path, connectTimeoutMs: 500 })
    return await pool.connect(target)
  }

  it('without sshd is reported as such', async () => {
    const { port } = await listening(() => {}).then((server) => Object.assign(server, { closed: server.close() }))
    await expect(attempt({ host: '127.0.0.1', port })).rejects.toEqual(
      sshFailure('SSH_REFUSED', `cannot reach 127.0.0.1 (127.0.0.1, port ${port}): connection refused`),
    )
  })

  it('without an address is reported as such', async () => {
    await expect(attempt({ host: 'no-such-host.invalid', port: 22 })).rejects.toEqual(
      sshFailure('SSH_RESOLVE', 'no-such-host.invalid'),
    )
  })

  interface Misbehaviour {
    readonly what: string
    readonly message: string | RegExp
    readonly serve: (socket: Socket) => void
  }

  /** Writes the same text again and again, as long as the socket is open. */
  const writeEndlessly = (text: string) => (socket: Socket) => {
    const write = () => void (socket.writable && socket.write(text, () => setTimeout(write, 1)))
    write()
  }

  it.each<Misbehaviour>([
    { what: 'that says nothing', message: /^no SSH handshake with 127.0.0.1 .* within 0.5 s$/, serve: () => {} },
    { what: 'that hangs up', message: 'the SSH handshake with 127.0.0.1', serve: (socket) => socket.destroy() },
    { what: 'that sends garbage', message: '', serve: (socket) => void socket.end(randomBytes(100_000)) },
    {
      what: 'that speaks something else',
      message: '',
      serve: (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    },
    { what: 'that never sends its version', message: '', serve: writeEndlessly('welcome\r\n'.repeat(100)) },
    { what: 'that sends one endless line', message: '', serve: writeEndlessly('x'.repeat(10_000)) },
    {
      what: 'that stops after its version',
      message: 'no SSH handshake with',
      serve: (socket) => void socket.write('SSH-2.0-OpenSSH_9.2\r\n'),
    },
    { what: 'that speaks SSH 1', message: '', serve: (socket) => void socket.write('SSH-1.5-old\r\n') },
  ])('$what is abandoned', async ({ message, serve }) => {
    const { port } = await listening(serve)
    const start = performance.now()
    await expect(attempt({ host: '127.0.0.1', port })).rejects.toEqual(sshFailure('SSH_HANDSHAKE', message))
    expect(performance.now() - start).toBeLessThan(2000)
  })
})

describe('a host key', () => {
  const print = `SHA256:`

  it('that is not known is refused', async () => {
    const { connect, known, server } = await served()
    known('')
    await expect(connect()).rejects.toEqual(
      sshFailure('HOST_KEY_UNKNOWN', `[127.0.0.1]:${server.port} is not known: ED25519 key with fingerprint ${print}`),
    )
  })

  it('that has changed is refused, even with acceptNew', async () => {
    const { connect, known, server, file } = await served()
    known(`\n[127.0.0.1]:${server.port} ${generateSshKey().publicKey}\n`)
    for (const acceptNew of [false, true]) {
      await expect(connect({ acceptNew })).rejects.toEqual(
        sshFailure('HOST_KEY_CHANGED', `${file('known_hosts')}:2 has an ED25519 key`),
      )
    }
  })

  it('that is revoked is refused, even with acceptNew', async () => {
    const { connect, known, server } = await served()
    known(`[127.0.0.1]:${server.port} ${hostKey.publicKey}\n@revoked * ${hostKey.publicKey}\n`)
    for (const acceptNew of [false, true]) {
      await expect(connect({ acceptNew })).rejects.toEqual(sshFailure('HOST_KEY_REVOKED', 'known_hosts:2'))
    }
  })

  it('that only a certificate authority confirms is refused, even with acceptNew', async () => {
    const { connect, known } = await served()
    known(`@cert-authority * ${generateSshKey().publicKey}\n`)
    for (const acceptNew of [false, true]) {
      await expect(connect({ acceptNew })).rejects.toEqual(sshFailure('HOST_KEY_AUTHORITY', 'known_hosts:1'))
    }
  })

  it('cannot be checked if known_hosts cannot be read', async () => {
    const { connect, file } = await served()
    writeFileSync(file('config'), `UserKnownHostsFile ${file('')}\n`)
    await expect(connect({ acceptNew: true })).rejects.toEqual(sshFailure('KNOWN_HOSTS', 'EISDIR'))
  })

  it('that is new is saved with acceptNew, in a file for its user only', async () => {
    const { connect, file, notices } = await served()
    for (const hashed of ['no', 'yes']) {
      const path = file(`new-${hashed}/known`)
      writeFileSync(file('config'), `UserKnownHostsFile ${path}\nHashKnownHosts ${hashed}\n`)
      await connect({ acceptNew: true })
      expect(statSync(path).mode & 0o777).toBe(0o600)
      expect(statSync(file(`new-${hashed}`)).mode & 0o777).toBe(0o700)
      expect(readFileSync(path, 'utf8').startsWith('|1|')).toBe(hashed === 'yes')
      await connect()
      expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(2)
    }
    expect(notices).toHaveLength(2)
    expect(notices[0]).toContain('added the new ED25519 key')
  })

  it('is added on a line of its own', async () => {
    const { connect, known, file } = await served()
    known('other ssh-ed25519 AAAA')
    await connect({ acceptNew: true })
    await connect()
    expect(readFileSync(file('known_hosts'), 'utf8')).toMatch(/^other ssh-ed25519 AAAA\n\[127\.0\.0\.1\]:\d+ ssh-ed25519 \S+\n$/)
  })

  it('that cannot be saved is not accepted', async () => {
    const { connect, file } = await served()
    writeFileSync(file('config'), `UserKnownHostsFile ${file('id_ed25519')}/known\n`)
    await expect(connect({ acceptNew: true })).rejects.toEqual(sshFailure('KNOWN_HOSTS', 'cannot add'))
    writeFileSync(file('config'), 'UserKnownHostsFile /dev/null\n')
    await expect(connect({ acceptNew: true })).resolves.toBeDefined()
  })

  it('is looked up by its alias', async () => {
    const { pool, known, target } = await served()
    known(`node1 ${hostKey.publicKey}\n`)
    await expect(pool().connect(target, { hostKeyAlias: 'node1' })).resolves.toBeDefined()
    await expect(pool().connect(target, { hostKeyAlias: 'node2' })).rejects.toEqual(sshFailure('HOST_KEY_UNKNOWN', 'node2'))
  })
})

const tools = existsSync('/usr/bin/ssh-keygen') && existsSync('/usr/bin/ssh-agent')
if (!tools) process.stderr.write('SKIPPED: without OpenSSH there are no encrypted keys and no agent to try\n')

describe('a key', () => {
  it('is required', async () => {
    const { connect, file } = await served()
    writeFileSync(file('config'), 'IdentityFile none\n')
    await expect(connect()).rejects.toEqual(
      sshFailure('SSH_AUTH', 'cannot log in to 127.0.0.1 as somebody: there is no key to offer'),
    )
  })

  it('must be one that the host accepts', async () => {
    const { connect, file } = await served()
    writeFileSync(file('id_ed25519'), generateSshKey().privateKey)
    await expect(connect()).rejects.toEqual(sshFailure('SSH_AUTH', `the server refused ${file('id_ed25519')}`))
  })

  it('is one of several', async () => {
    const { connect, file } = await served()
    for (const type of ['rsa', 'ecdsa'] as const) {
      const { private: text } =
        type === 'rsa'
          ? ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 })
          : ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 })
      writeFileSync(file(`id_${type}`), text, { mode: 0o600 })
    }
    writeFileSync(
      file('config'),
      `IdentityFile ${file('id_rsa')}\nIdentityFile ${file('id_ecdsa')}\nIdentityFile ~/.ssh/id_ed25519\n`,
    )
    await expect(connect()).resolves.toBeDefined()
  })

  it('that other users can read, that is invalid, or that is missing is not used', async () => {
    const { connect, file, notices } = await served()
    chmodSync(file('id_ed25519'), 0o644)
    await expect(connect()).rejects.toEqual(sshFailure('SSH_KEY', 'other users can read it (mode 644)'))
    chmodSync(file('id_ed25519'), 0o600)
    writeFileSync(file('config'), `IdentityFile ${file('broken')}\n`)
    writeFileSync(file('broken'), 'nonsense', { mode: 0o600 })
    await expect(connect()).rejects.toEqual(sshFailure('SSH_KEY', 'not a valid key'))
    writeFileSync(file('config'), `IdentityFile ${file('absent')}\n`)
    await expect(connect()).rejects.toEqual(sshFailure('SSH_KEY', 'no such file'))
    await expect(connect({ identities: [file('id_ed25519')] })).resolves.toBeDefined()
    expect(notices).toEqual([expect.stringContaining('absent')])
  })

  it.runIf(tools).each([
    ['openssh', []],
    ['PEM', ['-m', 'PEM']],
  ] as const)('with a passphrase (%s) is unlocked once for all hosts', async (_, format) => {
    const { target, pool: make, file } = await served()
    spawnSync('ssh-keygen', ['-q', '-p', '-a', '1', '-f', file('id_ed25519'), '-P', '', '-N', 'secret', ...format])
    const answers = ['wrong', 'secret']
    const asked: string[] = []
    const ask = async (prompt: string) => {
      asked.push(prompt)
      // Longer than the time limit: people are slow.
      await sleep(300)
      return answers.shift()
    }
    const pool = make({ ask, connectTimeoutMs: 500 })
    await Promise.all(['a', 'b', 'c'].map((user) => pool.connect({ ...target, user })))
    expect(asked).toEqual(Array(2).fill(`Passphrase for ${file('id_ed25519')}: `))
    await expect(make().connect(target)).rejects.toEqual(sshFailure('SSH_KEY', 'needs a passphrase, and none was given'))
    await expect(make({ ask: async () => 'wrong' }).connect(target)).rejects.toEqual(
      sshFailure('SSH_KEY', '3 passphrases were wrong'),
    )
  })

  it.runIf(tools)('with a passphrase is not unlocked if the host does not accept it', async () => {
    const { connect, file } = await served()
    writeFileSync(file('id_ed25519'), generateSshKey().privateKey)
    spawnSync('ssh-keygen', ['-q', '-p', '-a', '1', '-f', file('id_ed25519'), '-P', '', '-N', 'secret'])
    await expect(connect({ ask: () => Promise.reject(new Error('asked')) })).rejects.toEqual(sshFailure('SSH_AUTH', 'refused'))
  })

  it.runIf(tools)('may be in an agent', async () => {
    const { connect, file, known: _, target, pool, notices } = await served()
    const started = spawnSync('ssh-agent', ['-s', '-a', file('agent')], { encoding: 'utf8' })
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(started.stdout)?.[1])
    onTestFinished(() => void process.kill(pid))
    const env = { SSH_AUTH_SOCK: file('agent') }
    const add = (name: string, text: string) => {
      writeFileSync(file(name), text, { mode: 0o600 })
      expect(spawnSync('ssh-add', ['-q', file(name)], { env }).status).toBe(0)
    }
    add('other', generateSshKey().privateKey)
    add('id_ed25519', userKey.privateKey)
    writeFileSync(file('config'), 'IdentityFile none\n')
    await expect(connect({ env })).resolves.toBeDefined()
    writeFileSync(file('config'), 'IdentityFile none\nIdentitiesOnly yes\n')
    await expect(connect({ env })).rejects.toEqual(sshFailure('SSH_AUTH', 'no key to offer'))
    // Its public half is enough to name a key that the agent has.
    writeFileSync(file('named.pub'), userKey.publicKey)
    writeFileSync(file('config'), 'IdentityFile ~/.ssh/named\nIdentitiesOnly yes\n')
    await expect(connect({ env })).resolves.toBeDefined()
    writeFileSync(file('config'), '')
    expect(notices).toEqual([])
    await expect(pool({ env: { SSH_AUTH_SOCK: file('gone') } }).connect(target)).resolves.toBeDefined()
    expect(notices).toEqual([expect.stringContaining('the SSH agent')])
    writeFileSync(file('id_ed25519'), generateSshKey().privateKey)
    await expect(connect({ env: { SSH_AUTH_SOCK: file('gone') } })).rejects.toEqual(
      sshFailure('SSH_AUTH', `the server refused ${file('id_ed25519')}; the SSH agent at ${file('gone')} does not answer`),
    )
  })
})
