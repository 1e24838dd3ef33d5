import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/cli/config-file.ts'
import { uniformLayout } from '../../src/sim/world/layout.ts'
import { canIsolate } from '../support/namespaces.ts'
import { ctdbts, RUN_JS } from '../support/program.ts'
import { serve } from '../support/served-cluster.ts'

type Served = Awaited<ReturnType<typeof serve>>

let cluster: Served
/** Runs a command in a mount namespace in which a node's socket is where CTDB has it. */
let enter: string

beforeAll(async () => {
  cluster = await serve({ upForMs: 20_000 })
  enter = entranceTo(cluster)
  mkdirSync(cluster.dir.file('empty'), { recursive: true })
})
afterAll(async () => await cluster[Symbol.asyncDispose]())

function entranceTo({ dir, server }: Served): string {
  const script = `#!/bin/sh
node=$1
shift
exec unshare -rm sh -c 'mount -t tmpfs none /run && mkdir /run/ctdb && mount --bind "$0" /run/ctdb && exec "$@"' "${server.directory}/n$node/run" "$@"
`
  writeFileSync(dir.file('enter'), script, { mode: 0o755 })
  return dir.file('enter')
}

/** As kubectl: words pass unchanged; only with -i is there an input; no signal gets through; it adds a line where a command fails. */
function writeKubectl({ dir }: Served, entrance: string): void {
  const kubectl = `#!/bin/sh
[ "$1 $2 $3 $4" = "exec -i -n smb" ] && [ "$6 $7 $8" = "-c ctdb --" ] || { echo "error: $*" >&2; exit 1; }
case $5 in
  smb-[0-2]) pod=\${5#smb-} ;;
  *) echo "Error from server (NotFound): pods \\"$5\\" not found" >&2; exit 1 ;;
esac
shift 8
setsid -w "${entrance}" "$pod" "$@"
status=$?
[ "$status" = 0 ] || echo "command terminated with exit code $status" >&2
exit "$status"
`
  writeFileSync(dir.file('kubectl'), kubectl, { mode: 0o755 })
}

describe.runIf(canIsolate)('nodes in containers', () => {
  it('are asked through a command', async () => {
    const { stdout, stderr, status } = await cluster.run('ip', '--run', `${enter} 1`)
    expect(stdout).toContain('Public IPs on node 1')
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  })

  it('run ctdb there for commands that need a file', async () => {
    mkdirSync(cluster.dir.file('bin'))
    writeFileSync(cluster.dir.file('bin/ctdb'), `#!/bin/sh\nexec '${process.execPath}' '${RUN_JS}' "$@"\n`, { mode: 0o755 })
    const way = `env PATH=${cluster.dir.file('bin')}:${process.env.PATH} ${enter} 1`
    const on1 = async (...argv: string[]) => {
      const { stdout, stderr, status } = await ctdbts(['--run', way, ...argv], cluster.env)
      return [stdout, stderr, status]
    }
    expect(await on1('attach', 'p.tdb', 'persistent')).toEqual(['', '', 0])
    expect(await on1('pstore', 'p.tdb', '--', '-key', '0x76ff')).toEqual(['', '', 0])
    expect((await on1('cattdb', 'p.tdb'))[0]).toContain('key(4) = "-key"\ndmaster: 1\n')
    expect(await on1('pdelete', 'p.tdb', 'absent')).toEqual(['', '', 0])
    expect(await on1('attach', 'v.tdb')).toEqual(['', '', 0])
    expect(await on1('writekey', 'v.tdb', 'key', 'value')).toEqual(['', '', 0])
    expect(await on1('readkey', 'v.tdb', 'key')).toEqual(['Data: size:5 ptr:[value]\n', '', 0])
    expect(await on1('deletekey', 'v.tdb', 'key')).toEqual(['', '', 0])
    expect(await on1('pfetch', 'v.tdb', 'key')).toEqual(['', 'Transactions not supported on DB v.tdb\n', 1])
    expect(await on1('tfetch', '/nonexistent', 'key')).toEqual(['', 'Failed to open TDB file /nonexistent\n', 1])
    const [, problem, status] = await on1('pfetch', 'p.tdb', 'key', '--table')
    expect([problem, status]).toEqual([expect.stringContaining('prints its text only'), 1])
    expect((await on1('pushrecord', 'v.tdb', 'key', 'value'))[1]).toContain('cannot be used with --host or --run')
    expect((await on1('ptrans', 'p.tdb', '/dev/null'))[1]).toContain('cannot be used with --host or --run')
  })

  it('refuse a socket of which the ctdb there does not know', async () => {
    const elsewhere = `${cluster.server.directory}/n2/run/ctdbd.socket`
    mkdirSync(cluster.dir.file('own'))
    writeFileSync(cluster.dir.file('own/ctdb'), `#!/bin/sh\nexec '${process.execPath}' '${RUN_JS}' "$@"\n`, { mode: 0o755 })
    const way = `env PATH=${cluster.dir.file('own')}:${process.env.PATH} ${enter} 1`
    const pnn = (socket: string) => ctdbts(['--run', way, '--socket', socket, 'pfetch', 'nosuch.tdb', 'key'], cluster.env)
    expect((await pnn('/run/ctdb/ctdbd.socket')).stderr).toContain('nosuch.tdb')
    expect((await pnn(elsewhere)).stderr).toMatch(/^ctdbts: the `ctdb` on .* asks another daemon than that of the socket given\n/)
  })

  it('are found by their names', async () => {
    const { stdout } = await cluster.run('pnn', '--host', '2,0', '--run', `${enter} {node}`)
    expect(stdout).toBe('2\n')
  })

  it('are reached by the name of a cluster', async () => {
    cluster.configure(`[clusters.pods]\nhosts = ["0", "1", "2"]\nrun = [${JSON.stringify(enter)}, "{node}"]\n`)
    const { stdout } = await cluster.run('snapshot', '--host', 'pods')
    const { nodes } = JSON.parse(stdout)
    expect(nodes.map(({ pnn, runState }: { pnn: number; runState: string }) => [pnn, runState])).toEqual([
      [0, 'RUNNING'],
      [1, 'RUNNING'],
      [2, 'RUNNING'],
    ])
  })

  it('are found by their numbers, also those that no list names', async () => {
    cluster.configure(`[clusters.pods]\nhosts = ["smb-0", "smb-1"]\nrun = [${JSON.stringify(enter)}, "{index}"]\n`)
    const { nodes } = JSON.parse((await cluster.run('snapshot', '--host', 'pods')).stdout)
    expect(nodes.map(({ pnn, runState }: { pnn: number; runState: string }) => [pnn, runState])).toEqual([
      [0, 'RUNNING'],
      [1, 'RUNNING'],
      [2, 'RUNNING'],
    ])
  })

  it('are pods, as a stand-in for kubectl leads into them', async () => {
    writeKubectl(cluster, enter)
    const words = ['exec', '-i', '-n', 'smb', 'smb-{index}', '-c', 'ctdb', '--']
    cluster.configure(`[clusters.pods]\nhosts = ["a", "b"]\nrun = ${JSON.stringify([cluster.dir.file('kubectl'), ...words])}\n`)
    const { stdout, stderr, status } = await cluster.run('verify', '--host', 'pods')
    expect(stdout).toContain('(3 nodes, ')
    expect({ stderr, status: status === 1 }).toEqual({ stderr: '', status: false })
    for (const argv of [['ip'], ['status'], ['pnn'], ['event', 'status', 'legacy', 'startup']]) {
      const { durationMs: _, ...inPod } = await cluster.run(...argv, '--host', 'pods')
      const { durationMs: __, ...direct } = await cluster.run(...argv, '--host', 'node0')
      expect(inPod).toEqual(direct)
    }
    const absent = await cluster.run('ip', '--run', words.with(4, 'smb-9').toSpliced(0, 0, cluster.dir.file('kubectl')).join(' '))
    expect(absent.stderr).toMatch(/^ctdbts: `.*` ran nothing: Error from server \(NotFound\): pods "smb-9" not found\n/)
    expect(spawnSync('pgrep', ['-f', '--', `^setsid -w ${enter}`]).status).toBe(1)
  })

  it('are pods, by the command and by the configuration that the docs print', async () => {
    const docs = readFileSync(new URL('../../docs/ssh.md', import.meta.url), 'utf8')
    const [, hosts, run] = /^ctdbts verify --host (\S+) --run '(kubectl [^']*)'$/m.exec(docs) ?? []
    const configs = [...docs.matchAll(/^```toml\n(.*?)^```/gms)].map(([, text = '']) => text)
    expect(configs.map((text) => Object.keys(parseConfig(text, 'config.toml').clusters))).toEqual([['prod'], ['pods', 'ceph']])
    await using two = await serve({ layout: uniformLayout(2, 2), upForMs: 20_000 })
    writeKubectl(two, entranceTo(two))
    two.configure(configs.find((text) => text.includes('[clusters.pods]')) ?? '')
    const env = { ...two.env, PATH: `${two.dir.path}:${process.env.PATH}` }
    const { stdout, stderr } = await ctdbts(['verify', '--host', hosts ?? '', '--run', run ?? ''], env)
    expect({ stderr, nodes: /\((\d+) nodes, /.exec(stdout)?.[1] }).toEqual({ stderr: '', nodes: '2' })
    const { nodes } = JSON.parse((await ctdbts(['snapshot', '--host', 'pods'], env)).stdout)
    expect(nodes).toMatchObject([{ runState: 'RUNNING' }, { runState: 'RUNNING' }])
  })

  it('are refused under a number that is not theirs', async () => {
    const other = cluster.dir.file('other')
    writeFileSync(other, `#!/bin/sh\nshift\nexec "${enter}" 2 "$@"\n`, { mode: 0o755 })
    const { stderr, status } = await cluster.run('ip', '--host', 'smb-0', '--run', `${other} {index}`)
    expect(stderr).toMatch(/^ctdbts: the machine behind `.*other 0` is node 2 instead of node 0\n/)
    expect(status).toBe(1)
  })

  it('have sockets of their own', async () => {
    const socketOf = (pnn: number) => JSON.stringify(`${cluster.server.directory}/n${pnn}/run/ctdbd.socket`)
    const node = (pnn: number) =>
      `"10.11.12.${pnn + 1}" = { host = "n${pnn}", socket = ${socketOf(pnn)}, run = ["env", "{node}=1"] }`
    cluster.configure(`[clusters.apart]\nhosts = ["n1"]\n[clusters.apart.nodes]\n${[0, 1, 2].map(node).join('\n')}\n`)
    const { nodes, askedNode } = JSON.parse((await cluster.run('snapshot', '--host', 'apart')).stdout)
    expect(askedNode).toBe(1)
    expect(nodes.map(({ runState }: { runState: string }) => runState)).toEqual(['RUNNING', 'RUNNING', 'RUNNING'])
  })

  it('that do not exist are named', async () => {
    const { stderr, status } = await cluster.run('ip', '--run', '/nowhere/podman exec -i ctdb')
    expect(stderr).toMatch(/^ctdbts: `\/nowhere\/podman` on this machine cannot be started: /)
    expect(status).toBe(1)
  })
})

describe('a `ctdb` behind a command', () => {
  const through = (way: string, ...argv: string[]) => ctdbts(['--run', way, ...argv], cluster.env)

  it('gets the time limits, as it may not notice that we end', async () => {
    mkdirSync(cluster.dir.file('words'))
    writeFileSync(cluster.dir.file('words/ctdb'), '#!/bin/sh\necho "$*"\n', { mode: 0o755 })
    const way = `env PATH=${cluster.dir.file('words')}:${process.env.PATH}`
    const { stdout } = await through(way, '-T', '50', '-t', '7', 'checktcpport', '445')
    expect(stdout).toMatch(/^-T [1-4]\d -t 7 checktcpport 445\n$/)
  })

  it('is not asked with -n, where ctdb refuses it', async () => {
    const { stderr, status } = await through('env', '-n', '1', 'checktcpport', '445')
    expect({ stderr, status }).toEqual({ stderr: 'Cannot specify node for command checktcpport\n', status: 1 })
  })

  it('prints nothing where a terminal mixes the outputs', async () => {
    writeFileSync(cluster.dir.file('mix'), '#!/bin/sh\nexec "$@" 2>&1\n', { mode: 0o755 })
    const { stdout, stderr } = await through(cluster.dir.file('mix'), 'checktcpport', '445')
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: expect.stringContaining('gives commands a terminal') })
  })
})
