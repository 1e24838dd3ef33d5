import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serve } from '../support/served-cluster.ts'

const canIsolate = spawnSync('unshare', ['-rm', 'true']).status === 0
if (!canIsolate) process.stderr.write('SKIPPED: no namespaces can be created here, so nodes in containers are not tried\n')

let cluster: Awaited<ReturnType<typeof serve>>
/** Runs a command in a mount namespace in which a node's socket is where CTDB has it. */
let enter: string

beforeAll(async () => {
  cluster = await serve({ upForMs: 20_000 })
  enter = cluster.dir.file('enter')
  const script = `#!/bin/sh
node=$1
shift
exec unshare -rm sh -c 'mount -t tmpfs none /run && mkdir /run/ctdb && mount --bind "$0" /run/ctdb && exec "$@"' "${cluster.server.directory}/n$node/run" "$@"
`
  writeFileSync(enter, script, { mode: 0o755 })
  mkdirSync(cluster.dir.file('empty'), { recursive: true })
})
afterAll(async () => await cluster[Symbol.asyncDispose]())

describe.runIf(canIsolate)('nodes in containers', () => {
  it('are asked through a command', async () => {
    const { stdout, stderr, status } = await cluster.run('ip', '--run', `${enter} 1`)
    expect(stdout).toContain('Public IPs on node 1')
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
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

  it('that do not exist are named', async () => {
    const { stderr, status } = await cluster.run('ip', '--run', '/nowhere/podman exec -i ctdb')
    expect(stderr).toMatch(/^ctdbts: `\/nowhere\/podman` on this machine cannot be started: /)
    expect(status).toBe(1)
  })
})
