import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { unpackedBy } from '../../src/cli/history/unpack-program.ts'
import { ctdbts, RUN_JS } from '../support/program.ts'
import { tempDir } from '../support/temp-dir.ts'

const NIGHT = [0, 1, 2].map((pnn) => `test/golden/logs-4.25/node${pnn}.log`)
const UTC = { TZ: 'UTC' }

const documents = (stdout: string): Record<string, unknown>[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('history', () => {
  it('prints what was read, and one numbered line per event', async () => {
    const { stdout, stderr, status } = await ctdbts(['history', ...NIGHT], UTC)
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    const [head, first, ...others] = stdout.trimEnd().split('\n')
    expect(head).toMatch(
      /^Logs of 3 nodes from 2026-11-28 18:52:48 to 2026-11-28 18:58:20: 571 lines of CTDB, \d+ of them with unknown messages$/,
    )
    expect(first).toBe('   1 2026-11-28 18:53:02 ! takeover-run a tool disabled takeover runs for 20 s')
    expect(others.join('\n')).toContain(
      '10.99.1.136 moved from node 0 to node 1 (away for at most 2.4 s; because node 0 became UNHEALTHY)',
    )
  })

  it('prints only what concerns a time, an address and a node', async () => {
    const range = ['--since', '2026-11-28 18:55:40', '--until', '2026-11-28T18:56:00Z']
    const { stdout } = await ctdbts(['history', ...NIGHT, ...range, '--address', '10.99.1.134', '-n', '0'], UTC)
    const lines = stdout.trimEnd().split('\n').slice(1)
    expect(lines.map((line) => line.slice(40))).toEqual([
      'node 0 released 10.99.1.134 (because node 0 became STOPPED|INACTIVE)',
      expect.stringMatching(/^10\.99\.1\.134 moved from node 0 to node 1 \(away for /),
    ])
  })

  it('finds an address in any notation', async () => {
    using dir = tempDir()
    const logs = NIGHT.map((path, pnn) => {
      const file = dir.file(`node${pnn}.log`)
      writeFileSync(file, readFileSync(path, 'utf8').replaceAll('10.99.1.136', 'fd00::1'))
      return file
    })
    const { stdout } = await ctdbts(['history', ...logs, '--address', 'FD00:0::1'], UTC)
    expect(stdout).toContain('fd00::1 moved from node 0 to node 1')
  })

  it('writes a page for a browser, whole or not at all', async () => {
    using dir = tempDir()
    const file = dir.file('night.html')
    const wanted = ['history', ...NIGHT, '--until', '2026-11-28 18:53:40', '--address', '10.99.1.136', '--html']
    expect(await ctdbts([...wanted, file], UTC)).toMatchObject({ status: 0, stdout: '', stderr: '' })
    const page = readFileSync(file, 'utf8')
    expect(page).toContain('<title>node 0, from 2026-11-28 18:52:48 to 2026-11-28 18:53:33</title>')
    expect(page.match(/<li /g)).toHaveLength(2)
    expect(page).toContain('10.99.1.136 moved from node 0 to node 1 <span class="quiet">(away for at most 2.4 s;')
    expect(await ctdbts([...wanted, '/dev/full'], UTC)).toMatchObject({
      status: 1,
      stderr: 'ctdbts: cannot write /dev/full: ENOSPC: no space left on device, write\n',
    })
    expect((await ctdbts([...wanted, file, '--summary'], UTC)).status).not.toBe(0)
  })

  it('has the documents of watch with --json', async () => {
    const [head, ...entries] = documents((await ctdbts(['history', ...NIGHT, '--json'], UTC)).stdout)
    expect(head).toMatchObject({ formatVersion: 1, event: 'history', nodes: [{ node: 0 }, { node: 1 }, { node: 2 }] })
    const moved = entries.find(({ what }) => what === 'moved')
    expect(moved).toMatchObject({ formatVersion: 1, event: 'entry', kind: 'address', from: 0, cause: 'node 0 became UNHEALTHY' })
    expect(moved?.notAfter).toMatch(/^2026-11-28T18:53:36\.2/)
  })

  it('shows who owned what, numbers, the lines behind an entry, and what it does not know', async () => {
    const at = await ctdbts(['history', ...NIGHT, '--at', '2026-11-28 18:56', '--json'], UTC)
    expect(documents(at.stdout)[0]).toMatchObject({
      event: 'owners',
      addresses: expect.arrayContaining([expect.objectContaining({ address: '10.99.1.133', owner: 2 })]),
    })
    const past = await ctdbts(['history', ...NIGHT, '--at', '2027-01-01 00:00'], UTC)
    expect(past.stdout).toMatch(
      /^Owners at 2027-01-01 00:00:00 UTC:\nWhat was read ends at 2026-11-28 .* UTC: this is its last state\.\n┌/,
    )
    const none = await ctdbts(['history', ...NIGHT, '--address', '10.0.0.1', '--since', '2027-01-01 00:00'], UTC)
    expect(none.stdout).toMatch(/\nNo entry concerns 10\.0\.0\.1 since 2027-01-01 00:00:00 UTC\n$/)
    const summary = await ctdbts(['history', ...NIGHT, '--summary', '--json'], UTC)
    expect(documents(summary.stdout)[0]).toMatchObject({ event: 'summary', takeoverRuns: 20, failedRuns: 0, recoveries: 6 })
    expect((await ctdbts(['history', ...NIGHT, '--summary'], UTC)).stdout).toContain(
      'Takeover runs: 20, 0 of them failed. Recoveries: 6.',
    )
    const explained = await ctdbts(['history', ...NIGHT, '--explain', '18'], UTC)
    expect(explained.stdout).toContain(
      'Takeover of IP 10.99.1.136/24 on interface eth1\n    = the node begins to take the address',
    )
    expect(explained.stdout).toContain('node0.log:33')
    expect((await ctdbts(['history', ...NIGHT, '--unknown'], UTC)).stdout).toContain("ctdb_control error: 'node is disconnected'")
  })

  it('reads compressed files, up to where one is cut off, and standard input', async () => {
    using dir = tempDir()
    const [first = '', ...others] = NIGHT
    const packed = gzipSync(readFileSync(first))
    writeFileSync(dir.file('0.gz'), packed)
    expect((await ctdbts(['history', dir.file('0.gz'), ...others], UTC)).stdout).toContain('571 lines of CTDB')
    writeFileSync(dir.file('cut.gz'), packed.subarray(0, 2_000))
    const cut = await ctdbts(['history', `0=${dir.file('cut.gz')}`, ...others], UTC)
    expect(cut.stderr).toContain('cut.gz is damaged or cut off; read up to there')
    expect(cut.stdout).toContain('Logs of 3 nodes')
    expect(cut.status).toBe(1)
    const piped = spawnSync(process.execPath, [RUN_JS, 'history', '-', ...others], {
      input: readFileSync(first),
      encoding: 'utf8',
      env: { ...process.env, ...UTC },
    })
    expect(piped.stdout).toContain('571 lines of CTDB')
  })

  describe.each(['xz', 'bzip2'])('a log that is compressed with %s', (program) => {
    const packed = (content: Buffer) => spawnSync(program, ['-c'], { input: content, maxBuffer: 1 << 26 })
    const log = Buffer.from(readFileSync(NIGHT[0] ?? '', 'utf8').repeat(40))
    const { stdout: whole, error } = packed(log)

    it.skipIf(error)('is read', async () => {
      using dir = tempDir()
      writeFileSync(dir.file('log'), whole)
      const { stdout, stderr, status } = await ctdbts(['history', dir.file('log'), '--json'], UTC)
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
      expect(documents(stdout)[0]).toMatchObject({ logs: [{ lines: log.toString().split('\n').length - 1 }] })
    })

    it.skipIf(error)('is read as far as it goes, and named if it is cut off', async () => {
      using dir = tempDir()
      writeFileSync(dir.file('log'), whole.subarray(0, whole.length - 20))
      writeFileSync(dir.file('other'), readFileSync(NIGHT[1] ?? ''))
      const { stdout, stderr, status } = await ctdbts(['history', `0=${dir.file('log')}`, `1=${dir.file('other')}`], UTC)
      expect(status).toBe(1)
      expect(stderr).toContain(`${dir.file('log')} is damaged or cut off; read up to there: `)
      expect(stdout).toContain('Logs of ')
    })

    it.skipIf(error)('is read beside more of them than can be open at a time', () => {
      using dir = tempDir()
      const names = Array.from({ length: 20 }, (_, index) => dir.file(`${index}`))
      const { stdout } = packed(readFileSync(NIGHT[0] ?? ''))
      for (const name of names) writeFileSync(name, stdout)
      const limited = ['-c', 'ulimit -n 50; exec "$@"', 'sh', process.execPath, RUN_JS, 'history', ...names, ...NIGHT]
      const { stderr, status } = spawnSync('sh', limited, { encoding: 'utf8', env: { ...process.env, ...UTC } })
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    })

    it('is named if the program is not here', async () => {
      using dir = tempDir()
      writeFileSync(dir.file('log'), program === 'xz' ? '\xfd7zXZ\0' : 'BZh9', 'latin1')
      const { stderr } = await ctdbts(['history', dir.file('log'), NIGHT[1] ?? ''], { ...UTC, PATH: dir.path })
      expect(stderr).toContain(`it is compressed with ${program}, and the program \`${program}\` is not here`)
    })
  })

  it('says why a program that unpacks cannot be started', async () => {
    using dir = tempDir()
    writeFileSync(dir.file('log'), '\xfd7zXZ\0', 'latin1')
    vi.stubEnv('PATH', dir.path)
    onTestFinished(() => void vi.unstubAllEnvs())
    writeFileSync(dir.file('xz'), '', { mode: 0o600 })
    const refused = await unpackedBy('xz', Readable.from([]), 'x').catch((error: Error) => error.message)
    expect(refused).toBe('cannot read x: `xz` cannot be started: spawn xz EACCES')
  })

  it.each([
    ['files beside a cluster', ['--host', 'node1', ...NIGHT], 'USAGE', 'leave it out: the logs are those of the nodes'],
    ['a limit that is no size', ['--sim', '--max-bytes', '1'], 'USAGE', '64M'],
    ['a file that is not there', ['/nonexistent/x.log'], 'NO_LOG', 'journalctl'],
    ['something else', ['package.json'], 'NO_LOG', 'journalctl'],
    ['xz', ['XZ'], 'NO_LOG', 'journalctl'],
    ['a log that does not say whose it is', ['UNTOLD'], 'LOG_OF_WHICH_NODE', 'such as `PNN='],
    ['no time', ['--since', 'soon', ...NIGHT], 'BAD_TIME', '2 hours ago'],
    ['no address', ['--address', '10.0.0.300', ...NIGHT], 'BAD_ADDRESS', 'not \\"10.0.0.300\\"'],
    ['two views at once', ['--at', '18:53', '--summary', ...NIGHT], 'USAGE', 'exclude each other'],
    ['an entry and another view', ['--explain', '18', '--summary', ...NIGHT], 'USAGE', 'exclude each other'],
    ['unknown messages as JSON', ['--unknown', ...NIGHT], 'USAGE', 'exclude each other'],
    ['no such entry', ['--explain', '9999', ...NIGHT], 'NO_ENTRY', 'entries 1 to'],
  ])('refuses %s', async (_, args, code, hint) => {
    using dir = tempDir()
    writeFileSync(dir.file('XZ'), '\xfd7zXZ\0', 'latin1')
    writeFileSync(dir.file('UNTOLD'), '2026-11-28T18:52:48.089075+00:00 x ctdbd[1]: Disable node\n')
    const real = args.map((arg) => (/^[A-Z]+$/.test(arg) ? dir.file(arg) : arg))
    const { stderr, stdout, status } = await ctdbts(['history', ...real, '--json'], UTC)
    expect(status).toBe(1)
    const text = `${stdout}${stderr}`
    expect(text).toContain(code)
    expect(text).toContain(hint)
  })

  it('shows no control characters of a log', async () => {
    using dir = tempDir()
    const line = (text: string) => `2026-11-28T18:52:48.089075+00:00 x ctdbd[1]: ${text}\n`
    writeFileSync(
      dir.file('log'),
      line('60.nfs: \u001b[31mred') +
        line('monitor event failed') +
        line('Node became UNHEALTHY. Ask recovery master to reallocate IPs'),
    )
    const { stdout } = await ctdbts(['history', `0=${dir.file('log')}`], UTC)
    expect(stdout).toContain('script 60.nfs failed: \\x1b[31mred')
    expect(stdout).not.toContain('\u001b')
  })
})
