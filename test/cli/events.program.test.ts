import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { EventStatus } from '../../src/lib/wire/eventd.ts'
import { EventServer } from '../support/event-server.ts'
import { ctdbts, RUN_JS, type RunResult } from '../support/program.ts'
import { simulatedIn } from '../support/simulated.ts'
import { tempDir } from '../support/temp-dir.ts'

const EVENTD = '/usr/libexec/ctdb/ctdb-eventd'
const hasCtdb = existsSync(EVENTD) && existsSync('/usr/bin/ctdb')
if (!hasCtdb) process.stderr.write('\nThe tests side by side with ctdb-event are SKIPPED: apt-get install ctdb\n')

const shown = ({ stdout, stderr, status }: RunResult) => ({ stdout, stderr, status })

/** A folder for test mode, with event scripts. */
function base(scripts: Record<string, string> = {}) {
  const dir = tempDir()
  onTestFinished(() => dir[Symbol.dispose]())
  for (const folder of ['run', 'var', 'events/legacy', 'share/events/legacy']) mkdirSync(dir.file(folder), { recursive: true })
  writeFileSync(dir.file('ctdb.conf'), '')
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(dir.file(`events/legacy/${name}.script`), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  }
  const env = { CTDB_TEST_MODE: '1', CTDB_BASE: dir.path, CTDB_TEST_HELPER_BINDIR: '/usr/libexec/ctdb', TZ: 'UTC' }
  const ours = async (...argv: string[]) => shown(await ctdbts(argv, env))
  const theirs = async (...argv: string[]) => {
    const { stdout, stderr, exitCode = -1 } = await execa('/usr/bin/ctdb', argv, { env, reject: false, stripFinalNewline: false })
    return { stdout, stderr, status: exitCode }
  }
  return { dir, env, ours, theirs }
}

async function withDaemon(scripts: Record<string, string>) {
  const place = base(scripts)
  const daemon = spawn(EVENTD, { env: { ...process.env, ...place.env }, stdio: 'ignore' })
  onTestFinished(async () => {
    daemon.kill()
    await once(daemon, 'exit')
  })
  await expect.poll(() => existsSync(place.dir.file('run/eventd.socket')), { timeout: 10_000 }).toBe(true)
  return place
}

const at = (seconds: number, microseconds = 0) => ({ seconds, microseconds })

describe('event status', () => {
  const status = async (answer: EventStatus, ...options: string[]) => {
    const { dir, ours } = base()
    await using _ = await new EventServer(() => answer).listen(dir.file('run/eventd.socket'))
    return await ours('event', 'status', 'legacy', 'monitor', ...options)
  }
  const script = (name: string, result: number, output = '', begin = 100) => ({
    name,
    begin: at(begin),
    end: at(begin, 2_500),
    result,
    output,
  })

  it('shows the result of each script, with its output, on lines of its own if there are several', async () => {
    const scripts = [script('00.ok', 0), script('10.said', 0, 'fine\n\n'), script('20.lines', 3, 'one\n\n\u001b[31mtwo\n')]
    const more = [script('30.late', -110), script('40.off', -8), script('50.not', -2), script('60.never', -42)]
    const { stdout, status: exit } = await status({ result: 0, summary: 3, scripts: [...scripts, ...more] })
    const began = 'Thu Jan  1 00:01:40 1970'
    expect(stdout).toBe(
      [
        `00.ok                OK         0.003 ${began}`,
        `10.said              OK         0.003 ${began}`,
        '  OUTPUT: fine',
        `20.lines             ERROR      0.003 ${began}`,
        '  OUTPUT:',
        '    one',
        '    ',
        '    \\x1b[31mtwo',
        `30.late              TIMEDOUT   ${began}`,
        '  OUTPUT: ',
        '40.off               DISABLED  ',
        '50.not               CANNOT RUN (No such file or directory)',
        '  OUTPUT: ',
        '',
      ].join('\n'),
    )
    expect(exit).toBe(3)
  })

  it('leaves out results of an earlier run', async () => {
    const scripts = [script('00.now', 1), script('10.before', 0, '', 50), script('20.before', 0, '', 51)]
    const { stdout } = await status({ result: 0, summary: 1, scripts }, '--json')
    expect(JSON.parse(stdout)).toEqual({
      formatVersion: 1,
      component: 'legacy',
      event: 'monitor',
      result: 0,
      summary: 1,
      scripts: [{ name: '00.now', begin: 100, end: 100.0025, result: 1, output: '', state: 'ERROR' }],
    })
  })

  it('reads an exit status of 64 and more as an error, as ctdb does', async () => {
    const scripts = [script('00.late', -110)]
    const { stderr, status: exit } = await status({ result: 0, summary: -110, scripts })
    expect({ stderr, exit }).toEqual({ stderr: 'event daemon helper failed with error 46\n', exit: 46 })
  })

  it('fails without an event daemon; scriptstatus reports that, too, but ends with 0', async () => {
    const { dir, ours } = base()
    const stderr = `socket connect failed - ${dir.file('run/eventd.socket')}\nFailed to initialize event client, ret=5\n`
    expect(await ours('event', 'status', 'legacy', 'monitor')).toEqual({ stdout: '', stderr, status: 5 })
    expect(await ours('scriptstatus')).toEqual({ stdout: '', stderr, status: 0 })
  })

  it('asks the event daemon of another host over SSH', async () => {
    const { run, sshConfigPath } = await simulatedIn({ ssh: true })
    const there = ['--host', 'node1', '--ssh-config', sshConfigPath]
    expect((await run('event', 'status', 'legacy', 'ipreallocated', ...there)).stdout).toMatch(/^10\.interface +OK /)
    expect((await run('scriptstatus', 'takeip', ...there)).stderr).toBe('')
    expect((await run('event', 'script', 'list', 'legacy', ...there)).stderr).toContain('cannot examine the event scripts')
  })
})

describe('event run', () => {
  it('is refused by a simulated cluster, with the reason', async () => {
    const { run, sshConfigPath } = await simulatedIn({ ssh: true })
    const runs = async (component: string) =>
      shown(await run('event', 'run', '5', component, 'monitor', '--host', 'node1', '--ssh-config', sshConfigPath))
    const { stdout, stderr, status } = await runs('legacy')
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
    expect(stderr).toMatch(/^ctdbts: the event monitor was not run: a simulated cluster does not run events by hand\n/)
    expect(await runs('other')).toEqual({ stdout: 'Event dir for other does not exist\n', stderr: '', status: 2 })
  })
})

describe('event', () => {
  it('shows its usage for unknown arguments, and needs no node', async () => {
    const { ours } = base()
    for (const words of [
      [],
      ['foo'],
      ['script'],
      ['status', 'legacy'],
      ['script', 'enable', 'a', 'b', 'c'],
      ['run', '5', 'legacy'],
    ]) {
      expect(await ours('event', ...words)).toMatchObject({ stdout: expect.stringMatching(/^Usage: /), stderr: '', status: 1 })
    }
    expect((await ours('-n', '0', 'event', 'status', 'a', 'b')).stderr).toBe('Cannot specify node for command event\n')
    expect((await ours('scriptstatus', 'a', 'b')).stdout).toContain('scriptstatus ')
  })

  it.skipIf(!hasCtdb)('run: gives the same results as ctdb', async () => {
    const place = await withDaemon({ '10.ok': 'true', '20.bad': '[ $1 = slow ] && exec sleep 9; [ $1 = good ] || exit 7' })
    for (const words of [
      ['event', 'run', '5', 'legacy', 'good'],
      ['event', 'run', '5', 'legacy', 'bad', 'a', 'b c'],
      // The limit of a control is none for an event; that of the whole command is.
      ['-t', '1', 'event', 'run', '2', 'legacy', 'slow'],
      ['-T', '1', 'event', 'run', '2', 'legacy', 'slow'],
      ['event', 'run', '1', 'legacy', 'slow'],
      ['event', 'run', '5', 'none', 'x'],
    ]) {
      const result = await place.ours(...words)
      expect(result).toEqual(await place.theirs(...words))
    }
    for (const words of [
      ['legacy', 'good'],
      ['legacy', 'bad'],
      ['legacy', 'slow'],
      ['legacy', 'never'],
      ['none', 'x'],
    ]) {
      expect(await place.ours('event', 'status', ...words)).toEqual(await place.theirs('event', 'status', ...words))
    }
  })

  it.skipIf(!hasCtdb)('run: continues without us after Ctrl-C, which is reported', async () => {
    const { env, dir } = await withDaemon({ '10.slow': 'touch "$(dirname "$0")/../../begun"; exec sleep 3' })
    const argv = [RUN_JS, 'event', 'run', '5', 'legacy', 'slow']
    const child = spawn(process.execPath, argv, { env: { ...process.env, ...env } })
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk)
    })
    await expect.poll(() => existsSync(dir.file('begun'))).toBe(true)
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([130, null])
    expect(stderr).toContain('the event slow was started and continues')
  })
})

describe('event script', () => {
  /** Provided: 00.a (linked), 10.b; a dangling link; one's own, one of them not executable, one with the name of a provided one. */
  function scripts() {
    const place = base({ '50.own': '', '60.off': '', bad: '' })
    const provided = (name: string) => place.dir.file(`share/events/legacy/${name}.script`)
    const configured = (name: string) => place.dir.file(`events/legacy/${name}.script`)
    for (const name of ['00.a', '10.b', '50.own']) writeFileSync(provided(name), '#!/bin/sh\n', { mode: 0o755 })
    symlinkSync(provided('00.a'), configured('00.a'))
    symlinkSync('/nowhere', configured('20.gone'))
    symlinkSync(provided('10.b'), configured('30.alias'))
    mkdirSync(configured('70.folder'))
    chmodSync(configured('60.off'), 0o644)
    return place
  }

  it('list shows provided scripts, then local ones', async () => {
    const { ours } = scripts()
    const stdout = '* 00.a\n  10.b\n  50.own\n\n  20.gone\n* 30.alias\n* 50.own\n  60.off\n* 70.folder\n'
    expect(await ours('event', 'script', 'list', 'legacy')).toEqual({ stdout, stderr: '', status: 0 })
    const { stdout: json } = await ours('event', 'script', 'list', 'legacy', '--json')
    expect(JSON.parse(json).scripts[0]).toEqual({ name: '00.a', enabled: true, origin: 'ctdb' })
  })

  it.skipIf(!hasCtdb).each(
    ['enable', 'disable'].flatMap((action) =>
      ['00.a', '10.b', '20.gone', '50.own', '60.off', '70.folder', 'bad', '99.none', '$(touch x)'].map((name) => ({
        action,
        name,
      })),
    ),
  )('$action $name does what ctdb does', async ({ action, name }) => {
    const [one, other] = [scripts(), scripts()]
    const ours = await one.ours('event', 'script', action, 'legacy', name)
    const theirs = await other.theirs('event', 'script', action, 'legacy', name)
    const told = JSON.stringify(theirs).replaceAll(other.dir.path, one.dir.path)
    expect(JSON.stringify(ours)).toBe(told)
    const list = async ({ theirs: ctdb, dir }: typeof one) => [
      await ctdb('event', 'script', 'list', 'legacy'),
      readdirSync(dir.file('events/legacy')),
    ]
    expect(await list(one)).toEqual(await list(other))
  })
})
