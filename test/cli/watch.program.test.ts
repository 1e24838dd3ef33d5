import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { startSimServer } from '../../src/sim/serve/sim-server.ts'
import { uniformLayout } from '../../src/sim/world/layout.ts'
import { ctdbts, ctdbtsProcess } from '../support/program.ts'
import { folder } from '../support/served-cluster.ts'
import { startWatch } from '../support/watching.ts'

const SCENARIO = `nodes 3
addresses 3
at 0.5 crash 1
`

interface Document {
  readonly event: string
  readonly [name: string]: unknown
}

const documents = (lines: readonly string[]): Document[] => lines.map((line) => JSON.parse(line) as Document)

/** A cluster behind its sockets as long as the test. */
async function cluster() {
  const server = await startSimServer({ layout: uniformLayout(3, 3), era: 'now', seed: 1, speed: 5 })
  return {
    carryOut: (line: string) => server.cluster.carryOut(line),
    env: { CTDB_SOCKET: server.nodes[0]?.socketPath ?? '' },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

describe('ctdbts watch --once', () => {
  it('prints what the screen would show: in a pipe only text, at most 80 columns wide', async () => {
    const { stdout, stderr, status } = await ctdbts(['watch', '--once', '--sim', '--sim-addresses', '20', '--sim-nodes', '4'])
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^an embedded cluster .*4 nodes .*20 addresses/)
    expect(lines.filter((line) => /^172\.16\.146\.\d+ .* held/.test(line))).toHaveLength(20)
    expect(lines.at(-1)).toMatch(/seen at \d\d:\d\d:\d\d$/)
    expect(stdout).not.toContain('\x1b')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it('draws ASCII only unless the locale is UTF-8', async () => {
    const { stdout } = await ctdbts(['watch', '--once', '--sim'], { LC_ALL: 'C' })
    expect(stdout).toMatch(/^[\n -~]+$/)
  })

  it('with --json writes the state as one document, in one line', async () => {
    const { stdout, status } = await ctdbts(['watch', '--once', '--sim', '--json'])
    expect(status).toBe(0)
    expect(stdout.trimEnd()).not.toContain('\n')
    const { nodes, addresses, ...state } = JSON.parse(stdout)
    expect(state).toMatchObject({ event: 'state', formatVersion: 1, leader: 0, takeoverRunSince: null })
    expect(nodes[1]).toMatchObject({ pnn: 1, health: 'OK', runState: 'RUNNING', owns: 1, answers: true, blind: null })
    expect(addresses[0]).toMatchObject({ address: '172.16.146.131', kernel: 'held', interface: 'bond0', away: null })
  })
})

/** A Node in which something that nobody waits for goes wrong once it is told to. */
function withBug() {
  const dir = folder()
  const [program, trigger] = [dir.file('bug.mjs'), dir.file('now')]
  const lines = [
    "import { existsSync } from 'node:fs'",
    "const fail = () => void Promise.reject(new Error('nobody expected this'))",
    `const timer = setInterval(() => existsSync(${JSON.stringify(trigger)}) && (clearInterval(timer), fail()), 20)`,
    'timer.unref()',
  ]
  writeFileSync(program, lines.join('\n'))
  return { env: { NODE_OPTIONS: `--import ${pathToFileURL(program)}` }, now: () => writeFileSync(trigger, '') }
}

describe('ctdbts watch, at an uncaught error,', () => {
  it('ends with one line about it, and fails', async () => {
    const bug = withBug()
    const watching = startWatch(['--sim'], bug.env)
    await watching.next(/watching 3 nodes/)
    bug.now()
    expect(await watching.ended).toBe(1)
    expect(watching.stderr()).toBe('ctdbts: internal error, please report it: Error: nobody expected this\n')
  })

  it('with --json reports it as JSON', async () => {
    const bug = withBug()
    const watching = startWatch(['--sim', '--json'], bug.env)
    await watching.next(/watching 3 nodes/)
    bug.now()
    expect(await watching.ended).toBe(1)
    expect(watching.stderr()).toBe('')
    expect(watching.lines.join('\n')).toContain('nobody expected this')
  })
})

describe('ctdbts watch in a pipe', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('writes first what it watches, and its state; %s ends it with %i', async (signal, status) => {
    const watching = startWatch(['--sim'])
    await watching.next(/watching 3 nodes and 3 addresses; node 0 is the leader/)
    expect(watching.lines[0]).toBe('Watching an embedded cluster, polling every 2 s')
    expect(await watching.end(signal)).toBe(status)
    expect(watching.stderr()).toBe('')
  })

  it('writes what happens in a scenario, in its own time, one event per line', async () => {
    const dir = folder()
    writeFileSync(dir.file('story'), SCENARIO)
    const watching = startWatch(['--sim-scenario', dir.file('story')])
    await watching.next(/crash 1/)
    expect(await watching.next(/moved from node 1/)).toMatch(
      /^\d\d:\d\d:\d\d . address +172\.16\.146\.13\d moved from node 1 to node \d \(.+\)$/,
    )
    await watching.next(/node 1 became .*DISCONNECTED/)
    expect(await watching.end('SIGINT')).toBe(130)
  })

  it('with --json writes the state, and then one document for each thing', async () => {
    const dir = folder()
    writeFileSync(dir.file('story'), 'at 1 restart-network 0\n')
    const watching = startWatch(['--json', '-v', '--sim-scenario', dir.file('story')])
    await watching.next(/"text":"node 0 took .* again"/)
    await watching.next(/"event":"log"/)
    expect(await watching.end('SIGTERM')).toBe(143)
    const [state, ...others] = documents(watching.lines)
    expect(state).toMatchObject({ event: 'state', formatVersion: 1 })
    expect(new Set(others.map(({ event }) => event))).toEqual(new Set(['entry', 'log']))
    const entries = others.filter(({ event }) => event === 'entry')
    expect(entries.map(({ id }) => id)).toEqual(entries.map((_, index) => index + 1))
    expect(entries.find(({ kind }) => kind === 'action')).toMatchObject({
      text: 'restart-network 0',
      nodes: [0],
      formatVersion: 1,
    })
  })

  it('reports a daemon that is killed and comes back, and continues', async () => {
    await using sim = await cluster()
    const watching = startWatch(['--interval', '0.5'], sim.env)
    await watching.next(/watching 3 nodes/)
    sim.carryOut('kill 0')
    await watching.next(/ connection .*(node 0|no node)/)
    sim.carryOut('start 0')
    await watching.next(/ connection .* again/)
    expect(await watching.end('SIGINT')).toBe(130)
  })

  it('ends quietly when nobody reads any more', async () => {
    await using sim = await cluster()
    const watching = startWatch([], sim.env)
    await watching.next(/watching 3 nodes/)
    watching.child.stdout?.destroy()
    sim.carryOut('crash 2')
    expect(await watching.ended).toBe(0)
    expect(watching.stderr()).toBe('')
  })

  it('reports which step of the scenario failed, and fails in the end', async () => {
    const dir = folder()
    writeFileSync(dir.file('story'), 'at 0.1 crash 7\nat 0.2 crash 2\n')
    const watching = startWatch(['--sim-scenario', dir.file('story')])
    await watching.next(/crash 2/)
    expect(watching.stderr()).toMatch(/^ctdbts: line 1 of the scenario \(crash 7\): .+\n$/)
    watching.child.kill('SIGINT')
    await watching.ended
  })

  it('fails with an error when there is nothing to watch', async () => {
    const { stdout, stderr, status } = await ctdbts(['watch', '--socket', '/nowhere/ctdbd.socket'])
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
    expect(stderr).toMatch(/^(ctdbts: )?.+\n/)
    expect(stderr).not.toContain('    at ')
    const json = await ctdbts(['watch', '--json', '--socket', '/nowhere/ctdbd.socket'])
    expect(JSON.parse(json.stdout)).toMatchObject({ formatVersion: 1, error: { code: expect.any(String) } })
  })

  it.each([
    [['--interval', '0.4'], /--interval takes a number of seconds from 0\.5 to 3600/],
    [['--interval', 'often'], /--interval takes a number of seconds/],
    [['-n', '1'], /watch does not support -n/],
    [['-T', '5'], /watch does not support -T without --once/],
    [['--table'], /watch does not support --table/],
    [['-X'], /no output with separators/],
    [['--sim', '--host', 'node1'], /--host cannot be combined with a simulated cluster/],
    [['--no-plain'], /Invalid option --no-plain/],
  ])('refuses %j', async (argv, words) => {
    const { stderr, status } = await ctdbts(['watch', ...argv])
    expect(stderr).toMatch(words)
    expect(status).toBe(1)
  })
})

it('ctdbts watch --help offers nothing that watch refuses, and describes its own options', async () => {
  const { stdout } = await ctdbtsProcess(['watch', '--help'], { COLUMNS: '200' })
  expect(stdout).not.toMatch(/--(node|table|machine-readable|machine-parsable|separator|ctdb-json)\b/)
  const words = stdout.replace(/\s+/g, ' ')
  expect(words).toContain('With --once: total time limit in seconds')
  expect(words).not.toContain('at the last step of the scenario')
  expect(words).not.toContain('what has happened to it before')
})
