import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAlive } from '../../../src/sim/processes.ts'
import { PrefixedMachine, type PrefixOptions } from '../../../src/transport/command/prefixed-machine.ts'
import { collectHostFacts } from '../../../src/transport/host/collect.ts'
import { localHost } from '../../../src/transport/local/host.ts'
import { canIsolate } from '../../support/namespaces.ts'
import { tempDir } from '../../support/temp-dir.ts'

type Words = readonly [string, ...string[]]

const LIMITS = { timeoutMs: 60_000, maxBytes: 1000 }

const machine = (prefix: Words, options: Partial<PrefixOptions> = {}) =>
  new PrefixedMachine({
    from: localHost(),
    prefix,
    passes: 'words',
    sudo: false,
    connectTimeoutMs: 60_000,
    onNotice: () => {},
    ...options,
  })

const isInstalled = (program: string): boolean => spawnSync('sh', ['-c', 'command -v "$0"', program]).status === 0

/** A prefix that finds only these programs, and another shell as `sh`. */
function shellOf(shell: Words): { prefix: Words; [Symbol.dispose](): void } {
  const dir = tempDir()
  writeFileSync(dir.file('sh'), `#!/bin/sh\nexec ${shell.join(' ')} "$@"\n`, { mode: 0o755 })
  // A bash whose input is a socket, as it is for sshd's commands, reads ~/.bashrc: here, there is none.
  return {
    prefix: ['env', `HOME=${dir.path}`, `PATH=${dir.path}:${process.env.PATH}`],
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  }
}

const runs = (pid: number): boolean => {
  try {
    // Init may take its time to bury it.
    return isAlive(pid) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

const SHELLS: readonly { shell: Words }[] = [
  { shell: ['/bin/sh'] },
  { shell: ['dash'] },
  { shell: ['bash', '--posix'] },
  { shell: ['busybox', 'sh'] },
  { shell: ['zsh', '--emulate', 'sh'] },
]

describe.each(SHELLS)('a command behind a prefix, where the shell is $shell', ({ shell }) => {
  const has = isInstalled(shell[0])

  it.skipIf(!has)('receives its words unchanged', async () => {
    using other = shellOf(shell)
    const words = ['$(id)', "it's", 'a b', '', '*', '\n', '-n', 'go']
    const { stdout } = await machine(other.prefix).exec(['printf', '<%s>', ...words], LIMITS)
    expect(stdout.toString()).toBe(words.map((word) => `<${word}>`).join(''))
  })

  it.skipIf(!has)('returns its exit status and all bytes that it printed', async () => {
    using other = shellOf(shell)
    const result = await machine(other.prefix).exec(['sh', '-c', 'printf "\\000\\377\\n"; echo so >&2; exit 3'], LIMITS)
    expect(result).toEqual({ exitStatus: 3, stdout: Buffer.from([0, 0xff, 0x0a]), stderr: 'so\n' })
  })

  it.skipIf(!has)('has an empty standard input', async () => {
    using other = shellOf(shell)
    expect((await machine(other.prefix).exec(['cat'], LIMITS)).stdout).toHaveLength(0)
  })

  it.skipIf(!has).each([
    { how: 'with its caller', lead: [] },
    // As in a container, to which no signal gets through.
    { how: 'when its input ends', lead: ['setsid', '--wait'] },
  ])('is ended, with everything that it started, $how', async ({ lead }) => {
    using other = shellOf(shell)
    using dir = tempDir()
    const [first = 'env', ...rest] = [...lead, ...other.prefix]
    const stop = new AbortController()
    const line = 'sleep 600 & echo $! >"$0.new"; mv "$0.new" "$0"; wait'
    const ran = machine([first, ...rest]).exec(['sh', '-c', line, dir.file('pid')], { ...LIMITS, signal: stop.signal })
    await expect.poll(() => existsSync(dir.file('pid')), { timeout: 60_000 }).toBe(true)
    stop.abort(new Error('enough'))
    await expect(ran).rejects.toThrow('enough')
    const pid = Number(readFileSync(dir.file('pid'), 'utf8'))
    await expect.poll(() => runs(pid), { timeout: 60_000 }).toBe(false)
  })
})

/** Words, names and paths that mean something to a shell, or to a program that reads options. */
const hostileWord = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;#~ \t\n=-ab€') }),
  fc.constantFrom('', '-n', '--', '$HOME', '$(id)', '`id`', 'A=b', 'if', "it's", '{node}', '-oProxyCommand=id', 'a\n\nb', '\\'),
)
const hostileName = hostileWord.filter((name) => name !== '' && name.length < 60)

describe.each(SHELLS)('nothing is interpreted on the way, where the shell is $shell', ({ shell }) => {
  const has = isInstalled(shell[0])
  const ways = (prefix: Words) => [
    // As podman, kubectl and nsenter.
    (node: string) => machine([...prefix, 'env', `NODE=${node}`]),
    // As ssh: a shell on the other side gets one line.
    (node: string) => machine([...prefix, 'env', `NODE=${node}`, ...shell, '-c'], { passes: 'line' }),
  ]

  it.skipIf(!has)('of words, and of the names of nodes in the prefix', async () => {
    using other = shellOf(shell)
    const words = fc.array(hostileWord, { minLength: 1, maxLength: 5 })
    const script = 'printf "%s\\0" "$NODE" "$@"'
    await fc.assert(
      fc.asyncProperty(words, hostileWord, fc.constantFrom(...ways(other.prefix)), async (given, node, way) => {
        const { stdout } = await way(node).exec(['sh', '-c', script, 'sh', ...given], LIMITS)
        expect(stdout.toString().split('\0').slice(0, -1)).toEqual([node, ...given])
      }),
      { numRuns: 20 },
    )
  })

  // No machine has zsh as its sh; the script that examines machines does not run in it.
  if (shell[0] === 'zsh') return
  it.skipIf(!has)('of the folder with the configuration, and of the path of a socket', async () => {
    using other = shellOf(shell)
    using dir = tempDir()
    const name = hostileName.filter((text) => !/[/\n]/.test(text) && !/^\.{0,2}$/.test(text))
    await fc.assert(
      fc.asyncProperty(name, fc.constantFrom(...ways(other.prefix)), async (folder, way) => {
        const base = dir.file(`f${folder}`)
        mkdirSync(base, { recursive: true })
        writeFileSync(join(base, 'nodes'), '10.0.0.1\n')
        const { facts } = await collectHostFacts(way('n'), { timeoutMs: 60_000, base, eventSockets: [join(base, 'none')] })
        expect(facts.nodesFile).toBe('10.0.0.1\n')
        await using _server = await replyingAt(join(base, 's'))
        const stream = await way('n').connect([join(base, 's')])
        stream.end('hello')
        expect(await text(stream)).toBe('got hello')
      }),
      { numRuns: 5 },
    )
  })
})

describe('a prefix', () => {
  it('leaves no process behind when a command has ended', async () => {
    using dir = tempDir()
    await machine(['env', `MARK=${dir.path}`]).exec(['true'], LIMITS)
    const left = () => spawnSync('grep', ['-lsF', `MARK=${dir.path}`, '-r', '/proc', '--include=environ']).stdout.toString()
    await expect.poll(left, { timeout: 60_000 }).toBe('')
  })

  it('that cannot be started is named', async () => {
    await expect(machine(['/nowhere/podman', 'exec', '-i', 'ctdb']).exec(['true'], LIMITS)).rejects.toMatchObject({
      code: 'EXEC_FAILED',
      message: expect.stringMatching(/^`\/nowhere\/podman` on this machine cannot be started: /),
    })
  })

  it('that fails says why', async () => {
    const prefix: Words = ['sh', '-c', 'echo "Error: no such container: \x1b[31mctdb" >&2; exit 125']
    await expect(machine(prefix).exec(['true'], LIMITS)).rejects.toMatchObject({
      code: 'WAY_FAILED',
      message: expect.stringMatching(/ran nothing: Error: no such container: +\[31mctdb$/),
    })
    await expect(machine(prefix).connect(['/run/ctdb/ctdbd.socket'])).rejects.toMatchObject({ code: 'WAY_FAILED' })
  })

  it('that passes on no input is told so', async () => {
    const way = machine(['sh', '-c', 'exec "$@" </dev/null', 'podman'])
    const error = { code: 'WAY_FAILED', hint: expect.stringContaining('-i') }
    await expect(way.exec(['true'], LIMITS)).rejects.toMatchObject(error)
    using dir = tempDir()
    await using _server = await replyingAt(dir.file('socket'))
    await expect(way.connect([dir.file('socket')])).rejects.toMatchObject(error)
  })

  it('that gives the command a terminal is told so', async () => {
    const way = machine(['sh', '-c', 'exec "$@" 2>&1', 'podman'])
    const error = { code: 'WAY_FAILED', hint: expect.stringContaining('(-t)') }
    await expect(way.exec(['true'], LIMITS)).rejects.toMatchObject(error)
    using dir = tempDir()
    await using _server = await replyingAt(dir.file('socket'))
    await expect(way.connect([dir.file('socket')])).rejects.toMatchObject(error)
  })

  it.runIf(canIsolate)('that leads to a place without /dev/null says so, and makes none', async () => {
    using dir = tempDir()
    mkdirSync(dir.file('dev'))
    await using _server = await replyingAt(dir.file('socket'))
    const way = machine(['unshare', '-rm', 'sh', '-c', 'mount --bind "$0" /dev && exec "$@"', dir.file('dev')])
    const error = { code: 'EXEC_FAILED', message: expect.stringMatching(/^there is no \/dev\/null on the machine behind /) }
    await expect(way.exec(['true'], LIMITS)).rejects.toMatchObject(error)
    await expect(way.connect([dir.file('socket')])).rejects.toMatchObject(error)
    expect(existsSync(dir.file('dev/null'))).toBe(false)
  })

  it('that hangs is given up', async () => {
    await expect(machine(['sleep', '600', '#'], { connectTimeoutMs: 300 }).connect(['/run/x'])).rejects.toMatchObject({
      code: 'WAY_FAILED',
    })
    const hung: Words = ['sh', '-c', 'exec sleep 600']
    await expect(machine(hung, { connectTimeoutMs: 300 }).connect(['/run/x'])).rejects.toMatchObject({
      code: 'WAY_TIMEOUT',
      exitStatus: 110,
    })
  })

  it('reports too much output, and too much time', async () => {
    await expect(machine(['env']).exec(['yes'], LIMITS)).rejects.toMatchObject({ code: 'EXEC_OUTPUT' })
    await expect(machine(['env']).exec(['sleep', '600'], { ...LIMITS, timeoutMs: 300 })).rejects.toMatchObject({
      code: 'EXEC_TIMEOUT',
      message: '`sleep 600` on the machine behind `env` did not end within 0.3 s',
    })
  })
})

/** A folder with these programs only. */
function pathWith(...programs: string[]) {
  const dir = tempDir()
  for (const program of ['sh', 'env', ...programs]) symlinkSync(placeOf(program), dir.file(program))
  return dir
}

/** Python may be found through a script that chooses one. */
const placeOf = (program: string): string =>
  (program === 'python3'
    ? spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' })
    : spawnSync('sh', ['-c', 'command -v "$0"', program], { encoding: 'utf8' })
  ).stdout.trim()

/** A server that replies when its input has ended. */
async function replyingAt(path: string): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    // A relay connects once for a try.
    socket.on('error', () => {})
    void text(socket).then((all) => socket.end(`got ${all}`))
  })
  await new Promise<void>((done) => server.listen(path, done))
  return server
}

describe('a socket behind a prefix', () => {
  it.each(['socat', 'nc', 'python3'].filter(isInstalled))('is connected through %s', async (tool) => {
    using dir = pathWith(tool)
    await using _server = await replyingAt(dir.file('socket'))
    const notices: string[] = []
    const through = machine(['env', `PATH=${dir.path}`], { onNotice: (notice) => notices.push(notice) })
    const stream = await through.connect([dir.file('absent'), dir.file('socket')])
    stream.end('hello')
    expect(await text(stream)).toBe('got hello')
    expect(notices).toEqual([`env PATH=${dir.path}: ${dir.file('socket')} through ${tool}`])
  })

  it('cannot be reached where there is no program for that', async () => {
    using dir = pathWith()
    await using _server = await replyingAt(dir.file('socket'))
    await expect(machine(['env', `PATH=${dir.path}`]).connect([dir.file('socket')])).rejects.toMatchObject({ code: 'NO_RELAY' })
  })

  it('may be absent', async () => {
    await expect(machine(['env']).connect(['/nowhere/ctdbd.socket'])).rejects.toMatchObject({
      code: 'NO_SOCKET',
      message: 'no CTDB daemon runs on the machine behind `env`: there is no socket at /nowhere/ctdbd.socket',
    })
  })
})
