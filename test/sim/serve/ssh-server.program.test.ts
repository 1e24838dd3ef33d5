import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'esbuild'
import { execa } from 'execa'
import ssh2, { type Client, type ClientChannel, type ConnectConfig } from 'ssh2'
import { describe, expect, it, onTestFinished } from 'vitest'
import { controls } from '../../../src/lib/wire/controls.ts'
import type { RunCommand } from '../../../src/sim/serve/ssh-commands.ts'
import { generateSshKey, type SshServer, type SshServerOptions, serveSsh } from '../../../src/sim/serve/ssh-server.ts'
import { CtdbClient } from '../../../src/transport/client/client.ts'
import { connectUnix } from '../../../src/transport/local/socket.ts'
import { answerBasics, ScriptedDaemon } from '../../support/scripted-daemon.ts'
import { tempDir } from '../../support/temp-dir.ts'

const CTDB_SOCKET = '/run/ctdb/ctdbd.socket'
const MEGABYTE = 1 << 20

const hostKey = generateSshKey()
const userKey = generateSshKey()

/** Commands of a host: `words` shows how a line was cut, the others do something that a server has to bear. */
const commands: Record<string, (args: readonly string[]) => Promise<Awaited<ReturnType<RunCommand>>>> = {
  words: async (args) => ({ stdout: JSON.stringify(args), stderr: '', status: 0 }),
  fail: async () => ({ stdout: 'out\n', stderr: 'err\n', status: 3 }),
  long: async () => ({ stdout: 'o'.repeat(5 * MEGABYTE), stderr: 'e'.repeat(5 * MEGABYTE), status: 0 }),
  broken: () => Promise.reject(new Error('it broke')),
  hang: () => new Promise(() => {}),
}

const run: RunCommand = async ([name = '', ...args]) => commands[name]?.(args)

/** A server that lasts as long as the test. */
async function served(options: Partial<SshServerOptions> = {}, serve = serveSsh): Promise<SshServer> {
  const server = await serve({
    host: '127.0.0.1',
    port: 0,
    hostKey: hostKey.privateKey,
    authorizedKeys: [generateSshKey().publicKey, userKey.publicKey],
    sockets: new Map(),
    run,
    ...options,
  })
  onTestFinished(() => server[Symbol.asyncDispose]())
  return server
}

/** A folder that lasts as long as the test. */
function folder() {
  const dir = tempDir()
  onTestFinished(() => dir[Symbol.dispose]())
  return dir
}

/** Something that listens on a Unix socket, as long as the test. */
async function listening(path: string, serve: (socket: Socket) => void): Promise<Server & { readonly sockets: Set<Socket> }> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return Object.assign(server, { sockets })
}

/** Says nothing. */
const hangUpAtEnd = (socket: Socket) => void socket.resume().on('end', () => socket.end())

/** Sends all back, once the other side has said all. */
const answerAtEnd = async (socket: Socket) => void socket.end(await buffer(socket))

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 500) throw new Error(`not within 5 s: ${condition}`)
    await sleep(10)
  }
}

/** Resolves when something is closed, whether or not after an error. */
const closed = (what: Socket | Client | ClientChannel): Promise<void> =>
  new Promise((resolve) => what.on('error', () => {}).once('close', () => resolve()))

/** ssh2's client, let in. */
async function loggedIn({ host, port }: SshServer, config: ConnectConfig = {}): Promise<Client> {
  const client = new ssh2.Client()
  const ready = new Promise<void>((resolve, reject) => client.once('ready', resolve).on('error', reject))
  client.connect({ host, port, username: 'anybody', privateKey: userKey.privateKey, ...config })
  client.setNoDelay(true)
  onTestFinished(() => void client.destroy())
  await ready
  return client
}

const started = (client: Client, line: string): Promise<ClientChannel> =>
  new Promise((resolve, reject) => client.exec(line, (error, channel) => (error ? reject(error) : resolve(channel))))

function executed(client: Client, line: string): Promise<{ stdout: string; stderr: string; status: number }> {
  return new Promise((resolve, reject) => {
    client.exec(line, (failed, channel) => {
      if (failed) return reject(failed)
      // The status may come with the first data already.
      const outcome = [text(channel), text(channel.stderr), once(channel, 'exit')] as const
      Promise.all(outcome).then(([stdout, stderr, [status]]) => resolve({ stdout, stderr, status }), reject)
    })
  })
}

const forwarded = (client: Client, path: string): Promise<ClientChannel> =>
  new Promise((resolve, reject) =>
    client.openssh_forwardOutStreamLocal(path, (error, channel) => (error ? reject(error) : resolve(channel))),
  )

/** Sends all, ends its half, and gives what comes back until the other half ends. */
async function exchanged(stream: Duplex, bytes: Buffer): Promise<Buffer> {
  const [back] = await Promise.all([buffer(stream), stream.end(bytes)])
  return back
}

const echoes = async (server: SshServer): Promise<boolean> =>
  (await executed(await loggedIn(server), 'words fine')).stdout === '["fine"]'

describe('a key', () => {
  it('is always a good one', () => {
    const dir = folder()
    // One in 256 of those that ssh2 makes is not.
    for (let count = 0; count < 1000; count++) {
      const { privateKey, publicKey } = generateSshKey()
      const read = ssh2.utils.parseKey(privateKey)
      const shown = ssh2.utils.parseKey(publicKey)
      if (read instanceof Error || shown instanceof Error) throw new Error(privateKey)
      expect(shown.getPublicSSH().length).toBe(51)
      expect(shown.verify('text', read.sign('text'))).toBe(true)
    }
    writeFileSync(dir.file('key'), userKey.privateKey, { mode: 0o600 })
    const { stdout } = spawnSync('ssh-keygen', ['-y', '-f', dir.file('key')], { encoding: 'utf8' })
    expect(['', userKey.publicKey.trim()]).toContain((stdout ?? '').trim())
  })

  it('that cannot be read is reported', async () => {
    await expect(served({ hostKey: 'nonsense' })).rejects.toMatchObject({ code: 'BAD_SSH_KEY' })
    await expect(served({ hostKey: hostKey.publicKey })).rejects.toMatchObject({ code: 'BAD_SSH_KEY' })
    await expect(served({ authorizedKeys: ['nonsense'] })).rejects.toMatchObject({ code: 'BAD_SSH_KEY' })
  })
})

describe('authentication', () => {
  const refused = (server: SshServer, config: ConnectConfig) =>
    expect(loggedIn(server, { authHandler: undefined as never, ...config })).rejects.toThrow(
      'All configured authentication methods',
    )

  it('accepts the given keys only', async () => {
    const server = await served()
    await expect(loggedIn(server)).resolves.toBeDefined()
    await refused(server, { privateKey: generateSshKey().privateKey })
    await refused(server, { privateKey: undefined as never, password: 'secret' })
    await refused(server, { privateKey: undefined as never, tryKeyboard: true })
    await refused(await served({ authorizedKeys: [] }), {})
  })

  it('refuses a client that shows a key but cannot sign with it', async () => {
    const server = await served()
    const shown = ssh2.utils.parseKey(userKey.publicKey)
    const other = ssh2.utils.parseKey(generateSshKey().privateKey)
    if (shown instanceof Error || other instanceof Error) throw new Error('no key')
    // Everything is the key that is let in, but for what signs.
    const forged = Object.assign(Object.create(other), {
      type: shown.type,
      getPublicSSH: () => shown.getPublicSSH(),
      isPrivateKey: () => true,
    })
    await refused(server, {
      privateKey: undefined as never,
      authHandler: [{ type: 'publickey', username: 'x', key: forged }] as never,
    })
    expect(await echoes(server)).toBe(true)
  })

  it('accepts other types of keys, too', async () => {
    for (const pair of [
      ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }),
      ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }),
    ]) {
      const server = await served({ authorizedKeys: [pair.public], hostKey: pair.private })
      await expect(loggedIn(server, { privateKey: pair.private })).resolves.toBeDefined()
    }
  })

  it('has a time limit', async () => {
    const server = await served({ authenticationMs: 200 })
    const silent = connect(server.port, server.host)
    await closed(silent.resume())
    const client = await loggedIn(server)
    await sleep(400)
    expect((await executed(client, 'words')).status).toBe(0)
  })
})

describe('a command', () => {
  it('returns its output, its errors and its status', async () => {
    const client = await loggedIn(await served())
    expect(await executed(client, 'fail')).toEqual({ stdout: 'out\n', stderr: 'err\n', status: 3 })
    expect(await executed(client, '')).toEqual({ stdout: '', stderr: '', status: 0 })
  })

  it('that does not exist or fails is reported as by a shell', async () => {
    const client = await loggedIn(await served())
    expect(await executed(client, "'no such' thing")).toEqual({ stdout: '', stderr: 'sh: 1: no such: not found\n', status: 127 })
    expect(await executed(client, 'broken')).toEqual({ stdout: '', stderr: 'sh: 1: broken: it broke\n', status: 126 })
  })

  it('may have a long output for a client that reads slowly', async () => {
    const channel = await started(await loggedIn(await served()), 'long')
    await sleep(200)
    const [stdout, stderr, [status]] = await Promise.all([text(channel), text(channel.stderr), once(channel, 'exit')])
    expect(stderr === 'e'.repeat(5 * MEGABYTE) && stdout === 'o'.repeat(5 * MEGABYTE)).toBe(true)
    expect(status).toBe(0)
  })

  it('may be cancelled', async () => {
    const server = await served()
    const client = await loggedIn(server)
    const [hanging, long] = await Promise.all([started(client, 'hang'), started(client, 'long')])
    hanging.close()
    long.close()
    client.end()
    expect(await echoes(server)).toBe(true)
  })

  const shell = (words: string) => spawnSync('sh', ['-c', `printf '%s\\0' ${words}`], { encoding: 'utf8' })

  it.each([
    `a  b\tc`,
    `'a b' "c d" e\\ f`,
    `a'b'"c"\\d`,
    `'' ""`,
    `'it'\\''s' "it's" "say \\"x\\""`,
    `"\\$HOME \\\\ \\x" '$HOME \\ \`x\`' \\$x \\\`x`,
    `'a;b' "a|b" a\\&b '<' ">" \\( '#x' \\#`,
    `-o '*' /no-such-*/? \\*`,
    `LC_ALL=C --x=y a=b`,
    `"ü ñ" '€'`,
    `'a\nb # $c\n' "it's" 'd\n'`,
  ])('is cut into words as a shell does: %s', async (words) => {
    const client = await loggedIn(await served())
    const { stdout } = await executed(client, `words ${words}`)
    expect(JSON.parse(stdout)).toEqual(shell(words).stdout.split('\0').slice(0, -1))
  })

  it.each([
    ['words a && words b', '`&&` is not supported'],
    ['words a; words b', '`;` is not supported'],
    ['words a | words b', '`|` is not supported'],
    ['words a > b', '`>` is not supported'],
    ['words 2>/dev/null', '`>` is not supported'],
    ['words a &', '`&` is not supported'],
    ['(words a)', '`(` is not supported'],
    ['words a\nwords b', 'only one line'],
    ['words $HOME', '`$HOME` is not supported'],
    [`words "\${HOME}"`, '`$HOME` is not supported'],
    [`words \${}`, 'Bad substitution'],
    ['words $(words)', '`$(`'],
    ['words `words`', 'command substitution'],
    ['words "`words`"', 'command substitution'],
    ["words $'a'", "`$'`"],
    ["words 'a", 'a quote is not closed'],
    ['words "a', 'a quote is not closed'],
    ['words a\\', 'a quote is not closed'],
    ['words a # b', '`#` is not supported'],
    ['words "a\nb"', 'only one line'],
    [`words "it's\nthat's"`, 'only one line'],
    ["words \\'a\nb\\'", 'only one line'],
    ["words 'a\0b'", 'only one line'],
    [`words ${'x'.repeat(20_000)}`, 'longer than 16384 bytes'],
  ])('that needs a shell is refused: %s', async (line, reason) => {
    const result = await executed(await loggedIn(await served()), line)
    expect(result).toMatchObject({ stdout: '', status: 2, stderr: expect.stringContaining(reason) })
    expect(result.stderr).toMatch(/^sh: 1: .*\n$/)
  })

  it('is the only kind of session', async () => {
    const client = await loggedIn(await served())
    const attempts: ((done: (error?: Error | null) => void) => unknown)[] = [
      (done) => client.shell(done),
      (done) => client.exec('words', { pty: true }, done),
      (done) => client.exec('words', { x11: true }, done),
      (done) => client.sftp(done),
      (done) => client.subsys('netconf', done),
      (done) => client.forwardOut('127.0.0.1', 1, '127.0.0.1', 22, done),
      (done) => client.forwardIn('127.0.0.1', 0, done),
      (done) => client.openssh_forwardInStreamLocal('/tmp/x', done),
    ]
    for (const attempt of attempts) {
      expect(await new Promise((resolve) => attempt((error) => resolve(error))), String(attempt)).toBeInstanceOf(Error)
    }
    const channel = await new Promise<ClientChannel>((resolve, reject) =>
      client.exec('words', { env: { LANG: 'C' } }, (error, opened) => (error ? reject(error) : resolve(opened))),
    )
    expect(await text(channel)).toBe('[]')
  })
})

describe('a forwarded socket', () => {
  const sockets = (path: string) => new Map([[CTDB_SOCKET, path]])

  it('connects to a daemon', async () => {
    const dir = folder()
    await using daemon = await new ScriptedDaemon(dir.file('s'), answerBasics).listen()
    const client = await loggedIn(await served({ sockets: sockets(daemon.path) }))
    using ctdb = new CtdbClient(await forwarded(client, CTDB_SOCKET), { peer: 'node 0' })
    expect(await ctdb.pnn()).toBe(0)
    expect(daemon.requests).toHaveLength(1)
  })

  it('carries many requests on many channels at once', async () => {
    const dir = folder()
    const ping = controls.ping
    const daemon = new ScriptedDaemon(dir.file('s'), ({ request, reply }) => reply(ping, request.header.requestId))
    await using _ = await daemon.listen()
    const client = await loggedIn(await served({ sockets: sockets(daemon.path) }))
    const answers = Array.from({ length: 20 }, async () => {
      using ctdb = new CtdbClient(await forwarded(client, CTDB_SOCKET), { peer: 'node 0' })
      return await Promise.all(Array.from({ length: 50 }, () => ctdb.control(ping)))
    })
    for (const answer of await Promise.all(answers)) expect(answer).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
  })

  it('forwards much data and the end of each direction', async () => {
    const dir = folder()
    const server = await listening(dir.file('s'), answerAtEnd)
    const client = await loggedIn(await served({ sockets: sockets(dir.file('s')) }))
    const bytes = randomBytes(8 * MEGABYTE)
    expect((await exchanged(await forwarded(client, CTDB_SOCKET), bytes)).equals(bytes)).toBe(true)
    await until(() => server.sockets.size === 0)
  })

  it('still forwards data of the client after the daemon has ended its output', async () => {
    const dir = folder()
    let heard: Promise<Buffer> | undefined
    const server = await listening(dir.file('s'), (socket) => {
      heard = buffer(socket)
      socket.end('bye')
    })
    const client = await loggedIn(await served({ sockets: sockets(dir.file('s')) }))
    const channel = await forwarded(client, CTDB_SOCKET)
    expect(await text(channel)).toBe('bye')
    const bytes = randomBytes(MEGABYTE)
    channel.end(bytes)
    await until(() => server.sockets.size === 0)
    expect((await heard)?.equals(bytes)).toBe(true)
  })

  it('slows down the faster side', async () => {
    const dir = folder()
    const server = await listening(dir.file('s'), (socket) => void socket.pause())
    const client = await loggedIn(await served({ sockets: sockets(dir.file('s')) }))
    const channel = await forwarded(client, CTDB_SOCKET)
    channel.write(randomBytes(16 * MEGABYTE))
    await sleep(300)
    // The window, the buffers of the kernel and those of Node: not 16 MB.
    expect(channel.writableLength).toBeGreaterThan(0)
    const [daemon] = server.sockets
    if (!daemon) throw new Error('nobody connected')
    daemon.write(randomBytes(16 * MEGABYTE))
    channel.pause()
    await sleep(300)
    expect(daemon.writableLength).toBeGreaterThan(8 * MEGABYTE)
    channel.end()
    daemon.end()
    const [there, back] = await Promise.all([buffer(daemon), buffer(channel)])
    expect([there.length, back.length]).toEqual([16 * MEGABYTE, 16 * MEGABYTE])
  })

  it('is refused for a path without a socket or without a listener', async () => {
    const dir = folder()
    const server = await served({ sockets: sockets(dir.file('none')) })
    const client = await loggedIn(server)
    await expect(forwarded(client, CTDB_SOCKET)).rejects.toThrow('Channel open failure')
    await expect(forwarded(client, '/etc/passwd')).rejects.toThrow('Channel open failure')
    await expect(forwarded(client, dir.file('none'))).rejects.toThrow('Channel open failure')
    expect((await executed(client, 'words')).status).toBe(0)
  })

  it('ends when the daemon disconnects, and is closed when the client then writes to it', async () => {
    const dir = folder()
    const server = await listening(dir.file('s'), hangUpAtEnd)
    const client = await loggedIn(await served({ sockets: sockets(dir.file('s')) }))
    const channel = await forwarded(client, CTDB_SOCKET)
    for (const socket of server.sockets) socket.destroy()
    expect(await text(channel.resume())).toBe('')
    const ended = closed(channel)
    channel.write('anybody there?')
    await ended
  })

  it('is disconnected when the client closes the channel or disconnects', async () => {
    const dir = folder()
    const server = await listening(dir.file('s'), hangUpAtEnd)
    const client = await loggedIn(await served({ sockets: sockets(dir.file('s')) }))
    const channel = await forwarded(client, CTDB_SOCKET)
    channel.close()
    await until(() => server.sockets.size === 0)
    await forwarded(client, CTDB_SOCKET)
    expect(server.sockets.size).toBe(1)
    client.destroy()
    await until(() => server.sockets.size === 0)
  })

  it('can be opened 64 times per connection, and again after one is closed', async () => {
    const dir = folder()
    const daemon = await listening(dir.file('s'), answerAtEnd)
    const client = await loggedIn(await served({ sockets: sockets(dir.file('s')) }))
    const channels = await Promise.all(Array.from({ length: 64 }, () => forwarded(client, CTDB_SOCKET)))
    await expect(forwarded(client, CTDB_SOCKET)).rejects.toThrow('Channel open failure')
    await expect(started(client, 'words')).rejects.toThrow()
    for (const channel of channels) expect(await exchanged(channel, Buffer.from('x'))).toEqual(Buffer.from('x'))
    await until(() => daemon.sockets.size === 0)
    for (let count = 0; count < 100; count++) expect((await executed(client, 'words')).status).toBe(0)
    expect(await exchanged(await forwarded(client, CTDB_SOCKET), Buffer.from('x'))).toEqual(Buffer.from('x'))
  })
})

describe('a broken or hostile client', () => {
  const sockets = (path: string) => new Map([[CTDB_SOCKET, path]])

  it.each([
    ['garbage', [randomBytes(100_000)]],
    ['HTTP', ['GET / HTTP/1.1\r\n\r\n']],
    ['nothing', []],
    ['garbage after its name', ['SSH-2.0-x\r\n', randomBytes(100_000)]],
    ['an empty packet', ['SSH-2.0-x\r\n', Buffer.from([0, 0, 0, 0, 0, 0, 0, 0])]],
    ['a huge packet', ['SSH-2.0-x\r\n', Buffer.from([255, 255, 255, 255, 0, 0, 0, 0])]],
    ['an old protocol', ['SSH-1.5-x\r\n']],
    ['an endless name', ['SSH-2.0-'.padEnd(MEGABYTE, 'x')]],
  ])('that sends %s does no harm', async (_name, pieces) => {
    const server = await served({ authenticationMs: 300 })
    const socket = connect(server.port, server.host)
    const ended = closed(socket.resume())
    for (const piece of pieces) socket.write(piece)
    await ended
    expect(await echoes(server)).toBe(true)
  })

  it('that disconnects at any time during the handshake does no harm', async () => {
    const server = await served()
    for (let count = 0; count < 60; count++) {
      const client = new ssh2.Client().on('error', () => {})
      client.connect({ host: server.host, port: server.port, username: 'x', privateKey: userKey.privateKey })
      client.on('ready', () => client.exec('long', () => {}))
      await sleep(count / 2)
      client.destroy()
    }
    expect(await echoes(server)).toBe(true)
  })

  it('that disconnects during a transfer does no harm', async () => {
    const dir = folder()
    const daemon = await listening(dir.file('s'), (socket) => {
      socket.pipe(socket)
    })
    const server = await served({ sockets: sockets(dir.file('s')) })
    for (let count = 0; count < 20; count++) {
      const client = await loggedIn(server)
      const channels = await Promise.all([1, 2, 3].map(() => forwarded(client, CTDB_SOCKET)))
      for (const channel of channels) channel.resume().write(randomBytes(3 * MEGABYTE))
      client.exec('long', () => {})
      client.exec('hang', () => {})
      client.openssh_forwardOutStreamLocal(CTDB_SOCKET, () => {})
      await sleep(count)
      client.destroy()
    }
    await until(() => daemon.sockets.size === 0)
    expect(await echoes(server)).toBe(true)
  })

  it('that breaks the rules of a channel is disconnected', async () => {
    const dir = folder()
    await listening(dir.file('s'), (socket) => void socket.pause())
    const server = await served({ sockets: sockets(dir.file('s')) })

    // Sends more than it may.
    const flooding = await loggedIn(server)
    const flooded = await forwarded(flooding, CTDB_SOCKET)
    // In packets of an odd size, because ssh2 drops what comes when exactly nothing is left of the window.
    Object.assign(flooded.outgoing as object, { window: Number.POSITIVE_INFINITY, packetSize: 32_767 })
    const out = closed(flooding)
    flooded.write(Buffer.alloc(64 * MEGABYTE))
    await out

    // Takes packets of no bytes, in which nothing could ever be sent.
    type Inner = { _protocol: Record<string, (id: number, window: number, packet: number, options?: object) => void> }
    for (const method of ['session', 'openssh_directStreamLocal']) {
      const client = await loggedIn(server)
      const { _protocol: protocol } = client as unknown as Inner
      const open = protocol[method]?.bind(protocol)
      protocol[method] = (id, window, _packet, options) => open?.(id, window, 0, options)
      const ended = closed(client)
      if (method === 'session') client.exec('long', () => {})
      else client.openssh_forwardOutStreamLocal(CTDB_SOCKET, () => {})
      await ended
    }
    expect(await echoes(server)).toBe(true)
  })

  it('that sends data after its end, or repeats what may come once, does no harm', async () => {
    const dir = folder()
    const daemon = await listening(dir.file('s'), answerAtEnd)
    const server = await served({ sockets: sockets(dir.file('s')) })
    const client = await loggedIn(server)
    const channel = await forwarded(client, CTDB_SOCKET)
    const { id } = channel.outgoing as { id: number }
    type Inner = { _protocol: Record<string, (id: number, ...rest: unknown[]) => void> }
    const { _protocol: protocol } = client as unknown as Inner
    const tell = (method: string, ...rest: unknown[]) => protocol[method]?.call(protocol, id, ...rest)
    tell('channelEOF')
    tell('channelData', Buffer.from('x'))
    tell('channelEOF')
    tell('channelClose')
    tell('channelClose')
    tell('channelData', Buffer.from('x'))
    tell('channelWindowAdjust', 2 ** 32 - 1)
    tell('exec', 'words', true)
    await until(() => daemon.sockets.size === 0)
    const session = await started(client, 'hang')
    const { id: sessionId } = session.outgoing as { id: number }
    protocol.exec?.call(protocol, sessionId, 'words', true)
    protocol.exec?.call(protocol, sessionId, 'words', false)
    expect(await echoes(server)).toBe(true)
  })

  it('that disconnects does no harm to a minified server, either', async () => {
    const dir = folder()
    const entry = new URL('../../../src/sim/serve/ssh-server.ts', import.meta.url).pathname
    const outfile = dir.file('server.cjs')
    await build({ entryPoints: [entry], outfile, bundle: true, minify: true, platform: 'node', external: ['cpu-features'] })
    const minified: { serveSsh: typeof serveSsh } = createRequire(import.meta.url)(outfile)
    const server = await served({}, minified.serveSsh)
    const client = await loggedIn(server)
    await expect(
      new Promise((resolve, reject) => client.shell((error) => (error ? reject(error) : resolve(true)))),
    ).rejects.toThrow()
    client.destroy()
    expect(await echoes(server)).toBe(true)
  })

  it('is refused when there are 64 others', async () => {
    const server = await served()
    const idle = Array.from({ length: 64 }, () => connect(server.port, server.host))
    await Promise.all(idle.map((socket) => once(socket, 'data')))
    const tooMany = connect(server.port, server.host)
    await closed(tooMany.resume())
    for (const socket of idle) socket.destroy()
    await sleep(50)
    expect(await echoes(server)).toBe(true)
  })
})

describe('the server', () => {
  it('explains that its port is in use', async () => {
    const { host, port } = await served()
    await expect(served({ port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: `something else listens on ${host}:${port} already`,
      hint: expect.stringContaining(`sport = :${port}`),
    })
  })

  it('listens on loopback addresses only', async () => {
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'localhost', '127.example.com', '']) {
      await expect(served({ host }), host).rejects.toMatchObject({ code: 'NOT_LOOPBACK' })
    }
    expect(await echoes(await served({ host: '127.9.8.7' }))).toBe(true)
    await expect(served({ port: 99_999 })).rejects.toThrow()
  })

  it('ends everything when it is disposed of, also twice', async () => {
    const dir = folder()
    const daemon = await listening(dir.file('s'), hangUpAtEnd)
    const server = await served({ sockets: new Map([[CTDB_SOCKET, dir.file('s')]]) })
    const clients = await Promise.all([loggedIn(server), loggedIn(server)])
    for (const client of clients) {
      const channel = await forwarded(client, CTDB_SOCKET)
      channel.resume().write(randomBytes(8 * MEGABYTE))
      await started(client, 'hang')
    }
    const closings = [connect(server.port, server.host), ...clients].map(closed)
    await server[Symbol.asyncDispose]()
    await Promise.all(closings)
    await until(() => daemon.sockets.size === 0)
    await server[Symbol.asyncDispose]()
    await expect(loggedIn(server)).rejects.toThrow('ECONNREFUSED')
  })
})

const openSsh = spawnSync('ssh', ['-V']).status === 0
if (!openSsh) process.stderr.write('SKIPPED: there is no `ssh` on this machine, so the server is not held against OpenSSH\n')

describe.runIf(openSsh)("OpenSSH's client", () => {
  /** Runs `ssh` as a user would, with the host key known. */
  function ssh(server: SshServer, args: readonly string[], key = userKey) {
    const dir = folder()
    writeFileSync(dir.file('key'), key.privateKey, { mode: 0o600 })
    writeFileSync(dir.file('known'), `[${server.host}]:${server.port} ${hostKey.publicKey}\n`)
    const options = {
      BatchMode: 'yes',
      IdentitiesOnly: 'yes',
      IdentityAgent: 'none',
      IdentityFile: dir.file('key'),
      UserKnownHostsFile: dir.file('known'),
      StrictHostKeyChecking: 'yes',
      SendEnv: 'PATH',
      ExitOnForwardFailure: 'yes',
      StreamLocalBindUnlink: 'yes',
      ConnectTimeout: 10,
    }
    const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
    const child = execa('ssh', ['-F', 'none', ...flags, '-p', `${server.port}`, `root@${server.host}`, ...args], {
      reject: false,
      stripFinalNewline: false,
      stdin: 'ignore',
    })
    onTestFinished(async () => {
      child.kill('SIGKILL')
      await child
    })
    return child
  }

  it('runs commands', async () => {
    const server = await served()
    expect(await ssh(server, ['fail'])).toMatchObject({ stdout: 'out\n', stderr: 'err\n', exitCode: 3 })
    expect(await ssh(server, ['words', '-j', "'a  b'"])).toMatchObject({ stdout: '["-j","a  b"]', stderr: '', exitCode: 0 })
    expect(await ssh(server, ['nothing'])).toMatchObject({ stderr: 'sh: 1: nothing: not found\n', exitCode: 127 })
    expect(await ssh(server, ['words; words'])).toMatchObject({ exitCode: 2 })
    expect((await ssh(server, ['long'])).stdout).toHaveLength(5 * MEGABYTE)
  })

  it('gets back by cat what it sends', async () => {
    const channel = await started(await loggedIn(await served()), 'cat')
    const exit = once(channel, 'exit')
    const [first, second] = [randomBytes(10), randomBytes(MEGABYTE)]
    channel.write(first)
    expect((await once(channel, 'data'))[0]).toEqual(first)
    expect((await exchanged(channel, second)).equals(second)).toBe(true)
    expect((await exit)[0]).toBe(0)
  })

  it('gets no shell, no files and no other ports', async () => {
    const server = await served()
    expect(await ssh(server, ['-tt'])).toMatchObject({ exitCode: 255 })
    expect(await ssh(server, ['-s', 'sftp'])).toMatchObject({ exitCode: 255 })
    expect(await ssh(server, ['-W', '127.0.0.1:1'])).toMatchObject({ exitCode: 255 })
    expect(await ssh(server, ['-N', '-R', '0:127.0.0.1:1'])).toMatchObject({ exitCode: 255 })
  })

  it('is refused with another key', async () => {
    const { stderr, exitCode } = await ssh(await served(), ['words'], generateSshKey())
    expect(stderr).toContain('Permission denied (publickey)')
    expect(exitCode).toBe(255)
  })

  it('forwards a socket', async () => {
    const dir = folder()
    await using daemon = await new ScriptedDaemon(dir.file('ctdb'), answerBasics).listen()
    const echo = await listening(dir.file('echo'), answerAtEnd)
    const server = await served({
      sockets: new Map([
        [CTDB_SOCKET, daemon.path],
        ['/echo', dir.file('echo')],
      ]),
    })
    const forward = (name: string, path: string) => ['-L', `${dir.file(name)}:${path}`]
    ssh(server, ['-N', ...forward('1', CTDB_SOCKET), ...forward('2', '/echo'), ...forward('3', '/etc/passwd')])
    const opened = (name: string): Promise<Socket> =>
      new Promise((resolve, reject) => {
        const socket = connect({ path: dir.file(name), allowHalfOpen: true }, () => resolve(socket)).on('error', reject)
      })
    let bound = false
    while (!bound) {
      await sleep(20)
      bound = await opened('3').then(
        (socket) => Boolean(socket.destroy()),
        () => false,
      )
    }

    using ctdb = await connectUnix(dir.file('1'), { timeoutMs: 5000 })
    expect(await ctdb.pnn()).toBe(0)

    const bytes = randomBytes(MEGABYTE)
    expect((await exchanged(await opened('2'), bytes)).equals(bytes)).toBe(true)
    await until(() => echo.sockets.size === 0)

    expect(await buffer(await opened('3'))).toHaveLength(0)
  })
})
