import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../src/lib/cluster/node.ts'
import { answerAs, threeNodes } from '../support/cluster-script.ts'
import { ctdbts } from '../support/program.ts'
import { ScriptedDaemon } from '../support/scripted-daemon.ts'
import { makeSnapshot } from '../support/snapshots.ts'
import { tempDir } from '../support/temp-dir.ts'

/** A file with a snapshot in which node 2 is banned and its address has to move. */
function snapshotFile() {
  const dir = tempDir()
  const path = dir.file('snapshot.json')
  writeFileSync(path, JSON.stringify(makeSnapshot({ owners: [0, 1, 2, null], flags: { 2: NODE_FLAG.BANNED } })))
  return { path, [Symbol.dispose]: () => dir[Symbol.dispose]() }
}

const plan = (path: string, ...argv: string[]) => ctdbts(['takeover-run', '--dry-run', '--from', path, ...argv])

describe('takeover-run --dry-run', () => {
  it('shows what changes and why, the counts, and a summary in one line', async () => {
    using file = snapshotFile()
    const { stdout, status } = await plan(file.path)
    expect(stdout).toMatch(
      /│ ~ │ 10\.0\.0\.3 │ 2 +│ \d +│ node 2 cannot host it: it is BANNED\|INACTIVE; on node \d it costs least/,
    )
    expect(stdout).toMatch(/│ \+ │ 10\.0\.0\.4 │ nobody │ \d +│ nobody owns it; on node \d it costs least/)
    expect(stdout).toMatch(/│ 2 +│ 1 +│ 0 \(-1\) │/)
    expect(stdout).toMatch(/\n1 to move, 1 to assign, 0 to release; 2 stay, 0 unhosted \(lcp2, leader 0\)\n$/)
    expect(stdout).not.toContain('10.0.0.1 ')
    expect(status).toBe(0)
  })

  it('explains every address with --explain', async () => {
    using file = snapshotFile()
    const { stdout } = await plan(file.path, '--explain')
    expect(stdout).toContain('10.0.0.3\n  taken from node 2, which cannot host it\n  to node ')
    expect(stdout).toContain('  not on node 2: it is BANNED|INACTIVE\n')
    expect(stdout).toContain('  RELEASE_IP to node 2: 10.0.0.1, owner 0 (redundant)\n')
  })

  it('reports with --detailed-exitcode whether anything would move', async () => {
    using file = snapshotFile()
    expect((await plan(file.path, '--detailed-exitcode')).status).toBe(2)
    const idle = ['--remove-address', '10.0.0.3', '--remove-address', '10.0.0.4']
    expect((await plan(file.path, '--detailed-exitcode', ...idle)).status).toBe(0)
    expect((await plan('/nowhere', '--detailed-exitcode')).status).toBe(1)
  })

  it('gives the plan as JSON', async () => {
    using file = snapshotFile()
    const { stdout } = await plan(file.path, '--json', '--down', '1', '--set', 'NoIPFailback=1')
    expect(JSON.parse(stdout)).toMatchObject({
      formatVersion: 1,
      changes: true,
      noIpFailback: true,
      counts: [
        { pnn: 0, before: 1, after: 4 },
        { pnn: 1, before: 1, after: 0 },
        { pnn: 2, before: 1, after: 0 },
      ],
    })
  })

  it('gives each run of a what-if as JSON', async () => {
    using file = snapshotFile()
    const { stdout } = await plan(file.path, '--json', '--unban', '2')
    expect(JSON.parse(stdout)).toMatchObject({
      whatIf: [{ kind: 'unban', pnn: 2 }],
      course: [
        {
          cause: 'due',
          leader: 0,
          moves: [
            { address: '10.0.0.3', from: 2 },
            { address: '10.0.0.4', from: null },
          ],
        },
        { cause: 'recovery', nodes: [{ pnn: 0 }, { pnn: 1 }, { pnn: 2, flags: 0 }], failures: [] },
        { cause: 'request', moves: [] },
      ],
      assumptions: expect.any(Array),
      neededEvents: expect.arrayContaining([{ pnn: 2, event: 'ipreallocated', last: 'unknown' }]),
    })
  })

  it('shows what each run moves if several do, and reads the file of a node that is started', { timeout: 120_000 }, async () => {
    using dir = tempDir()
    writeFileSync(dir.file('scenario'), 'at 1 disable 1\nat 5 file-remove 2 172.16.146.131\nat 5 kill 2\n')
    const sim = ['--sim', '--sim-scenario', dir.file('scenario'), '--sim-at', '40', '--sim-addresses', '6']
    const { stdout, status } = await ctdbts(['takeover-run', '--dry-run', ...sim, '--start', '2', '--enable', '1', '--explain'])
    expect(stdout).toMatch(
      /^Run 1, in the recovery: moves 3 addresses\n(?: {2}172\.16\.146\.\d+: 0 to 1\n){3}Run 2, requested: moves nothing\nRun 3, when /m,
    )
    expect(stdout).toContain('  not on node 2: the address is not in its public addresses\n')
    expect(stdout).toContain(
      'Events that have to succeed:\n  releaseip on nodes 0 and 1\n  takeip on nodes 1 and 2\n  ipreallocated on nodes 0, 1 and 2\n',
    )
    expect(status).toBe(0)
  })

  it.each([
    [['--down', 'x'], '"x" is not a valid value for --down PNN'],
    [['--down', '9'], 'impossible what-if: there is no node 9'],
    [['--link-down', '1'], '"1" is not a valid value for --link-down PNN:IFACE'],
    [['--set', 'NoIPFailback'], '"NoIPFailback" is not a valid value for --set TUNABLE=VALUE'],
    [['--add-address', '10.0.0.1'], 'impossible what-if: node 0 already knows 10.0.0.1'],
    [['--add-address', '10.0.0.9/24@0,x'], '"x" is not a valid value for --add-address IP[/MASK][@PNN,…]'],
    [['--algorithm', 'random'], 'random'],
    [['--unban', '1'], 'impossible what-if: node 1 is not banned'],
    [['--continue', '2'], 'impossible what-if: node 2 is not stopped'],
    [['--start', '1'], 'impossible what-if: node 1 cannot be started: its daemon answers'],
    [['--unban', '2', '--ban', '2'], 'impossible what-if: node 2 would be both banned and unbanned'],
  ])('refuses %j with a reason', async (argv, reason) => {
    using file = snapshotFile()
    const { stdout, stderr, status } = await plan(file.path, ...argv)
    expect(stderr).toContain(reason)
    expect(stderr).not.toContain('    at ')
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
  })

  it('is required for what-ifs, and for a snapshot', async () => {
    using file = snapshotFile()
    const { stderr, status } = await ctdbts(['takeover-run', '--from', file.path])
    expect(stderr).toContain('need --dry-run')
    expect(status).toBe(1)
  })
})

describe('a snapshot', () => {
  it('taken of a cluster serves ip, status and plan as the cluster itself does', async () => {
    using dir = tempDir()
    await using daemon = await new ScriptedDaemon(dir.file('s'), answerAs({ ...threeNodes, silent: [2] })).listen()
    const env = { CTDB_SOCKET: daemon.path }
    const taken = await ctdbts(['snapshot', '-t', '1', '-o', dir.file('snapshot.json')], env)
    expect(taken.status).toBe(0)
    expect(taken.stderr).toContain('ctdbts: node 2, known: no answer to GET_PUBLIC_IPS from node 2 within 1 s')
    const snapshot = JSON.parse(readFileSync(dir.file('snapshot.json'), 'utf8'))
    expect(snapshot.nodes.map(({ runState }: { runState?: string }) => runState)).toEqual(['RUNNING', 'RUNNING', undefined])
    for (const argv of [['ip'], ['-X', 'ip', '-v', '-n', '1'], ['status'], ['-n', '9', 'ip'], ['status', '-X']]) {
      const live = await ctdbts([...argv, '-t', '1'], env)
      const { stdout, status } = await ctdbts([...argv, '--from', dir.file('snapshot.json')])
      expect([argv, stdout, status]).toEqual([argv, live.stdout, live.status])
    }
    const planned = await plan(dir.file('snapshot.json'))
    expect(planned.stdout).toContain('The takeover run would fail: node 2 does not report which addresses it knows')
  })

  it('that cannot be written leaves nothing behind', async () => {
    using dir = tempDir()
    await using daemon = await new ScriptedDaemon(dir.file('s'), answerAs(threeNodes)).listen()
    const { stderr, status } = await ctdbts(['snapshot', '-o', dir.file('none/snapshot.json')], { CTDB_SOCKET: daemon.path })
    expect(stderr).toContain('cannot write')
    expect(status).toBe(1)
  })
})

describe('takeover-run', () => {
  it('asks first, and therefore does nothing without a terminal or --yes', async () => {
    using dir = tempDir()
    await using daemon = await new ScriptedDaemon(dir.file('s'), answerAs(threeNodes)).listen()
    const { stderr, status } = await ctdbts(['takeover-run'], { CTDB_SOCKET: daemon.path })
    expect(stderr).toContain('confirmation needs a terminal')
    expect(status).toBe(1)
    const { stdout } = await ctdbts(['takeover-run', '--json'], { CTDB_SOCKET: daemon.path })
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'NOT_CONFIRMED', message: '--json needs --yes' } })
  })
})
