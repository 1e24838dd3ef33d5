import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uniformLayout } from '../../src/sim/world/layout.ts'
import { ctdbts, RUN_JS } from '../support/program.ts'
import { serve } from '../support/served-cluster.ts'

const hasSsh = spawnSync('ssh', ['-V']).status === 0
if (!hasSsh && process.env.CI) throw new Error('the tests of --ssh openssh need openssh-client')
if (!hasSsh) process.stderr.write('SKIPPED: the tests of --ssh openssh need openssh-client\n')

let cluster: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  cluster = await serve()
})
afterAll(async () => await cluster[Symbol.asyncDispose]())

/** More with `OPENSSH_HOSTS=64`. */
const HOSTS = Number(process.env.OPENSSH_HOSTS ?? 12)

/** How many were open at the same time, by lines that begin with + where one begins, and with - where it ends. */
const mostAtATime = (events: readonly string[]): number => {
  let open = 0
  return Math.max(0, ...events.map((event) => (event.startsWith('+') ? ++open : --open)))
}

describe.runIf(hasSsh)('with --ssh openssh', () => {
  it.each([['ip'], ['status'], ['listnodes'], ['event', 'status', 'legacy', 'startup']])(
    '%s is as with ssh2',
    async (...argv) => {
      const { durationMs: _, ...bySsh2 } = await cluster.run(...argv, '--host', 'node1', '--ssh', 'ssh2')
      const { durationMs: __, ...byOpenssh } = await cluster.run(...argv, '--host', 'node1', '--ssh', 'openssh')
      expect(byOpenssh).toEqual(bySsh2)
      expect(byOpenssh.status).toBe(0)
    },
  )

  it('all nodes are seen through one, with one connection for each', async () => {
    const { stdout, stderr } = await cluster.run('snapshot', '-v', '--host', 'node1', '--ssh', 'openssh')
    const { nodes } = JSON.parse(stdout)
    expect(nodes.map(({ pnn, missing }: { pnn: number; missing: unknown[] }) => [pnn, missing])).toEqual([
      [0, []],
      [1, []],
      [2, []],
    ])
    expect(stderr).toContain('3 SSH connections opened\n')
  })

  it(`an audit of ${HOSTS} starts two ssh that stay for each host, and three that end, one at a time`, async () => {
    await using many = await serve({ layout: uniformLayout(HOSTS, HOSTS) })
    const [log, folder] = [many.dir.file('ssh-log'), many.dir.file('bin')]
    mkdirSync(folder)
    const real = spawnSync('sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).stdout.trim()
    // Which host, and what for; and when it has ended.
    const script = `#!/bin/sh
case "$*" in
  *" -G "*) kind=settings ;;
  *" -M "*) kind=master ;;
  *"'cat'") kind=echo ;;
  *) kind=command ;;
esac
socket=\${*#* -S }
echo "+ $kind \${socket%% *}" >> ${log}
${real} "$@"
status=$?
echo "- $kind \${socket%% *}" >> ${log}
exit $status
`
    writeFileSync(join(folder, 'ssh'), script, { mode: 0o755 })
    const env = { ...many.env, PATH: `${folder}:${process.env.PATH}` }
    const hosts = many.server.nodes.map((_, pnn) => `node${pnn}`).join()
    const { status } = await ctdbts(['verify', '--host', hosts, '--ssh', 'openssh', ...many.config], env)
    expect(status).toBe(0)
    const events = readFileSync(log, 'utf8').trim().split('\n')
    const count = (kind: string) => events.filter((event) => event.startsWith(`+ ${kind} `)).length
    expect({
      settings: count('settings'),
      masters: count('master'),
      echoes: count('echo'),
      commands: count('command'),
    }).toEqual({ settings: HOSTS, masters: HOSTS, echoes: HOSTS, commands: 2 * HOSTS })
    expect(mostAtATime(events.filter((event) => event.includes(' settings ')))).toBeLessThanOrEqual(8)
    for (const socket of new Set(events.filter((event) => event.includes(' master ')).map((event) => event.split(' ')[2]))) {
      const commands = events.filter((event) => event.includes(' command ') && event.endsWith(` ${socket}`))
      expect([commands.length, mostAtATime(commands)]).toEqual([4, 1])
    }
  })

  it('a cluster of the configuration may want it', async () => {
    cluster.configure('[clusters.prod]\nhosts = ["node0", "node1", "node2"]\nssh = "openssh"\n')
    const { stdout, stderr, status } = await cluster.run('verify', '--host', 'prod')
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toMatch(/^No problem found \(3 nodes,/)
  })

  it('failures have the codes and exit statuses of ssh2', async () => {
    const by = async (client: string) => {
      const { stderr, status } = await cluster.run('ip', '--host', 'root@127.0.0.1:1', '--ssh', client)
      return { stderr, status }
    }
    const refused = await by('openssh')
    expect(refused).toEqual(await by('ssh2'))
    expect(refused.stderr).toMatch(/^ctdbts: cannot reach 127\.0\.0\.1 \(127\.0\.0\.1, port 1\): connection refused\n/)
  })

  it('a configuration that OpenSSH refuses is named', async () => {
    const file = cluster.dir.file('bad-config')
    writeFileSync(file, 'Host *\n Nonsense yes\n')
    const { stderr, status } = await ctdbts(['ip', '--host', 'node1', '--ssh', 'openssh', '--ssh-config', file], cluster.env)
    expect(stderr).toMatch(/^ctdbts: the SSH configuration: .*bad-config: line 2: Bad configuration option: nonsense\n/)
    expect(status).toBe(1)
  })
})

describe.runIf(hasSsh)('without --ssh', () => {
  /** The servers' configuration, in which this stands for a node. */
  const withLines = (node: string, ...lines: string[]) => {
    const file = cluster.dir.file(`config-${node}`)
    const usual = readFileSync(cluster.server.sshConfigPath ?? '', 'utf8')
    writeFileSync(file, `Host ${node}\n${lines.map((line) => ` ${line}\n`).join('')}${usual}`, { mode: 0o600 })
    return ['--ssh-config', file]
  }
  const run = (...argv: string[]) => ctdbts(argv, cluster.env)

  it('OpenSSH is taken for a host that needs it, and -v says why', async () => {
    const { ssh } = cluster.server.nodes[2] ?? {}
    const config = withLines('node2', `ProxyCommand sh -c 'exec "$@"' x nc ${ssh?.host} ${ssh?.port}`)
    const { stdout, stderr, status } = await run('verify', '-v', '--host', 'node2,node0', ...config)
    expect(stdout).toMatch(/^No problem found \(3 nodes,/)
    expect(stderr).toContain('ctdbts: node2: by OpenSSH, because of ProxyCommand (')
    expect(stderr).not.toContain('node0: by OpenSSH')
    expect(stderr).toContain('ctdbts: 3 SSH connections opened\n')
    expect(status).toBe(0)
  })

  it('a node behind a host needs it, and is reached through another connection to that host', async () => {
    const config = withLines('10.11.12.3', 'VerifyHostKeyDNS yes')
    const { stdout, stderr } = await run('verify', '-v', '--host', 'node0', ...config)
    expect(stdout).toMatch(/^No problem found \(3 nodes,/)
    expect(stderr).toContain('10.11.12.3: by OpenSSH, because of VerifyHostKeyDNS (')
    expect(stderr).toContain('ctdbts: 4 SSH connections opened\n')
  })

  it('ssh2 does what it can where there is no ssh', async () => {
    const config = withLines('node1', 'ProxyCommand nc %h %p')
    const { stderr, status } = await ctdbts(['ip', '--host', 'node1', ...config], { ...cluster.env, PATH: '/nowhere' })
    expect(stderr).toMatch(/^ctdbts: .*config-node1: ProxyCommand is not supported: `nc %h %p`\n/)
    expect(status).toBe(1)
    const missing = await ctdbts(['ip', '--host', 'node1', '--ssh', 'openssh', ...config], { ...cluster.env, PATH: '/nowhere' })
    expect(missing.stderr).toMatch(/^ctdbts: there is no program `ssh` on this machine\n/)
    expect(missing.status).toBe(127)
  })
})

/** More with `OPENSSH_RUNS=200`. */
const RUNS = Number(process.env.OPENSSH_RUNS ?? 9)
const SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGINT'] as const

describe.runIf(hasSsh)('of runs that are killed', () => {
  it(`${RUNS / 3} of ${RUNS} leave no process and no socket`, async () => {
    const run = cluster.dir.file('run')
    mkdirSync(run, { mode: 0o700 })
    const env = { ...process.env, ...cluster.env, XDG_RUNTIME_DIR: run }
    const hosts = ['node0', 'node1', 'node2'].join()
    const argv = [RUN_JS, 'verify', '--ssh', 'openssh', '--host', hosts, ...cluster.config]
    let wholeMs = 0
    for (let round = 0; round < RUNS; round++) {
      const startMs = performance.now()
      const child = spawn(process.execPath, argv, { env, stdio: 'ignore' })
      const ended = once(child, 'exit')
      if (round % 3 === 2) {
        await Promise.race([ended, sleep(Math.random() * wholeMs)])
        child.kill(SIGNALS[Math.floor(round / 3) % SIGNALS.length])
      }
      const [status] = await ended
      if (round % 3 === 2) continue
      expect(status).toBe(0)
      wholeMs = performance.now() - startMs
    }
    // The path is in the command line of each ssh, and of the process that cleans up.
    const left = () => spawnSync('pgrep', ['-f', '-a', '--', run], { encoding: 'utf8' }).stdout
    await expect.poll(left).toBe('')
    expect(readdirSync(run)).toEqual([])
  })
})
