import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { RecordingReplay } from '../../src/cli/replay/recording-replay.ts'
import { RecordingWriter } from '../../src/lib/recording/writer.ts'
import { healthyCluster } from '../support/audit-cluster.ts'
import { ctdbts } from '../support/program.ts'
import { ABOUT, readBack } from '../support/recorded-world.ts'
import { folder } from '../support/served-cluster.ts'
import { at, flagged, given } from '../support/watch.ts'

const UTC = { TZ: 'UTC' }
const cluster = healthyCluster()
const [{ address: ADDRESS } = { address: '' }] = cluster.nodes[0]?.known ?? []

/** The lines of a recording: the address moves with the third sample. Each file has two of four samples. */
function twoFiles(id = 'a'): readonly [string[], string[]] {
  const writer = new RecordingWriter({ ...ABOUT, id })
  const sample = (second: number, pnn: number) => {
    const snapshot = given(second > 1 ? flagged(cluster, 2, 4) : cluster, ADDRESS, pnn)
    return writer.line({ kind: 'seen', atMs: at(second), beganMs: at(second), snapshot, heard: [0, 1, 2], everyMs: 2_000 })
  }
  const first = [writer.header(at(0)), sample(0, 0), sample(2, 0)]
  return [first, [writer.header(at(4)), sample(4, 1), sample(6, 1)]]
}

const MOVED = `2026-01-02 10:00:04   address      ${ADDRESS} moved from node 0 to node 1`
const replay = (...argv: readonly string[]) => ctdbts(['watch', '--replay', ...argv], UTC)

describe('watch --replay without a screen', () => {
  it('prints what the watch printed then, to the end, also of a folder and of what is compressed', async () => {
    const { file } = folder()
    const [first, second] = twoFiles()
    writeFileSync(file('b.gz'), gzipSync([...first, ...second].join('')))
    writeFileSync(file('b'), [...first, ...second].join(''))
    for (const program of ['xz', 'bzip2']) execFileSync(program, ['-k', file('b')])
    mkdirSync(file('dir'))
    writeFileSync(file('dir/ctdbts-2026-01-02T10-00-00.000Z.jsonl'), first.join(''))
    writeFileSync(file('dir/ctdbts-2026-01-02T10-00-04.000Z.jsonl'), second.join(''))
    writeFileSync(file('dir/notes'), 'mine')
    for (const path of ['b.gz', 'b.xz', 'b.bz2', 'dir'].map(file)) {
      const { stdout, stderr, status } = await replay(path)
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
      expect(stdout.split('\n')).toEqual([
        `Replaying ${path}, a recording of a test, polled every 2 s`,
        expect.stringMatching(/^2026-01-02 10:00:00 {3}connection {3}watching 3 nodes and 6 addresses/),
        expect.stringMatching(/^2026-01-02 10:00:02 ! health {7}node 2 became DISABLED/),
        expect.stringContaining(MOVED),
        '',
      ])
    }
  })

  it('has the documents of a watch with --json', async () => {
    const { file } = folder()
    writeFileSync(file('a'), twoFiles().flat().join(''))
    const { stdout } = await replay(file('a'), '--json')
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(documents[0]).toMatchObject({ event: 'state', formatVersion: 1, at: '2026-01-02T10:00:00.000Z', leader: 0 })
    expect(documents.at(-1)).toMatchObject({ event: 'entry', kind: 'address', what: 'moved', from: 0, to: 1 })
  })

  it('says what is wrong with a file, and what of it was of no use', async () => {
    const { file } = folder()
    const [first, second] = twoFiles()
    writeFileSync(file('cut'), [...first, ...second.slice(0, 2), '{"n":5,"ki'].join(''))
    writeFileSync(file('log'), '2026/01/02 10:00:00.000000 ctdbd[1]: x\n')
    writeFileSync(file('empty'), first[0] ?? '')
    mkdirSync(file('dir'))
    const cut = await replay(file('cut'))
    expect(cut).toMatchObject({ status: 0, stderr: 'ctdbts: 1 line cut off or damaged\n' })
    expect(cut.stdout).toContain(MOVED)
    const failures = await Promise.all(['log', 'empty', 'dir', 'none'].map((name) => replay(file(name))))
    expect(failures.map(({ status, stdout, stderr }) => [status, stdout, stderr.replaceAll(`${file('')}/`, '')])).toEqual([
      [1, '', expect.stringMatching(/^ctdbts: log is not a recording\n {2}replay what/)],
      [1, '', 'ctdbts: no sample of a cluster in the recording\n'],
      [1, '', expect.stringMatching(/^ctdbts: there is no recording in dir\n/)],
      [1, '', expect.stringMatching(/^ctdbts: cannot read none: ENOENT/)],
    ])
  })

  it('reaches no cluster', async () => {
    const refused = await Promise.all(
      [['--host', 'node1'], ['--sim'], ['--record', 'x'], ['--once'], ['--no-read-only']].map((more) => replay('x', ...more)),
    )
    for (const { status, stderr } of refused) {
      expect(status).not.toBe(0)
      expect(stderr).toMatch(/watch --replay does not support --/)
    }
  })
})

describe('a recording that is replayed', () => {
  it('shows any moment as it was, whatever was shown before', async () => {
    const { file } = folder()
    const lines = twoFiles().flat()
    writeFileSync(file('a'), lines.join(''))
    await using recording = await RecordingReplay.open(file('a'))
    const shares: number[] = []
    await recording.read(() => shares.push(recording.readShare))
    expect(shares.at(-1)).toBe(1)
    const samples = lines.flatMap((line, index) => (line.includes('"seen"') ? [index] : []))
    for (const moment of [3, 0, 1, 2, 3, 2, 0]) {
      const { state, everyMs } = await recording.stateAt(moment)
      expect(state).toEqual(readBack(lines.slice(0, (samples[moment] ?? 0) + 1)).tracker.state)
      expect(everyMs).toBe(2_000)
    }
    writeFileSync(file('a'), '')
    await expect(recording.stateAt(3)).rejects.toThrow('the recording is not what it was')
  })

  it('may come through a pipe, compressed too', async () => {
    const { file } = folder()
    const text = twoFiles().flat().join('')
    writeFileSync(file('plain'), text)
    writeFileSync(file('packed'), gzipSync(text))
    for (const name of ['plain', 'packed']) {
      const piped = `cat ${file(name)} | ${process.execPath} bin/run.js watch --replay -`
      const { stdout, stderr } = await promisify(execFile)('sh', ['-c', piped], { env: { ...process.env, ...UTC } })
      expect(stderr).toBe('')
      expect(stdout).toMatch(/^Replaying standard input, a recording of a test/)
      expect(stdout).toContain(MOVED)
    }
    const { stderr } = await promisify(execFile)('sh', ['-c', `echo a | ${process.execPath} bin/run.js watch --replay - || true`])
    expect(stderr).toMatch(/^ctdbts: standard input is not a recording\n/)
  })

  it('takes no device', async () => {
    const { stderr, status } = await replay('/dev/null')
    expect([stderr, status]).toEqual(['ctdbts: /dev/null is neither a file nor a folder\n', 1])
  })
})
