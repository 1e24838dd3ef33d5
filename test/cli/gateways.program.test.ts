import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { answerAs, threeNodes } from '../support/cluster-script.ts'
import { ctdbts, ctdbtsProcess, RUN_JS, type RunResult } from '../support/program.ts'
import { ScriptedDaemon } from '../support/scripted-daemon.ts'
import { tempDir } from '../support/temp-dir.ts'

const shown = ({ stdout, stderr, status }: RunResult) => ({ stdout, stderr, status })

/** One that has ended, and that nobody has waited for, has no command line. */
const runs = (pid: number): boolean => existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''

/** A daemon, and a script in place of CTDB's. */
async function helper(script: string) {
  const dir = tempDir()
  const daemon = await new ScriptedDaemon(dir.file('s'), answerAs(threeNodes)).listen()
  onTestFinished(async () => {
    await daemon[Symbol.asyncDispose]()
    dir[Symbol.dispose]()
  })
  for (const name of ['ctdb_natgw', 'ctdb_lvs']) writeFileSync(dir.file(name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  const env = { CTDB_TEST_MODE: '1', CTDB_BASE: dir.path, CTDB_TEST_HELPER_BINDIR: dir.path, CTDB_SOCKET: daemon.path, CTDB: '' }
  return { dir, env, run: (...argv: string[]) => ctdbtsProcess(argv, env) }
}

describe.each([
  { command: 'natgw', title: 'NAT gateway helper' },
  { command: 'lvs', title: 'LVS helper' },
])('$command', ({ command, title }) => {
  it('is answered by the installed script, with its text and exit status', async () => {
    const { run } = await helper(`echo "asked $*"; echo told >&2; [ "$1" = leader ] || exit 255`)
    expect(shown(await run(command, 'leader'))).toEqual({ stdout: 'asked leader\n', stderr: 'told\n', status: 0 })
    expect(shown(await run(command, 'x; y'))).toEqual({ stdout: 'asked x; y\n', stderr: 'told\n', status: 255 })
  })

  it('reads an exit status of 64 and more as an error, and names the signal that ended the script', async () => {
    const { run, dir } = await helper('[ "$1" = list ] && kill -9 $$; exit 66')
    expect(shown(await run(command, 'status'))).toEqual({ stdout: '', stderr: `${title} failed with error 2\n`, status: 2 })
    expect(shown(await run(command, 'list'))).toEqual({ stdout: '', stderr: `${title} terminated with signal 9\n`, status: 4 })
    chmodSync(dir.file(`ctdb_${command}`), 0o644)
    expect(shown(await run(command, 'list'))).toEqual({ stdout: '', stderr: `${title} failed with error 13\n`, status: 13 })
  })

  it('has no helper when its variable is empty', async () => {
    const { env } = await helper('echo never')
    const { stdout, stderr, status } = await ctdbts([command, 'leader'], { ...env, [`CTDB_${command.toUpperCase()}_HELPER`]: '' })
    expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: `${title} failed with error 2\n`, status: 2 })
  })

  it('lets the script call us back, and ask the daemon that was asked', async () => {
    const { run } = await helper('$CTDB pnn')
    expect(shown(await run(command, 'leader'))).toEqual({ stdout: '0\n', stderr: '', status: 0 })
  })

  it('is for the local node, with one argument', async () => {
    const { run } = await helper('echo never')
    expect((await run(command, 'leader', '-n', '1')).stderr).toBe(`Node cannot be specified for command ${command}\n`)
    for (const words of [[], ['a', 'b']]) expect((await run(command, ...words)).stdout).toContain(`${command} `)
  })
})

describe('the script', () => {
  it.each(['natgw', 'lvs'])('of %s has JSON, too', async (command) => {
    const text =
      'case $1 in leader) echo "1 10.0.0.2";; list) printf "10.0.0.1\\\\n10.0.0.2\\\\tLEADER\\\\n";; *) echo "pnn:0 10.0.0.1         OK (THIS NODE)";; esac'
    const { run } = await helper(text)
    const json = async (word: string) => JSON.parse((await run(command, word, '--json')).stdout)
    expect(await json('leader')).toEqual({ formatVersion: 1, leader: { pnn: 1, address: '10.0.0.2' } })
    expect(await json('list')).toEqual({
      formatVersion: 1,
      nodes: [
        { address: '10.0.0.1', leader: false },
        { address: '10.0.0.2', leader: true },
      ],
    })
    expect(await json('status')).toEqual({
      formatVersion: 1,
      nodes: [{ pnn: 0, address: '10.0.0.1', state: 'OK', thisNode: true }],
    })
  })

  const deaf = "trap '' TERM; "
  it.each([
    { how: 'Ctrl-C', argv: [], signal: 'SIGINT', before: '', ended: 130 },
    { how: 'Ctrl-\\', argv: [], signal: 'SIGQUIT', before: deaf, ended: 131 },
    { how: '-T', argv: ['-T', '4'], before: '', ended: 1 },
    { how: '-T, when it does not want to', argv: ['-T', '4'], before: deaf, ended: 1 },
  ] as const)('ends with us, as do its children: $how', async ({ argv, ended, before, ...by }) => {
    const { env, dir } = await helper(`${before}sleep 60 & echo $! $$ >"$CTDB_BASE/pids"; wait`)
    const child = spawn(process.execPath, [RUN_JS, ...argv, 'natgw', 'list'], {
      env: { ...process.env, ...env },
      stdio: 'ignore',
    })
    await expect.poll(() => existsSync(dir.file('pids')) && readFileSync(dir.file('pids'), 'utf8').endsWith('\n')).toBe(true)
    const began = performance.now()
    if ('signal' in by) child.kill(by.signal)
    const [status] = await once(child, 'exit')
    expect(status).toBe(ended)
    // Where it waits for more than the grace of 2 s, it is for the 10 s that all else gets.
    expect(performance.now() - began).toBeLessThan(9000)
    await sleep(100)
    const pids = readFileSync(dir.file('pids'), 'utf8').trim().split(' ').map(Number)
    expect(pids.filter(runs)).toEqual([])
  })
})
