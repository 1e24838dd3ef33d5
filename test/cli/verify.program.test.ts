import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { documentFaults } from '../support/documents.ts'
import { ctdbts, RUN_JS } from '../support/program.ts'
import { folder, served } from '../support/served-cluster.ts'
import { tempDir } from '../support/temp-dir.ts'

const scenarios = tempDir()
afterAll(() => scenarios[Symbol.dispose]())
function scenario(name: string, text: string): string {
  writeFileSync(scenarios.file(name), text)
  return scenarios.file(name)
}

/** Node 1 has lost its daemon, whose addresses stay on, for long enough that all know it. */
const DEAD_DAEMON = scenario('dead-daemon.sim', 'nodes 3\naddresses 3\nat 0 kill 1\nat 30 run\n')
const BANNED = scenario('banned.sim', 'nodes 3\naddresses 3\nat 0 ban 1 3000\nat 10 run\n')

/** Where what an audit says does not depend on how it came to know the cluster, one look at each cluster does. */
const lookedAt = { healthy: ['--sim'], dead: ['--sim-scenario', DEAD_DAEMON], banned: ['--sim-scenario', BANNED] }
const snapshot = (of: keyof typeof lookedAt) => ['--from', scenarios.file(`${of}.json`)]
beforeAll(async () => {
  const looks = Object.entries(lookedAt).map(([name, argv]) =>
    ctdbts(['snapshot', ...argv, '-o', scenarios.file(`${name}.json`)]),
  )
  const done = { status: 0, stdout: '' }
  // What could not be read of a dead or banned node is reported.
  expect(await Promise.all(looks)).toMatchObject([{ ...done, stderr: '' }, done, done])
})

// Side by side, as they wait most of the time.
describe.concurrent('ctdbts verify --sim', () => {
  it('finds nothing in a healthy cluster, and reports how much it has checked', async () => {
    expect(await ctdbts(['verify', '--sim'])).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/^No problem found \(3 nodes, \d\d checks\)\n$/),
    })
  })

  it('reports faults, with what CTDB does about them and what to do, and fails', async () => {
    const { stdout, stderr, status } = await ctdbts(['verify', '--sim-scenario', DEAD_DAEMON])
    expect(status).toBe(2)
    expect(stderr).toBe('')
    expect(stdout).toContain('x ERROR ip-on-dead-daemon\n')
    expect(stdout).toMatch(/^ {2}CTDB: /m)
    expect(stdout).toMatch(/^ {2}To do: /m)
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^\d errors?.*\(3 nodes, \d\d checks\)$/)
  })

  it('groups by node on request', async () => {
    const { stdout } = await ctdbts(['verify', ...snapshot('dead'), '--by', 'node'])
    expect(stdout).toContain('Node 1 (10.11.12.2), DISCONNECTED|UNHEALTHY|INACTIVE, reached simulated node 1:\n')
    expect(stdout).not.toContain('Node 0 (')
  })

  it('fails from the severity of --fail-on on', async () => {
    const statusOf = async (failOn: string) =>
      (await ctdbts(['verify', ...snapshot('banned'), '--checks', 'node-banned', '--fail-on', failOn])).status
    expect(await statusOf('info')).toBe(2)
    expect(await statusOf('warning')).toBe(2)
    expect(await statusOf('error')).toBe(0)
  })

  it('writes JSON, and nothing but that', async () => {
    const clean = await ctdbts(['verify', '--sim', '--json'])
    expect(clean).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(clean.stdout)).toMatchObject({ formatVersion: 1, worst: null, findings: [], unknown: [], samples: 2 })
    const dead = await ctdbts(['--json', 'verify', '--sim-scenario', DEAD_DAEMON])
    expect(dead).toMatchObject({ status: 2, stderr: '' })
    const { worst, findings } = JSON.parse(dead.stdout) as { worst: string; findings: { id: string; state: string }[] }
    expect(worst).toBe('error')
    expect(findings).toContainEqual(expect.objectContaining({ id: 'ip-on-dead-daemon', state: 'real' }))
  })

  it('reports errors as JSON, too', async () => {
    const { stdout, stderr, status } = await ctdbts(['verify', '--sim', '--json', '--checks', 'nothing'])
    expect({ stderr, status }).toEqual({ stderr: '', status: 1 })
    expect(JSON.parse(stdout)).toMatchObject({ formatVersion: 1, error: { code: 'NO_CHECK' } })
  })

  it.each([
    {
      format: 'nagios',
      healthy: /^CTDB OK - no problem found \| errors=0 /,
      faulty: /^CTDB CRITICAL - \d errors?.* \| errors=\d/,
    },
    { format: 'prometheus', healthy: /^ctdb\w+\{?.* 0$/m, faulty: /^ctdb\w+\{.*ip-on-dead-daemon.*\} \d/m },
    {
      format: 'junit',
      healthy: /<testsuites? .*failures="0"/,
      faulty: /<failure [\s\S]*ip-on-dead-daemon|ip-on-dead-daemon[\s\S]*<failure /,
    },
  ])('speaks $format', async ({ format, healthy, faulty }) => {
    const clean = await ctdbts(['verify', ...snapshot('healthy'), '--format', format])
    expect(clean).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(healthy) })
    const dead = await ctdbts(['verify', ...snapshot('dead'), '--format', format])
    expect(dead).toMatchObject({ status: 2, stderr: '', stdout: expect.stringMatching(faulty) })
  })

  it("has the plugins' statuses under --format nagios: a warning is 1", async () => {
    const { stdout, status } = await ctdbts(['verify', ...snapshot('banned'), '--checks', 'node-banned', '--format', 'nagios'])
    expect(status).toBe(1)
    expect(stdout).toMatch(/^CTDB WARNING - 1 warning: node-banned: /)
  })

  it('reports to a monitoring system that it failed: on standard output, as unknown', async () => {
    const { stdout, status } = await ctdbts(['verify', '--socket', '/nonexistent', '--format', 'nagios'])
    expect(status).toBe(3)
    expect(stdout).toMatch(/^CTDB UNKNOWN - .*\/nonexistent/)
  })

  it('has the state in the line under --format checkmk, and ends with 0', async () => {
    const faulty = await ctdbts(['verify', ...snapshot('banned'), '--checks', 'node-banned', '--format', 'checkmk'])
    expect(faulty).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^1 "CTDB" ctdb_errors=0\|\S+ 1 warning: node-banned: /),
    })
    const failed = await ctdbts(['verify', '--socket', '/nonexistent', '--format', 'checkmk'])
    expect(failed).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^3 "CTDB" - .*\/nonexistent/) })
  })

  it('runs the selected checks, without the excluded ones', async () => {
    const checksOf = async (...argv: string[]): Promise<string[]> =>
      JSON.parse((await ctdbts(['verify', ...snapshot('healthy'), '--json', ...argv])).stdout).checks
    expect(await checksOf('--checks', 'imbalance, ip-missing')).toEqual(['ip-missing', 'imbalance'])
    expect(await checksOf('--checks', 'ip-missing,imbalance', '--skip', 'ip-missing')).toEqual(['imbalance'])
    expect(await checksOf('--skip', 'ip-missing')).not.toContain('ip-missing')
  })

  it.each([
    [['--checks', 'ip-missing,constructor'], 'there is no check "constructor"'],
    [['--skip', 'nothing'], 'there is no check "nothing"'],
    [['--explain', 'nothing'], 'there is no check "nothing"'],
    [['--checks', 'ip-missing', '--skip', 'ip-missing'], 'no check is left to run'],
    [['--checks', ''], 'no check is left to run'],
    [['--format', 'yaml'], '--format'],
    [['--fail-on', 'nothing'], '--fail-on'],
    [['--by', 'colour'], '--by'],
    [['--interval', '0'], '--interval takes at least 1 and less than 100000 seconds, with one decimal at most, not "0"'],
    [['--interval', 'often'], '--interval takes at least 1 and less than 100000 seconds, with one decimal at most, not "often"'],
    [['--interval', '5', '--format', 'nagios'], '--interval needs a live cluster'],
    [['--from', '/dev/null'], 'verify does not take --sim together with --from'],
    [['--host', 'a'], '--host cannot be combined with a simulated cluster'],
    [['--socket', '/x'], '--socket cannot be combined with a simulated cluster'],
    [['-X'], 'verify has no output with separators'],
  ])('refuses %j', async (argv, message) => {
    const { stdout, stderr, status } = await ctdbts(['verify', '--sim', ...argv])
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
    expect(stderr).not.toContain('internal error')
  })

  it('refuses --output together with --interval, which would ignore it', async () => {
    const { stdout, stderr, status } = await ctdbts(['verify', '--sim', '--interval', '5', '-o', '/nonexistent/file'])
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
    expect(stderr).toContain('verify does not take --output together with --interval')
  })

  it('has a code of its own for a file that cannot be written', async () => {
    const { stdout, status } = await ctdbts(['verify', '--sim', '--json', '-o', '/nonexistent/file'])
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'NOT_WRITTEN' } })
  })

  it('refuses -T together with --interval, which would ignore it', async () => {
    const { stdout, stderr, status } = await ctdbts(['verify', '--sim', '--interval', '5', '-T', '60'])
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
    expect(stderr).toContain('verify does not take -T together with --interval')
  })

  it('refuses --json and --format at once, as JSON', async () => {
    const { stdout, status } = await ctdbts(['verify', '--sim', '--format', 'junit', '--json'])
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE' } })
  })

  it('refuses --interval for a snapshot', async () => {
    const { stderr, status } = await ctdbts(['verify', '--interval', '5', '--from', '/dev/null'])
    expect(status).toBe(1)
    expect(stderr).toContain('--interval needs a live cluster')
  })

  it('points to the list of checks when asked for an unknown one', async () => {
    const { stderr } = await ctdbts(['verify', '--sim', '--checks', 'ip-mising'])
    expect(stderr).toContain('  see `ctdbts verify --list-checks`\n')
  })
})

describe('acceptances', () => {
  it('keep what they accept from the exit status, until they expire', async () => {
    const home = folder()
    mkdirSync(home.file('ctdbts'))
    const verify = async (until: string, ...argv: string[]) => {
      writeFileSync(
        home.file('ctdbts/config.toml'),
        `[[accept]]\ncheck = "node-banned"\nnode = 1\nreason = "on purpose"\nuntil = ${until}\n`,
      )
      const options = [...snapshot('banned'), '--checks', 'node-banned', ...argv]
      return await ctdbts(['verify', ...options], { XDG_CONFIG_HOME: home.path })
    }
    expect(await verify('"2999-12-31"')).toMatchObject({ status: 0, stdout: expect.stringContaining('- ACCEPTED node-banned') })
    const { status, stdout } = await verify('2020-01-01', '--json')
    expect(status).toBe(2)
    expect(JSON.parse(stdout).findings).toMatchObject([{ acceptance: { kind: 'expired', until: '2020-01-01' } }])
    const { status: failed, stderr } = await verify('"soon"')
    expect(failed).toBe(1)
    expect(stderr).toMatch(/^ctdbts: cannot read the configuration .*\/ctdbts\/config\.toml: accept\.0\.until: not a day/)
  })
})

describe('the checks', () => {
  it('are listed, and each of them explained', async () => {
    const list = await ctdbts(['verify', '--list-checks'])
    expect(list).toMatchObject({ status: 0, stderr: '' })
    const ids = list.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0] ?? '')
    expect(ids).toContain('ip-missing')
    const { stdout, status } = await ctdbts(['verify', '--explain', 'ip-missing'])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^ip-missing \(error\): /)
    expect(stdout).toContain('What to do: ')
  })

  it('look for bugs of CTDB, which are listed', async () => {
    const { stdout, stderr, status } = await ctdbts(['verify', '--list-known-bugs'])
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toMatch(/^Bug 16085 \(CVE-2026-58224\): fixed in 4\.22\.11, 4\.23\.11, 4\.24\.5$/m)
    const { bugs } = JSON.parse((await ctdbts(['verify', '--list-known-bugs', '--json'])).stdout)
    expect(bugs).toContainEqual(expect.objectContaining({ number: 14826, reportedBy: 'file-lint' }))
  })
})

describe('ctdbts verify --from', () => {
  it('audits a snapshot, and reports that it was read only once', async () => {
    const { stdout, status } = await ctdbts(['verify', ...snapshot('healthy')])
    expect(status).toBe(0)
    expect(stdout.replaceAll('\n', ' ')).toMatch(/^No problem found .*read only once, so transient faults cannot be recognized $/)
  })

  it('finds in it what it would find live', async () => {
    const { stdout, status } = await ctdbts(['verify', ...snapshot('dead'), '--json'])
    expect(status).toBe(2)
    expect(JSON.parse(stdout).samples).toBe(1)
    expect(stdout).toContain('"ip-on-dead-daemon"')
  })

  it('does not pass what a snapshot of only the daemons lacks', async () => {
    const file = folder().file('snapshot.json')
    await ctdbts(['snapshot', '--sim', '--daemons-only', '-o', file])
    const { stdout, status } = await ctdbts(['verify', '--from', file])
    expect(status).toBe(3)
    expect(stdout).toContain('Could not be read:')
    expect((await ctdbts(['verify', '--from', file, '--format', 'nagios'])).status).toBe(3)
  })

  it.each([
    ['no JSON', '{'],
    ['another document', '{"formatVersion":1,"nodes":7}'],
    ['a later format', '{"formatVersion":99}'],
  ])('refuses a broken file: %s', async (_what, text) => {
    const file = folder().file('broken.json')
    writeFileSync(file, text)
    const { stdout, stderr, status } = await ctdbts(['verify', '--from', file])
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
    expect(stderr).toContain('broken.json')
    expect(stderr).not.toContain('internal error')
  })

  it('shows no raw text from a file', async () => {
    const file = folder().file('hostile.json')
    const { stdout } = await ctdbts(['snapshot', '--sim-scenario', DEAD_DAEMON])
    const snapshot = JSON.parse(stdout)
    const hostile = '\x1b]0;owned\x07\x1b[2J\u202e\r'
    for (const facts of snapshot.nodes) {
      for (const missing of facts.missing) missing.message = hostile
      if (!facts.host) continue
      facts.host.version = `4.17${hostile}${facts.pnn}`
      facts.host.reachedBy = hostile
      facts.host.publicAddressesFile = `10.0.0.1/24 ${hostile}\n${hostile}\n`
      facts.host.nodesFile = hostile
      facts.host.configFile = `[cluster]\n cluster lock = ${hostile}${facts.pnn}\n`
      facts.host.enabledScripts = [hostile]
      facts.host.events = [{ event: 'monitor', scripts: [{ name: hostile, begin: 1, end: 2, result: 1, output: hostile }] }]
    }
    writeFileSync(file, JSON.stringify(snapshot))
    const forms = [
      [],
      ['--by', 'node', '-v'],
      ['--json'],
      ...['nagios', 'checkmk', 'prometheus', 'junit'].map((format) => ['--format', format]),
    ]
    for (const form of forms) {
      const { stdout: shown, stderr } = await ctdbts(['verify', '--from', file, ...form])
      expect(shown, form.join(' ')).toContain('version')
      expect(`${shown}${stderr}`, form.join(' ')).not.toMatch(/(?![\n\t])[\p{Cc}\u202e]/u)
    }
  })
})

describe('--host', () => {
  it('is enough with one node: the others are reached through it', async () => {
    const { run } = await served()
    const { stdout, stderr, status } = await run('verify', '--host', 'root@node1', '-v')
    expect(status, stdout).toBe(0)
    expect(stdout).toMatch(/^No problem found \(3 nodes, /)
    expect(stderr).toContain('ctdbts: 3 SSH connections opened\n')
    expect(stderr.match(/^ctdbts: (node1|10\.11\.12\.[13]): \/run\/ctdb\/ctdbd\.socket by .+$/gm), stderr).toHaveLength(3)
    expect((await run('verify', '--host', 'root@node1')).stderr).toBe('')
  })

  it('accepts several nodes, a list, and the name of a cluster', async () => {
    const { run, configure, server } = await served()
    for (const argv of [
      ['--host', 'root@node0', '--host', 'root@node1'],
      ['-H', 'root@node2,root@node1,root@node2'],
    ]) {
      const { stderr, status } = await run('verify', ...argv, '-v')
      expect(status, argv.join(' ')).toBe(0)
      expect(stderr).toContain('3 SSH connections opened')
    }
    const names = server.nodes.map(({ pnn, ssh }) => `"10.11.12.${pnn + 1}" = "root@127.0.0.1:${ssh?.port}"`)
    configure(`[clusters.prod]\nhosts = ["root@node1"]\nvia = "direct"\nnodes = { ${names.join(', ')} }\n`)
    const { stdout, status } = await run('verify', '--host', 'prod', '--json')
    expect(status).toBe(0)
    const { nodes } = JSON.parse(stdout) as { nodes: { reachedBy: string }[] }
    expect(nodes.map(({ reachedBy }) => reachedBy)).toEqual(server.nodes.map(({ ssh }) => `ssh root@127.0.0.1:${ssh?.port}`))
  })

  it('is for every command that asks a cluster, before its name too', async () => {
    const { run, dir } = await served()
    expect(await run('--host', 'root@node1', 'ip')).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/^Public IPs on node 1\n/),
    })
    expect((await run('status', '-H', 'root@node2')).stdout).toMatch(/^pnn:2 10\.11\.12\.3 +OK \(THIS NODE\)$/m)
    expect(await run('takeover-run', '--dry-run', '--host', 'root@node0')).toMatchObject({ status: 0, stderr: '' })
    expect(await run('ipreallocate', '--host', 'root@node0')).toMatchObject({ status: 0 })
    const file = dir.file('snapshot.json')
    expect(await run('snapshot', '--host', 'root@node0', '-o', file)).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(readFileSync(file, 'utf8')).nodes).toHaveLength(3)
    expect((await ctdbts(['verify', '--from', file])).status).toBe(0)
  })

  it('tries the next host when no daemon of the first answers', async () => {
    const { run, server } = await served()
    server.cluster.carryOut('kill 0')
    const { stdout, status } = await run('ip', '--host', 'root@node0,root@node1')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^Public IPs on node 1\n/)
    const none = await run('ip', '--host', 'root@node0')
    expect(none.status).not.toBe(0)
    expect(none.stderr).toContain('node0')
  })

  it('refuses a host with an unknown key, and explains how to accept it', async () => {
    const { run, server } = await served()
    writeFileSync(server.knownHostsPath ?? '', '')
    for (const command of ['verify', 'ip']) {
      const { stdout, stderr, status } = await run(command, '--host', 'root@node0')
      expect({ stdout, status }).toEqual({ stdout: '', status: 126 })
      expect(stderr).toMatch(/^ctdbts: the host key of \[127\.0\.0\.1\]:\d+ is not known: ED25519 key with fingerprint /)
      expect(stderr).toContain('--accept-new')
    }
    const { stderr, status } = await run('verify', '--host', 'root@node0', '--accept-new')
    expect(status).toBe(0)
    expect(stderr.match(/added the new ED25519 key .* to \S*known_hosts$/gm)).toHaveLength(3)
    // They are remembered.
    expect(await run('ip', '--host', 'root@node0')).toMatchObject({ status: 0, stderr: '' })
  })

  it.each(['-oProxyCommand=x', '--', 'a b', 'a;id', '$(id)', 'root@', 'a:0', 'a:70000', '-l@a', '`id`', 'a\nb', ''])(
    'refuses %j',
    async (host) => {
      const { stdout, stderr, status } = await ctdbts(['verify', `--host=${host}`])
      expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
      expect(stderr).toMatch(/is not a valid SSH host|--host has an empty name|--host expects a value/)
      expect(stderr).not.toContain('internal error')
    },
  )

  it('reports a node that cannot be read, and has the status for that', async () => {
    const { run, server, configure } = await served()
    // Port 1 of this machine is nobody's.
    configure('[clusters.half]\nhosts = ["root@node0"]\nnodes = { "10.11.12.3" = "root@127.0.0.1:1" }\n')
    expect(server.nodes).toHaveLength(3)
    const { stdout, status } = await run('verify', '--host', 'half')
    expect(status).toBe(3)
    expect(stdout).toContain('Could not be read:\n  ? node 2: ')
    expect(stdout).toContain('127.0.0.1')
  })

  it('reports errors in the configuration', async () => {
    const { run, configure } = await served()
    configure('[clusters.prod]\nhost = "x"\n')
    const { stderr, status } = await run('verify', '--host', 'prod')
    expect(status).toBe(1)
    expect(stderr).toMatch(/^ctdbts: cannot read the configuration .*config\.toml: clusters\.prod\.host/)
  })
})

/** A program that runs until it is told to end. */
function running(argv: readonly string[], env: Record<string, string>) {
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(process.execPath, [RUN_JS, ...argv], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk
  })
  const ended = once(child, 'close') as Promise<[number | null, string | null]>
  const prints = (what: string | RegExp) => expect.poll(() => output.stdout, { timeout: 30_000 }).toMatch(what)
  return { child, output, ended, prints }
}

describe('ctdbts verify --interval', () => {
  it('reports what appears and what clears, and ends with the status of the last audit', async () => {
    const { server, env, config } = await served()
    const { child, output, ended, prints } = running(['verify', '--interval', '1', '--host', 'root@node0', ...config], env)
    await prints(/Z auditing 3 nodes with \d\d checks every 1 s; reporting only changes\n/)
    server.cluster.carryOut('ban 1 3000')
    await prints(/^\S+Z \+ warning node-banned: node 1 is banned/m)
    server.cluster.carryOut('unban 1')
    await prints(/^\S+Z - warning node-banned: node 1 is banned/m)
    server.cluster.carryOut('ban 1 3000')
    await prints(/(\+ warning node-banned[\s\S]*){2}/)
    child.kill('SIGINT')
    expect(await ended).toEqual([2, null])
    expect(output.stderr).toBe('')
    expect(output.stdout).not.toContain('\x1b')
  }, 90_000)

  it('writes one document per line for each change as JSON', async () => {
    const { server, env, config } = await served()
    const { child, output, ended, prints } = running(['verify', '--interval=1', '--json', '-H', 'root@node0', ...config], env)
    server.cluster.carryOut('ban 1 3000')
    await prints('node-banned')
    child.kill('SIGTERM')
    expect(await ended).toEqual([2, null])
    expect(output.stderr).toBe('')
    expect(documentFaults(['verify', '--interval', '--json'], output.stdout)).toEqual([])
    const documents = output.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(documents.at(-1)).toMatchObject({ formatVersion: 1, at: expect.stringMatching(/Z$/), cleared: [] })
  }, 60_000)

  it('continues while the cluster cannot be reached, and reports that once', async () => {
    const { server, env, config } = await served()
    const { child, output, ended, prints } = running(['verify', '--interval', '1', '-H', 'root@node0', ...config], env)
    await prints('reporting only changes')
    const known = readFileSync(server.knownHostsPath ?? '', 'utf8')
    writeFileSync(server.knownHostsPath ?? '', '')
    await server[Symbol.asyncDispose]()
    await prints(/! cannot audit: /)
    child.kill('SIGINT')
    const [status] = await ended
    // That of the failure, which depends on how far the server had gone, and not that of an audit.
    expect([null, 0, 2, 3]).not.toContain(status)
    expect(output.stdout.match(/cannot audit/g)).toHaveLength(1)
    expect(`${output.stdout}${output.stderr}`).not.toContain('    at ')
    expect(known).not.toBe('')
  }, 60_000)

  it('does not succeed when it is interrupted before its first audit', async () => {
    const { child, ended, output } = running(['verify', '--interval', '1', '--sim', '--sim-nodes', '60'], {})
    setTimeout(() => child.kill('SIGINT'), 400)
    const [status, signal] = await ended
    expect(status === 130 || signal === 'SIGINT', `${status} ${signal} ${output.stdout}`).toBe(true)
    expect(output.stderr).toBe('')
  })
})

const hasKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined

describe('without a terminal', () => {
  it.skipIf(!hasKeygen)('nobody is asked for a passphrase', async () => {
    const { server, run } = await served()
    spawnSync('ssh-keygen', ['-p', '-q', '-a', '1', '-P', '', '-N', 'secret', '-f', server.sshKeyPath ?? ''])
    const { stdout, stderr, status } = await run('verify', '--host', 'root@node0')
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
    expect(stderr).toContain('it needs a passphrase, and none was given')
    expect(stderr).toContain('ssh-add')
  })
})
