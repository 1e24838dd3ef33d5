import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { uniformLayout } from '../../src/lib/sim/layout.ts'
import { startSimServer } from '../../src/transport/serve/sim-server.ts'
import { ctdbts, RUN_JS } from '../support/program.ts'
import { folder, served } from '../support/served-cluster.ts'
import { hasTmux, openTerminal } from '../support/terminal.ts'
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
async function cluster({ speed = 5 } = {}) {
  const server = await startSimServer({ layout: uniformLayout(3, 3), era: 'now', seed: 1, speed })
  return {
    carryOut: (line: string) => server.cluster.carryOut(line),
    env: { CTDB_SOCKET: server.nodes[0]?.socketPath ?? '' },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

describe('ctdbts watch --once', () => {
  it('prints what the screen would show: text alone in a pipe, of 80 columns at most', async () => {
    const { stdout, stderr, status } = await ctdbts(['watch', '--once', '--sim', '--sim-addresses', '20', '--sim-nodes', '4'])
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^an embedded cluster .*4 nodes .*20 addresses/)
    expect(lines.filter((line) => /^172\.16\.146\.\d+ .* held/.test(line))).toHaveLength(20)
    expect(lines.at(-1)).toMatch(/seen at \d\d:\d\d:\d\d$/)
    expect(stdout).not.toContain('\x1b')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it('draws with ASCII alone where the locale does not say UTF-8', async () => {
    const { stdout } = await ctdbts(['watch', '--once', '--sim'], { LC_ALL: 'C' })
    expect(stdout).toMatch(/^[\n -~]+$/)
  })

  it('with --json writes one document of how things stand, in one line', async () => {
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

describe('ctdbts watch, when there is a bug in what nobody waits for,', () => {
  it('ends with one line that says so, and fails', async () => {
    const bug = withBug()
    const watching = startWatch(['--sim'], bug.env)
    await watching.next(/watching 3 nodes/)
    bug.now()
    expect(await watching.ended).toBe(1)
    expect(watching.stderr()).toBe('ctdbts: this should not have happened, please report it: Error: nobody expected this\n')
  })

  it('with --json says so in JSON', async () => {
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
  ] as const)('tells first what it watches, and how that stands; %s ends it with %i', async (signal, status) => {
    const watching = startWatch(['--sim'])
    await watching.next(/watching 3 nodes and 3 addresses; node 0 leads/)
    expect(watching.lines[0]).toBe('Watching an embedded cluster, with a look every 2 s')
    expect(await watching.end(signal)).toBe(status)
    expect(watching.stderr()).toBe('')
  })

  it('tells what happens by a scenario, in its own time, one event a line', async () => {
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

  it('tells of a daemon that is killed and comes back, and goes on', async () => {
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

  it('says of a step of the scenario that cannot be carried out which it is, and fails in the end', async () => {
    const dir = folder()
    writeFileSync(dir.file('story'), 'at 0.1 crash 7\nat 0.2 crash 2\n')
    const watching = startWatch(['--sim-scenario', dir.file('story')])
    await watching.next(/crash 2/)
    expect(watching.stderr()).toMatch(/^ctdbts: line 1 of the scenario \(crash 7\): .+\n$/)
    watching.child.kill('SIGINT')
    await watching.ended
  })

  it('fails plainly when there is nothing to watch', async () => {
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
    [['-n', '1'], /watch takes no -n/],
    [['-T', '5'], /watch takes no -T without --once/],
    [['--table'], /watch takes no --table/],
    [['-X'], /no output with separators/],
    [['--sim', '--host', 'node1'], /either a real cluster can be asked \(--host\) or a simulated one/],
    [['--no-plain'], /Invalid option --no-plain/],
  ])('refuses %j', async (argv, words) => {
    const { stderr, status } = await ctdbts(['watch', ...argv])
    expect(stderr).toMatch(words)
    expect(status).toBe(1)
  })
})

it('ctdbts watch --help offers nothing that is refused, and says what is meant here', async () => {
  const { stdout } = await ctdbts(['watch', '--help'], { COLUMNS: '200' })
  expect(stdout).not.toMatch(/--(node|table|machine-readable|machine-parsable|separator|ctdb-json)\b/)
  const words = stdout.replace(/\s+/g, ' ')
  expect(words).toContain('with --once: give up after so many seconds')
  expect(words).not.toContain('at the last step of the scenario')
  expect(words).not.toContain('what has happened to it before')
})

/** With variables that the terminal does not set. */
function inTerminal(argv: string, env: Record<string, string> = {}) {
  const words = Object.entries({ CI: '', LC_ALL: 'C.UTF-8', ...env }).map(([name, value]) => `${name}='${value}'`)
  return openTerminal(`env ${words.join(' ')} '${process.execPath}' '${RUN_JS}' watch ${argv}`)
}

describe.skipIf(!hasTmux)('ctdbts watch on a terminal', () => {
  it.each([
    ['--plain', {}],
    ['', { TERM: 'dumb' }],
    ['', { CI: 'true' }],
  ])('writes lines with %j and %j', async (argv, env) => {
    await using terminal = await inTerminal(`--sim ${argv}`, env)
    expect(await terminal.shows('watching 3 nodes')).toContain('Watching an embedded cluster')
    await terminal.press('C-c')
    await terminal.shows('status 130')
  })

  it('takes the screen, and gives it back', async () => {
    await using terminal = await inTerminal('--sim')
    await terminal.shows('? help')
    expect(await terminal.asks('#{alternate_on}')).toBe('1')
    await terminal.press('q')
    await terminal.shows('status 0')
    expect(await terminal.asks('#{alternate_on} #{cursor_flag}')).toBe('0 1')
  })

  it.each([
    ['80×24 where nothing says more', {}, 80, 23],
    ['what COLUMNS and LINES say', { COLUMNS: '60', LINES: '20' }, 60, 19],
  ])('takes a terminal that does not know its size for %s', async (_, env, columns, rows) => {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    const watch = `CI= LC_ALL=C.UTF-8 ${variables.join(' ')} '${process.execPath}' '${RUN_JS}' watch --sim --sim-addresses 30`
    await using once = await openTerminal(`stty cols 0 rows 0; ${watch} --once`)
    const frame = (await once.shows('status 0')).split('\n')
    expect(frame.findIndex((line) => line.includes('status 0'))).toBe(rows)
    expect(frame[0]?.length).toBe(columns)
    await using screen = await openTerminal(`stty cols 0 rows 0; ${watch}`)
    const shown = await screen.shows('? help')
    const lines = shown.trimEnd().split('\n')
    expect(lines).toHaveLength(rows + 1)
    expect(lines[0]?.length).toBe(columns)
    await screen.press('q')
    await screen.shows('status 0')
  })

  it('writes nothing for the terminal into a file that standard error goes to', async () => {
    const dir = folder()
    await using terminal = await inTerminal(`--sim 2> ${dir.file('err')}`)
    await terminal.shows('? help')
    await terminal.press('q')
    await terminal.shows('status 0')
    expect(await terminal.asks('#{alternate_on} #{cursor_flag}')).toBe('0 1')
    expect(readFileSync(dir.file('err'), 'utf8')).toBe('')
  })

  it.each([
    ['TERM', 143],
    ['INT', 130],
    ['HUP', 129],
  ])('gives it back, with its settings, after SIG%s too, which ends it with %i', async (signal, status) => {
    const dir = folder()
    const pidFile = dir.file('pid')
    const watch = `LC_ALL=C.UTF-8 CI= sh -c 'echo $$ > ${pidFile}; exec "${process.execPath}" "${RUN_JS}" watch --sim'`
    const settings = (name: string) => readFileSync(dir.file(name), 'utf8')
    await using terminal = await openTerminal(
      `stty -a > ${dir.file('before')}; ${watch}; s=$?; stty -a > ${dir.file('after')}; (exit $s)`,
    )
    await terminal.shows('? help')
    process.kill(Number(readFileSync(pidFile, 'utf8')), `SIG${signal}`)
    await terminal.shows(`status ${status}`)
    expect(await terminal.asks('#{alternate_on} #{cursor_flag}')).toBe('0 1')
    expect(settings('before')).toContain(' echo ')
    expect(settings('after')).toBe(settings('before'))
  })

  it('changes nothing over SSH, unless it was started so', async () => {
    const { env, config } = await served()
    const ways = [...config, '--host', 'node0'].map((word) => `'${word}'`).join(' ')
    await using careful = await inTerminal(ways, env)
    await careful.shows('? help')
    await careful.press('a')
    await careful.shows('read-only over SSH unless started with --no-read-only')
    await using bold = await inTerminal(`--no-read-only ${ways}`, env)
    await bold.shows('? help')
    await bold.press('a')
    await bold.shows('takeover run')
  })

  it('carries out what was agreed to, on a local cluster', async () => {
    await using sim = await cluster()
    await using terminal = await inTerminal('', sim.env)
    await terminal.shows('? help')
    await terminal.press('a')
    await terminal.shows('disable node')
    await terminal.press('Down', 'Enter')
    const question = await terminal.shows(/y does it/)
    const pnn = /Disable node (\d)/.exec(question)?.[1]
    await terminal.shows('to move')
    await terminal.press('y')
    await terminal.shows(`node ${pnn} is disabled`)
    await terminal.press('q')
    await terminal.shows('status 0')
  })

  it('waits, when it is left in the middle of a move, until takeover runs are enabled again', async () => {
    await using sim = await cluster({ speed: 1 })
    await using terminal = await inTerminal('', sim.env)
    await terminal.shows('? help')
    sim.carryOut('hang 1')
    await terminal.press('a')
    const menu = await terminal.shows(/move 172\S+ to node \d/)
    const item = menu.split('\n').filter((line) => / (takeover run|disable|enable|move) ?/.test(line))
    const at = item.findIndex((line) => line.includes('move 172'))
    await terminal.press(...Array.from({ length: at }, () => 'Down'), 'Enter')
    await terminal.shows('y does it')
    await terminal.shows('to move')
    await terminal.press('y')
    await terminal.shows(/move 172\S+ to node \d/)
    await terminal.press('q')
    await terminal.shows(/ending what is under way \(move 172\S+ to node \d\); Ctrl-C ends it at once/)
    sim.carryOut('resume 1')
    // What was agreed to did not come to its end.
    expect(await terminal.shows('status 1')).toMatch(/ctdbts: move 172\S+ to node \d: .+/)
  })
})
