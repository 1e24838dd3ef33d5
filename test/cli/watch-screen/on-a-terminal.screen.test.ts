import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { startSimServer } from '../../../src/sim/serve/sim-server.ts'
import { uniformLayout } from '../../../src/sim/world/layout.ts'
import { RUN_JS } from '../../support/program.ts'
import { folder, served } from '../../support/served-cluster.ts'
import { hasTmux, openTerminal } from '../../support/terminal.ts'

/** A cluster behind its sockets as long as the test. */
async function cluster({ speed = 5 } = {}) {
  const server = await startSimServer({ layout: uniformLayout(3, 3), era: 'now', seed: 1, speed })
  return {
    carryOut: (line: string) => server.cluster.carryOut(line),
    env: { CTDB_SOCKET: server.nodes[0]?.socketPath ?? '' },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

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
    expect(await terminal.shows('watching 3 nodes')).toMatch(/^Watching an embedded cluster, polling every 2 s\n/)
    expect(await terminal.asks('#{alternate_on}')).toBe('0')
    await terminal.press('C-c')
    await terminal.shows('status 130')
  })

  it.each([
    { size: '80×24', env: {}, columns: 80, rows: 23 },
    { size: 'that of COLUMNS and LINES', env: { COLUMNS: '60', LINES: '20' }, columns: 60, rows: 19 },
  ])('gives a terminal without a size $size', async ({ env, columns, rows }) => {
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

  it('writes no escape sequences into a file on standard error', async () => {
    const dir = folder()
    await using terminal = await inTerminal(`--sim 2> ${dir.file('err')}`)
    await terminal.shows('? help')
    await terminal.press('q')
    await terminal.shows('status 0')
    expect(await terminal.asks('#{alternate_on} #{cursor_flag}')).toBe('0 1')
    expect(readFileSync(dir.file('err'), 'utf8')).toBe('')
  })

  it('changes nothing over SSH, unless that was allowed', async () => {
    const { env, config } = await served()
    const ways = [...config, '--host', 'node0'].map((word) => `'${word}'`).join(' ')
    await using careful = await inTerminal(ways, env)
    await careful.shows('? help')
    await careful.press('a')
    await careful.shows('read-only over SSH unless started with --no-read-only')
    await using bold = await inTerminal(`--no-read-only ${ways}`, env)
    await bold.shows('? help')
    await bold.press('a')
    await bold.shows('Start a takeover run')
  })

  it('carries out confirmed actions, on a local cluster', async () => {
    await using sim = await cluster()
    await using terminal = await inTerminal('', sim.env)
    await terminal.shows('? help')
    await terminal.press('a')
    await terminal.shows('Disable node')
    await terminal.press('Down', 'Enter')
    const question = await terminal.shows(/Press y to confirm/)
    const pnn = /Disable node (\d)/.exec(question)?.[1]
    await terminal.shows('to move')
    await terminal.press('y')
    await terminal.shows(`node ${pnn} is disabled`)
    await terminal.press('q')
    await terminal.shows('status 0')
  })

  it('waits, when it is quit in the middle of a move, until takeover runs are enabled again', async () => {
    await using sim = await cluster({ speed: 1 })
    await using terminal = await inTerminal('', sim.env)
    await terminal.shows('? help')
    sim.carryOut('hang 1')
    await terminal.press('a')
    const menu = await terminal.shows(/Move 172\S+ to node \d/)
    const item = menu.split('\n').filter((line) => / (Start a takeover run|Disable|Enable|Move) ?/.test(line))
    const at = item.findIndex((line) => line.includes('Move 172'))
    await terminal.press(...Array.from({ length: at }, () => 'Down'), 'Enter')
    await terminal.shows('Press y to confirm')
    await terminal.shows('to move')
    await terminal.press('y')
    await terminal.shows(/move 172\S+ to node \d/)
    await terminal.press('q')
    await terminal.shows(/cancelling: move 172\S+ to node \d; press Ctrl-C to end at once/)
    sim.carryOut('resume 1')
    // What was agreed to did not come to its end.
    expect(await terminal.shows('status 1')).toMatch(/ctdbts: move 172\S+ to node \d: .+/)
  })
})
