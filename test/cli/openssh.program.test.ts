import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ctdbts } from '../support/program.ts'
import { serve } from '../support/served-cluster.ts'

const hasSsh = spawnSync('ssh', ['-V']).status === 0
if (!hasSsh && process.env.CI) throw new Error('the tests of --ssh openssh need openssh-client')
if (!hasSsh) process.stderr.write('SKIPPED: the tests of --ssh openssh need openssh-client\n')

let cluster: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  cluster = await serve()
})
afterAll(async () => await cluster[Symbol.asyncDispose]())

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
