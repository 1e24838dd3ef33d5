import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../src/lib/cluster/node.ts'
import { controls } from '../../src/lib/wire/controls.ts'
import { answerAs, node, type ScriptedCluster, threeNodes } from '../support/cluster-script.ts'
import { ctdbts } from '../support/program.ts'
import { answerBasics, type Exchange, ScriptedDaemon } from '../support/scripted-daemon.ts'
import { tempDir } from '../support/temp-dir.ts'

const RUN_JS = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

async function daemonThat(script: (exchange: Exchange) => void) {
  const dir = tempDir()
  const daemon = await new ScriptedDaemon(dir.file('s'), script).listen()
  return {
    daemon,
    run: (...argv: string[]) => ctdbts(argv, { CTDB_SOCKET: daemon.path }),
    async [Symbol.asyncDispose]() {
      await daemon[Symbol.asyncDispose]()
      dir[Symbol.dispose]()
    },
  }
}

const clusterOf = (changes: Partial<ScriptedCluster>) => daemonThat(answerAs({ ...threeNodes, ...changes }))

/** How long Node itself takes on this machine, to be taken off where a time limit is measured. */
async function startUpMs(): Promise<number> {
  const { durationMs } = await ctdbts(['--version'])
  return durationMs
}

describe('a daemon that does not answer', () => {
  it('reports a daemon that hangs in its own words, where ctdb has none', async () => {
    await using silent = await daemonThat(() => {})
    for (const command of ['verify', 'snapshot', 'watch --once'].map((line) => line.split(' '))) {
      const { stdout, stderr, status } = await silent.run(...command, '-t', '1')
      expect({ stdout, status }).toEqual({ stdout: '', status: 110 })
      expect(stderr).toMatch(/^ctdbts: the daemon on .* accepted the connection but did not answer within 1 s\n/)
      expect(stderr).not.toContain('Control')
    }
  })

  it('ends the command at its time limit, before a second one passes, with one clear line', async () => {
    await using silent = await daemonThat(() => {})
    for (const command of ['ip', 'status']) {
      const { stdout, stderr, status, durationMs } = await silent.run(command, '-t', '1')
      expect(durationMs - (await startUpMs())).toBeLessThan(1_900)
      expect({ stdout, status }).toEqual({ stdout: '', status: 110 })
      expect(stderr).toContain(`the daemon at ${silent.daemon.path} accepted the connection but did not answer within 1 s`)
    }
  })

  it('is asked for its PNN even with a limit of 0, and for nothing else', async () => {
    await using cluster = await clusterOf({})
    expect(await cluster.run('pnn', '-t', '0')).toMatchObject({ stdout: '0\n', stderr: '', status: 0 })
    expect((await cluster.run('pnn', '-t=')).stdout).toBe('0\n')
    expect(await cluster.run('ping', '-t', '0')).toMatchObject({ stdout: '', status: 110 })
  })

  it('ends the command at once when it is killed in the middle of a reply', async () => {
    await using killed = await daemonThat((exchange) => {
      if (exchange.request.opcode === controls.getPnn.opcode) return void answerBasics(exchange)
      exchange.socket.end(exchange.bytesOf(controls.getIfaces, []).subarray(0, 36))
    })
    for (const command of ['ip', 'status']) {
      const { stdout, stderr, status, durationMs } = await killed.run(command)
      expect(durationMs).toBeLessThan(5000)
      expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
      expect(stderr).toContain('closed the connection in the middle of a packet')
    }
  })

  it('is given up after -T, in the words of ctdb', async () => {
    await using silent = await daemonThat(() => {})
    const { stderr, status } = await silent.run('status', '-T', '1')
    expect({ stderr, status }).toEqual({ stderr: 'Maximum runtime exceeded - exiting\n', status: 1 })
  })
})

describe('a node that does not answer', () => {
  // One slow run on a busy machine proves nothing: the best of three counts.
  it('costs status one time limit, however many there are', { retry: 2 }, async () => {
    const nodes = Array.from({ length: 8 }, (_, pnn) => node(pnn))
    await using cluster = await clusterOf({ nodes, silent: [2, 3, 4, 5, 6, 7] })
    const { stdout, stderr, status, durationMs } = await cluster.run('status', '-t', '1')
    expect(durationMs - (await startUpMs())).toBeLessThan(1_900)
    expect(stderr).toBe([2, 3, 4, 5, 6, 7].map((pnn) => `Control GET_IFACES failed to node ${pnn}, ret=110\n`).join(''))
    expect(stdout).toContain('pnn:7 10.0.0.8         OK\n')
    expect(status).toBe(0)
  })

  it('makes the command that asks it fail, as ctdb does', async () => {
    await using cluster = await clusterOf({ silent: [2] })
    const limit = ['-t', '1', '-n', '2']
    expect(await cluster.run('ip', ...limit)).toMatchObject({
      stdout: '',
      stderr: 'Control GET_PUBLIC_IPS failed to node 2, ret=110\n',
      status: 110,
    })
    expect(await cluster.run('status', ...limit)).toMatchObject({
      stdout: 'Unable to get runstate',
      stderr: 'Control GET_RUNSTATE failed to node 2, ret=110\n',
      status: 1,
    })
    expect(await cluster.run('ip', 'all', '-t', '1')).toMatchObject({
      stderr: 'Control GET_PUBLIC_IPS failed to node 2, ret=110\n',
      status: 1,
    })
  })
})

describe('the leader', () => {
  it('is UNKNOWN when no leader is heard', async () => {
    await using cluster = await clusterOf({ leader: undefined })
    const { stdout, status } = await cluster.run('status', '-t', '1')
    expect(stdout).toMatch(/Leader:UNKNOWN\n$/)
    expect(status).toBe(0)
  })

  it('is the recovery master where the daemon is older than 4.16', async () => {
    await using cluster = await clusterOf({ leader: undefined, recmaster: 2 })
    const { stdout } = await cluster.run('status', '-t', '2')
    expect(stdout).toMatch(/Recovery mode:NORMAL \(0\)\nRecovery master:2\n$/)
  })
})

describe('a banned local node', () => {
  it('is shown the node map of the next node', async () => {
    const banned = [node(0, NODE_FLAG.BANNED), node(1), node(2)]
    await using cluster = await clusterOf({ nodes: banned })
    const { stdout } = await cluster.run('status')
    expect(stdout).toContain('pnn:0 10.0.0.1         BANNED|INACTIVE (THIS NODE)\n')
    const asked = cluster.daemon.requests.filter(({ opcode }) => opcode === controls.getNodeMap.opcode)
    expect(asked.at(-1)?.header.destination).toBe(1)
  })

  it('is reported when all nodes are banned', async () => {
    await using cluster = await clusterOf({ nodes: [0, 1, 2].map((pnn) => node(pnn, NODE_FLAG.BANNED)) })
    expect(await cluster.run('status')).toMatchObject({ stdout: '', stderr: 'Warning: All nodes are banned.\n', status: 1 })
  })
})

describe('output of our own', () => {
  it('has JSON for ip, with the owner or null', async () => {
    await using cluster = await clusterOf({})
    const { stdout, stderr } = await cluster.run('ip', 'all', '--json')
    expect(stderr).toBe('')
    const { formatVersion, asked, publicIps } = JSON.parse(stdout)
    expect({ formatVersion, asked }).toEqual({ formatVersion: 1, asked: 'all' })
    const interfaces = [{ name: 'eth1', linkUp: true, references: 1 }]
    expect(publicIps.slice(2)).toEqual([
      { address: '10.0.0.102', pnn: 2, node: '10.0.0.3', activeInterface: 'eth1', interfaces },
      { address: '10.0.0.200', pnn: null, node: null, activeInterface: null, interfaces: null },
    ])
  })

  it('is the document of ctdb 4.25 for status', async () => {
    await using cluster = await clusterOf({})
    const own = JSON.parse((await cluster.run('status', '--json')).stdout)
    const ctdb = JSON.parse((await cluster.run('status', '-j')).stdout)
    expect(own).toEqual(ctdb)
    expect(ctdb).toMatchObject({ recovery_mode: 'NORMAL', leader: 1, vnn_status: { generation: 7, size: 2 } })
  })

  it('is pure JSON when something fails, too', async () => {
    const { stdout, stderr, status } = await ctdbts(['ip', '--json', '--socket', '/nowhere/at/all'])
    expect(JSON.parse(stdout)).toMatchObject({ formatVersion: 1, error: { code: 'NO_SOCKET', hint: expect.any(String) } })
    expect({ stderr, status }).toEqual({ stderr: '', status: 1 })
  })

  it('has tables without colour where there is no terminal', async () => {
    await using cluster = await clusterOf({ nodes: [node(0), node(1, NODE_FLAG.UNHEALTHY), node(2)] })
    const ip = await cluster.run('ip', 'all', '--table')
    expect(ip.stdout).toContain('│ 10.0.0.200 │ nobody │')
    expect(ip.stdout).toMatch(/4 addresses, 1 without owner\n$/)
    const status = await cluster.run('status', '--table')
    expect(status.stdout).toContain('│ 1   │ 10.0.0.2 │ UNHEALTHY │ leader, lmaster')
    expect(ip.stdout + status.stdout).not.toContain('\x1b')
  })

  it('cannot have two forms at once', async () => {
    expect(await ctdbts(['ip', '--json', '-X'])).toMatchObject({ status: 1 })
    expect(await ctdbts(['status', '-j', '-Y'])).toMatchObject({
      stderr: '--json and -Y options are mutually exclusive\n',
      status: 1,
    })
    expect(await ctdbts(['ip', '--table', '-X'])).toMatchObject({ stdout: '', status: 1 })
  })
})

describe('a hostile name', () => {
  it('reaches no terminal raw, in any form of output', async () => {
    await using cluster = await clusterOf({ interfaceName: '\x1b[2J\x9b\u202eq' })
    for (const form of [['-v'], ['-X', '-v'], ['--table'], ['--json']]) {
      const { stdout } = await cluster.run('ip', ...form)
      expect(stdout).toMatch(/x1b|u001b/)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
      expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/)
    }
  })
})

describe('a wrong command line', () => {
  it.each([
    [['frob'], "Unknown command 'frob'\n"],
    [['-z', 'ip'], 'Invalid option -z: unknown option\n'],
    [['ip', '-n'], 'Invalid option -n: missing argument\n'],
    [['-n', 'x', 'ip'], 'Invalid option x: invalid numeric value\n'],
    [['-j', 'ip'], '--json not supported by the ip subcommand\n'],
    // Wrong words come after wrong options.
    [['ip', 'nonsense', '-j'], '--json not supported by the ip subcommand\n'],
    [['getvar', '-j'], '--json not supported by the getvar subcommand\n'],
    [['checktcpport', '-n', '1'], 'Cannot specify node for command checktcpport\n'],
  ])('is refused as by ctdb: %j', async (argv, stderr) => {
    expect(await ctdbts(argv, { CTDB_SOCKET: '/nowhere' })).toMatchObject({ stdout: '', stderr, status: 1 })
  })

  it('shows the help of a command, however it is asked for', async () => {
    const asked = await ctdbts(['verify', '--help'])
    expect(asked).toMatchObject({ stderr: '', status: 0, stdout: expect.stringContaining('ctdbts verify') })
    expect((await ctdbts(['help', 'verify'])).stdout).toBe(asked.stdout)
    const general = await ctdbts(['--help'])
    for (const argv of [['help'], ['-n', '1', '-h'], ['help', '-?']]) expect((await ctdbts(argv)).stdout).toBe(general.stdout)
    expect(general).toMatchObject({ stderr: '', status: 0, stdout: expect.stringContaining('Try and learn') })
    for (const argv of [
      ['help', 'nonsense'],
      ['nonsense', '--help'],
      ['-X', 'nonsense', '-h'],
    ])
      expect(await ctdbts(argv)).toMatchObject({ stdout: '', stderr: "Unknown command 'nonsense'\n", status: 1 })
  })

  it('shows the version, whatever else is said', async () => {
    for (const argv of [['--version'], ['-n', '1', '--version'], ['help', '--version']])
      expect(await ctdbts(argv)).toMatchObject({
        stdout: expect.stringMatching(/^ctdbts\/[\d.]+ linux-\w+ node-v[\d.]+\n$/),
        status: 0,
      })
  })

  it('shows the usage when there are too many or too few arguments, as ctdb does', async () => {
    const { stdout, stderr, status } = await ctdbts(['status', 'nonsense'])
    expect({ stderr, status }).toEqual({ stderr: '', status: 1 })
    expect(stdout).toContain('Commands:\n  status  ')
  })

  it.each([
    [['-n', '9', 'getvar'], 'Node 9 does not exist\n'],
    [['ip', 'nonsense', '-n', '9'], 'Node 9 does not exist\n'],
    [['setifacelink', 'eth0', 'sideways', '-n', '9'], 'Node 9 does not exist\n'],
    [['-n', '1', 'wipedb'], 'Node cannot be specified for command wipedb\n'],
  ])('is refused for the node that cannot be asked, and not for its words: %j', async (argv, stderr) => {
    await using cluster = await clusterOf({})
    expect(await cluster.run(...argv)).toMatchObject({ stdout: '', stderr, status: 1 })
  })

  it('shows the usage when the node can be asked', async () => {
    await using cluster = await clusterOf({})
    const { stdout, stderr, status } = await cluster.run('-n', '1', 'getvar')
    expect([stdout.split('\n')[0], stderr, status]).toEqual(['Usage: ctdbts [OPTION...]', '', 1])
  })

  it('shows the help, and fails, when there is nothing on it', async () => {
    for (const argv of [[], ['-X'], ['-n', '1']]) {
      const { stdout, stderr, status } = await ctdbts(argv)
      expect(stdout).toContain('Show public addresses')
      expect([stderr, status]).toEqual(['', 1])
    }
    expect(await ctdbts(['--json'])).toMatchObject({ stdout: expect.stringContaining('NO_COMMAND'), status: 1 })
    expect(await ctdbts(['-n', '1', 'ip', '--help'])).toMatchObject({
      stdout: expect.stringContaining('ctdbts ip [all]'),
      status: 0,
    })
  })
})

describe('a daemon that ends in the middle', () => {
  it('is reported in one line, whatever was still asked', async () => {
    await using cluster = await daemonThat((exchange) => {
      if (exchange.request.opcode === controls.getIfaces.opcode) exchange.socket.destroy()
      else if (exchange.request.opcode !== controls.getVnnMap.opcode) answerAs(threeNodes)(exchange)
    })
    const { stderr, status } = await cluster.run('status')
    expect(stderr).toMatch(/^ctdbts: [^\n]*closed the connection[^\n]*\n(?: {2}[^\n]+\n)?$/)
    expect(status).toBe(1)
  })
})

describe('a file that is written', () => {
  const written = async (path: string) => await ctdbts(['snapshot', '--sim', '-o', path])

  it('is complete, with the mode of the previous file, and written through a link', async () => {
    using dir = tempDir()
    writeFileSync(dir.file('file'), 'before', { mode: 0o640 })
    symlinkSync('file', dir.file('link'))
    expect(await written(dir.file('link'))).toMatchObject({ stdout: '', stderr: '', status: 0 })
    expect(lstatSync(dir.file('link')).isSymbolicLink()).toBe(true)
    expect(statSync(dir.file('file')).mode & 0o777).toBe(0o640)
    expect(JSON.parse(readFileSync(dir.file('file'), 'utf8'))).toHaveProperty('nodes')
    expect(readdirSync(dir.path).toSorted()).toEqual(['file', 'link'])
  })

  it('stays a pipe if it is one', async () => {
    using dir = tempDir()
    execFileSync('mkfifo', [dir.file('pipe')])
    const reader = execa('cat', [dir.file('pipe')])
    expect(await written(dir.file('pipe'))).toMatchObject({ stdout: '', stderr: '', status: 0 })
    expect(JSON.parse((await reader).stdout)).toHaveProperty('nodes')
    expect(statSync(dir.file('pipe')).isFIFO()).toBe(true)
  })

  it.each(['x/y', 'a'.repeat(300)])('that cannot be is told: %s', async (name) => {
    using dir = tempDir()
    writeFileSync(dir.file('x'), '')
    const { stderr, status } = await written(dir.file(name))
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/^ctdbts: cannot write [^\n]+\n$/) })
  })
})

describe('files that others could have put into a home directory', () => {
  it('are not run: plugins of users', async () => {
    using dir = tempDir()
    const plugin = dir.file('node_modules/p')
    mkdirSync(plugin, { recursive: true })
    const plugins = [{ name: 'p', type: 'user', tag: 'latest' }]
    writeFileSync(
      dir.file('package.json'),
      JSON.stringify({ name: 'x', version: '1.0.0', oclif: { schema: 1, plugins }, dependencies: { p: '1.0.0' } }),
    )
    writeFileSync(`${plugin}/package.json`, JSON.stringify({ name: 'p', version: '1.0.0', oclif: { hooks: { init: './hook' } } }))
    writeFileSync(`${plugin}/hook.js`, "exports.default = async () => process.stdout.write('run')")
    await using cluster = await clusterOf({})
    const argv = ['pnn', '--socket', cluster.daemon.path]
    expect(await ctdbts(argv, { CTDBTS_DATA_DIR: dir.path })).toMatchObject({ stdout: '0\n', stderr: '', status: 0 })
    writeFileSync(dir.file('package.json'), 'broken')
    expect(await ctdbts(argv, { CTDBTS_DATA_DIR: dir.path })).toMatchObject({ stdout: '0\n', stderr: '', status: 0 })
  })
})

describe('errors before any command', () => {
  it('are JSON if that is requested', async () => {
    for (const argv of [['--json', 'nonsense'], ['nonsense', '--json'], ['--json']]) {
      const { stdout, status } = await ctdbts(argv)
      expect(JSON.parse(stdout)).toHaveProperty('error.code')
      expect(status).toBe(1)
    }
  })

  it('include an empty file name for a snapshot: it does not mean the live cluster', async () => {
    await using cluster = await clusterOf({})
    for (const command of ['ip', 'status', 'verify']) {
      expect(await cluster.run(command, '--from', '')).toMatchObject({
        stdout: '',
        stderr: expect.stringContaining('cannot read'),
      })
    }
  })

  it.each([['ip'], ['status'], ['verify'], ['home-nodes'], ['takeover-run', '--dry-run']])(
    'include a cluster beside a snapshot, for %s',
    async (...command) => {
      const both = (...argv: string[]) => ctdbts([...command, '--from', '/dev/null', ...argv])
      const refused = (option: string) => ({
        stdout: '',
        stderr: `ctdbts: ${command[0]} does not take ${option} together with --from\n  leave out one of them\n`,
        status: 1,
      })
      expect(await both('--host', 'nosuch')).toMatchObject(refused('--host'))
      expect(await both('--sim-nodes', '2')).toMatchObject(refused('--sim'))
    },
  )
})

describe('standard output', () => {
  it('that is full is an error with a clear line', async () => {
    await using cluster = await clusterOf({})
    const command = '"$0" "$1" ip --socket "$2" > /dev/full'
    const result = await execa('sh', ['-c', command, process.execPath, RUN_JS, cluster.daemon.path], { reject: false })
    const stderr = 'ctdbts: cannot write the output: ENOSPC: no space left on device, write'
    expect({ status: result.exitCode, stderr: result.stderr }).toEqual({ status: 1, stderr })
  })

  it('that becomes full in the middle is an error, too', async () => {
    await using cluster = await clusterOf({})
    using dir = tempDir()
    // In blocks of 512 bytes.
    const command = 'trap "" XFSZ; ulimit -f 2; exec "$0" "$1" snapshot --daemons-only --socket "$2" > "$3"'
    const argv = [process.execPath, RUN_JS, cluster.daemon.path, dir.file('out')]
    const result = await execa('sh', ['-c', command, ...argv], { reject: false })
    expect(result.stderr).toContain('ctdbts: cannot write the output: EFBIG')
    expect(result.exitCode).toBe(1)
  })

  it('that nobody reads any more is not an error', async () => {
    await using cluster = await clusterOf({})
    const result = await execa('sh', ['-c', '"$0" "$1" ip --socket "$2" | true', process.execPath, RUN_JS, cluster.daemon.path])
    expect(result.stderr).toBe('')
  })
})
