import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RecordingWriter } from '../../src/lib/recording/writer.ts'
import { healthyCluster } from '../support/audit-cluster.ts'
import { canIsolate } from '../support/namespaces.ts'
import { ctdbts } from '../support/program.ts'
import { ABOUT } from '../support/recorded-world.ts'
import { serve } from '../support/served-cluster.ts'
import { at } from '../support/watch.ts'

type Served = Awaited<ReturnType<typeof serve>>

let cluster: Served
beforeAll(async () => {
  cluster = await serve({ upForMs: 60_000 })
})
afterAll(async () => await cluster[Symbol.asyncDispose]())

const lines = (text: string) => text.trimEnd().split('\n')

describe('history of a cluster', () => {
  it.each([
    ['ssh2', ['--ssh', 'ssh2']],
    ['OpenSSH', ['--ssh', 'openssh']],
  ])('fetches the logs of all nodes through one, over %s', async (_, how) => {
    const { stdout, stderr, status } = await cluster.run('history', '--host', 'node1', ...how)
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(lines(stdout)[0]).toMatch(/^Logs of 3 nodes from .*: \d+ lines of CTDB$/)
    expect(stdout.match(/node \d took /g)).toHaveLength(3)
  })

  it('names the logs, which are read in parts, without numbers of lines', async () => {
    const { stdout } = await cluster.run('history', '--host', 'node0', '--explain', '1', '--json')
    const { lines: all } = JSON.parse(stdout) as { lines: { file: string; line: null }[] }
    expect(all[0]).toMatchObject({ file: expect.stringMatching(/^node \d: \/var\/log\/ctdb\/log\.ctdb$/), line: null })
  })

  it('has recordings beside the logs of the nodes, and no logs', async () => {
    const [recording, log] = [cluster.dir.file('recording.jsonl'), cluster.dir.file('a.log')]
    const writer = new RecordingWriter(ABOUT)
    const snapshot = healthyCluster({ addresses: ['172.16.146.131', '172.16.146.132', '172.16.146.133'] })
    const sample = { kind: 'seen', atMs: at(1), beganMs: at(1), snapshot, heard: [0, 1, 2] } as const
    writeFileSync(recording, writer.header(at(0)) + writer.line(sample))
    writeFileSync(log, '2026/11/28 18:52:48.089075 [7]: Takeover of IP 10.0.0.1/24 on interface eth1\n')
    const { stdout, stderr, status } = await cluster.run('history', '--host', 'node0', recording)
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(lines(stdout).slice(0, 2)).toEqual([
      expect.stringMatching(/^Recording of 3 nodes /),
      expect.stringMatching(/^Logs of 3 nodes /),
    ])
    const refused = await cluster.run('history', '--host', 'node0', log)
    expect(refused.stderr).toMatch(/^ctdbts: history --host takes recordings, and .*a\.log is not a recording\n/)
    const missing = await cluster.run('history', '--host', 'node0', '/nonexistent')
    expect(missing.stderr).toMatch(/^ctdbts: cannot read \/nonexistent: ENOENT/)
  })

  it('goes on without a node that cannot be reached, and says so', async () => {
    await using other = await serve({ upForMs: 20_000 })
    other.server.cluster.carryOut('crash 2')
    const { stdout, stderr, status } = await other.run('history', '--host', 'node0')
    expect(stdout).toMatch(/^Logs of 2 nodes /)
    expect(lines(stderr)).toEqual([expect.stringMatching(/^ctdbts: node 2: /)])
    expect(status).toBe(1)
  })

  it('says what is wrong if there is nothing at all', async () => {
    const since = new Date(Date.now() + 7_200_000).toISOString()
    const { stderr, status } = await cluster.run('history', '--host', 'node0', '--at', since, '--since', since)
    expect({ stderr, status }).toEqual({ stderr: expect.stringMatching(/^ctdbts: no known line of CTDB in node /), status: 1 })
    const none = await ctdbts(['history', '--socket', '/nonexistent', '--config-dir', '/nonexistent'])
    expect(none.stderr).toContain('name the logs (`ctdbts history node0.log')
    expect(none.status).not.toBe(0)
  })

  it('reads the logs of an embedded cluster', async () => {
    const { stdout, status } = await ctdbts(['history', '--sim', '--sim-nodes', '2'])
    expect(stdout).toMatch(/^Logs of 2 nodes /)
    expect(status).toBe(0)
  })
})

describe.runIf(canIsolate)('history through a command', () => {
  it('reads the file that ctdb.conf names', async () => {
    const { dir, server } = cluster
    const enter = `#!/bin/sh
exec unshare -rm sh -c 'mount -t tmpfs none /run && mkdir /run/ctdb && mount --bind "$0" /run/ctdb && exec "$@"' "${server.directory}/n1/run" "$@"
`
    writeFileSync(dir.file('enter'), enter, { mode: 0o755 })
    mkdirSync(dir.file('etc'))
    writeFileSync(dir.file('etc/ctdb.conf'), `[logging]\n  location = file:${dir.file('ctdb log')}\n`)
    const line = (text: string) => `2026/11/28 18:52:48.089075 [7]: ${text}\n`
    writeFileSync(
      dir.file('ctdb log'),
      line('monitor event failed') + line('Node became UNHEALTHY. Ask recovery master to reallocate IPs'),
    )
    writeFileSync(dir.file('ctdb log.1'), line('Disable node'))
    execFileSync('sh', ['-c', 'xz "$0"', dir.file('ctdb log.1')])
    const run = await ctdbts(['history', '--run', dir.file('enter'), '--config-dir', dir.file('etc')], cluster.env)
    expect(run.stderr).toBe('ctdbts: reading only the log of node 1: name a node with --host to read those of all nodes\n')
    expect(lines(run.stdout).at(-1)).toContain('node 1 became DISABLED|UNHEALTHY')
    expect(run.status).toBe(0)
  })
})
