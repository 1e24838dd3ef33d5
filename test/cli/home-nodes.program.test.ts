import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ctdbts } from '../support/program.ts'
import { fails, prints } from '../support/sim-nodes.ts'
import { makeSnapshot } from '../support/snapshots.ts'
import { tempDir } from '../support/temp-dir.ts'

function snapshotFile(owners: readonly (number | null)[], version: string | undefined, tunables = {}) {
  const dir = tempDir()
  const path = dir.file('snapshot.json')
  const host = { reachedBy: 'locally', daemonAnswers: true, version, homeNodesFile: null }
  const facts = Object.fromEntries([0, 1, 2].map((pnn) => [pnn, { tunables, ...(version !== undefined && { host }) }]))
  writeFileSync(path, JSON.stringify(makeSnapshot({ owners, facts })))
  return { path, [Symbol.dispose]: () => dir[Symbol.dispose]() }
}

const homes = (path: string, ...argv: string[]) => ctdbts(['home-nodes', '--from', path, ...argv])

describe('home-nodes', () => {
  it('prints a file in which few addresses have another node than now', async () => {
    using file = snapshotFile([0, 0, 0, 1], '4.21.0', { IPAllocAlgorithm: 0 })
    expect(await homes(file.path, '--print')).toMatchObject(prints('10.0.0.1 2\n10.0.0.2 0\n10.0.0.3 0\n10.0.0.4 1\n'))
    expect(await homes(file.path, '--print', '--keep')).toMatchObject(prints('10.0.0.1 0\n10.0.0.2 0\n10.0.0.3 0\n10.0.0.4 1\n'))
    const zones = await homes(file.path, '--print', '--zone', '0,1', '--zone', '2')
    expect(zones).toMatchObject(prints('10.0.0.1 2\n10.0.0.2 2\n10.0.0.3 0\n10.0.0.4 1\n'))
  })

  it('shows what a takeover run would move with it, and without', async () => {
    using file = snapshotFile([0, 0, 0, 1], '4.21.0', { IPAllocAlgorithm: 0 })
    const { stdout, status } = await homes(file.path)
    expect(stdout).toMatch(/│ 10\.0\.0\.1 │ 2 +│ 0 +│/)
    expect(stdout).toMatch(/│ 2 +│ 0 +│ 1 +│/)
    expect(stdout).toContain(
      'With these home nodes, the next takeover run moves 1 address; as things are, it moves 3 addresses.\n',
    )
    expect(stdout).not.toContain('Note:')
    expect(status).toBe(0)
  })

  it('says why the file would not count', async () => {
    using file = snapshotFile([0, 1, 2], '4.17.12-Debian', { IPAllocAlgorithm: 2 })
    const { stdout } = await homes(file.path)
    expect(stdout).toContain(
      'Note: IPAllocAlgorithm is 2: home nodes count only after `ctdb setvar IPAllocAlgorithm 0` on all nodes, and IPAllocAlgorithm=0 in ctdb.tunables\n',
    )
    expect(stdout).toContain('Note: CTDB on nodes 0, 1 and 2 is older than 4.20 and does not read home_nodes\n')
    using unseen = snapshotFile([0, 1, 2], undefined, { IPAllocAlgorithm: 0 })
    expect((await homes(unseen.path)).stdout).toContain(
      'Note: whether CTDB on nodes 0, 1 and 2 reads home_nodes (4.20 and later) is not known\n',
    )
  })

  it('gives all of it as JSON', async () => {
    using file = snapshotFile([0, 0, 0, 1], '4.21.0', { IPAllocAlgorithm: 0 })
    expect(JSON.parse((await homes(file.path, '--json')).stdout)).toMatchObject({
      formatVersion: 1,
      homes: [{ address: '10.0.0.1', pnn: 2, owner: 0 }, {}, {}, {}],
      file: '10.0.0.1 2\n10.0.0.2 0\n10.0.0.3 0\n10.0.0.4 1\n',
      movesThen: [{ address: '10.0.0.1', from: 0, to: 2 }],
      notes: [],
    })
  })

  it.each([
    [['--zone', '0,1', '--zone', '1'], '--zone: node 1 is named twice'],
    [['--zone', ',', '--zone', '1'], '--zone: it names no node'],
  ])('refuses %j', async (argv, why) => {
    using file = snapshotFile([0, 1, 2], '4.21.0')
    expect(await homes(file.path, ...argv)).toMatchObject(
      fails(`ctdbts: ${why}\n  give the PNNs of its nodes, as in --zone 0,1 --zone 2,3\n`),
    )
  })

  it.each([
    ['0,x', 'Invalid node x'],
    ['0,7', 'Node 7 does not exist'],
  ])('refuses --zone %s as -n does', async (zone, why) => {
    using file = snapshotFile([0, 1, 2], '4.21.0')
    const { stderr, status } = await homes(file.path, '--zone', zone)
    expect({ stderr, status }).toEqual({ stderr: `${why}\n`, status: 1 })
  })
})
