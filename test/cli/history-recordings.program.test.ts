import { mkdirSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { RecordingWriter } from '../../src/lib/recording/writer.ts'
import { healthyCluster } from '../support/audit-cluster.ts'
import { ctdbts } from '../support/program.ts'
import { ABOUT } from '../support/recorded-world.ts'
import { folder } from '../support/served-cluster.ts'
import { at, given } from '../support/watch.ts'

const LOG = 'test/golden/logs-4.25/node0.log'
const UTC = { TZ: 'UTC' }
const cluster = healthyCluster()
const [{ address: ADDRESS } = { address: '' }] = cluster.nodes[0]?.known ?? []

/** As if it had been recorded later, or earlier. */
const moved = (text: string, ms: number) =>
  text.replaceAll(/"(atMs|beganMs)":(\d+)/g, (_, key, atMs) => `"${key}":${Number(atMs) + ms}`)

/** A recording in two files: the address moves with the first sample of the second one. */
function twoFiles(): readonly [string, string] {
  const writer = new RecordingWriter(ABOUT)
  const sample = (second: number, pnn: number) =>
    writer.line({
      kind: 'seen',
      atMs: at(second),
      beganMs: at(second),
      snapshot: given(cluster, ADDRESS, pnn),
      heard: [0, 1, 2],
    })
  const first = [writer.header(at(0)), sample(0, 0), sample(2, 0)].join('')
  return [first, [writer.header(at(4)), sample(4, 1), sample(6, 1)].join('')]
}

describe('history of recordings', () => {
  it('tells what the watch told, whatever the order of the files, and whatever they are compressed with', async () => {
    const { file } = folder()
    const [first, second] = twoFiles()
    writeFileSync(file('a'), second)
    writeFileSync(file('b'), gzipSync(`${first}{"n":`))
    const { stdout, stderr, status } = await ctdbts(['history', file('a'), file('b'), file('a')], UTC)
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout.split('\n')).toEqual([
      'Recording of 3 nodes from 2026-01-02 10:00:00 to 2026-01-02 10:00:06: 7 lines',
      '1 line cut off or damaged',
      expect.stringMatching(/^ {3}1 2026-01-02 10:00:00 {3}connection {3}watching 3 nodes and 6 addresses/),
      expect.stringMatching(`^   2 2026-01-02 10:00:04 . address      ${ADDRESS} moved from node 0 to node 1`),
      '',
    ])
  })

  it('reads all recordings in a folder, and says what to give if there are none', async () => {
    const { file } = folder()
    const [first, second] = twoFiles()
    for (const name of ['rec', 'other']) mkdirSync(file(name))
    writeFileSync(file('rec/ctdbts-2026-01-02T10-00-00.000Z.jsonl'), first)
    writeFileSync(file('rec/ctdbts-2026-01-02T10-00-04.000Z.jsonl'), second)
    writeFileSync(file('other/notes'), 'mine')
    const { stdout, stderr } = await ctdbts(['history', file('rec')], UTC)
    expect([stdout.split('\n', 1), stderr]).toEqual([
      ['Recording of 3 nodes from 2026-01-02 10:00:00 to 2026-01-02 10:00:06: 6 lines'],
      '',
    ])
    const beside = await ctdbts(['history', file('rec'), file('other')], UTC)
    expect(beside.stdout).toBe(stdout)
    const none = await ctdbts(['history', file('other')], UTC)
    expect([none.stdout, none.status, beside.status]).toEqual(['', 1, 1])
    const why = `ctdbts: ${file('other')} is a folder, and there is no recording of \`ctdbts record\` in it\n`
    expect(beside.stderr).toBe(why)
    expect(none.stderr).toBe(`${why}  name the files in it: logs, or recordings of \`watch --record\`\n`)
  })

  it('has the other views', async () => {
    const { file } = folder()
    writeFileSync(file('a'), twoFiles().join(''))
    const owners = await ctdbts(['history', file('a'), '--at', '2026-01-02 10:00:05', '--json'], UTC)
    expect(JSON.parse(owners.stdout).addresses).toContainEqual({
      address: ADDRESS,
      owner: 1,
      known: true,
      since: '2026-01-02T10:00:04.000Z',
    })
    const summary = await ctdbts(['history', file('a'), '--summary'], UTC)
    expect(summary.stdout).toMatch(/│ 10\.0\.0\.1 +│ 1 .*node 0: 66.7 %, node 1: 33.3 %/)
    const explained = await ctdbts(['history', file('a'), '--explain', '2'], UTC)
    expect(explained.stdout).toContain('A recording has no log lines.')
    const [head] = (await ctdbts(['history', file('a'), '--json'], UTC)).stdout.split('\n')
    expect(JSON.parse(head ?? '')).toMatchObject({ event: 'history', logs: [], recording: { lines: 6, known: 6, missing: 0 } })
  })

  it('tells from logs what was before and after the recording, and from the recording what was seen', async () => {
    const { file } = folder()
    writeFileSync(file('a'), twoFiles().join(''))
    const line = (time: string, node: number, text: string) =>
      `2026-01-02T${time}.000000+00:00 node${node} ctdbd[${node}000]: ${text}\n`
    const take = `Takeover of IP ${ADDRESS}/24 on interface eth1`
    writeFileSync(
      file('0.log'),
      [
        line('09:00:00', 0, take),
        line('10:00:03', 0, `Release of IP ${ADDRESS}/24 on interface eth1  node:1`),
        line('10:05:00', 0, take),
      ].join(''),
    )
    writeFileSync(
      file('1.log'),
      [line('10:00:03', 1, take), line('10:04:59', 1, `Release of IP ${ADDRESS}/24 on interface eth1  node:0`)].join(''),
    )
    const files = [file('a'), `0=${file('0.log')}`, `1=${file('1.log')}`]
    const { stdout, stderr, status } = await ctdbts(['history', ...files], UTC)
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    const lines = stdout.split('\n')
    expect(lines.slice(0, 2)).toEqual([
      'Recording of 3 nodes from 2026-01-02 10:00:00 to 2026-01-02 10:00:06: 6 lines',
      'Logs of 2 nodes from 2026-01-02 09:00:00 to 2026-01-02 10:05:00: 5 lines of CTDB',
    ])
    const ofRecorder = 'cannot be compared with those of the nodes: its times are as recorded'
    expect(lines).toContain(`The clock of the recorder of ${file('a')} ${ofRecorder}`)
    const moves = lines
      .filter((each) => / address /.test(each))
      .map((each) => each.replace(/^ *\d+ 2026-01-02 /, '').replace(/[;…].*/, ''))
    expect(moves).toEqual([
      expect.stringMatching(`^09:00:00 . address      node 0 took ${ADDRESS}`),
      // Not from the recording, which has no release.
      expect.stringMatching(`^10:00:03 . address      node 0 released ${ADDRESS}`),
      expect.stringMatching(`^10:00:04 . address      ${ADDRESS} moved from node 0 to node 1`),
      expect.stringMatching(`^10:04:59 . address      node 1 released ${ADDRESS}`),
      expect.stringMatching(`^10:05:00 . address      ${ADDRESS} moved from node 1 to node 0`),
    ])
    const at = await ctdbts(['history', ...files, '--at', '2026-01-02 10:05:30', '--json'], UTC)
    expect(JSON.parse(at.stdout).addresses).toContainEqual(expect.objectContaining({ address: ADDRESS, owner: 0, known: true }))
  })

  it('tells from the logs alone if the recording has nothing of that time', async () => {
    const { file } = folder()
    writeFileSync(file('a'), twoFiles().join(''))
    const asked = ['history', file('a'), 'test/golden/logs-4.25/node0.log', '--until', '2025-01-01']
    const { stdout, stderr } = await ctdbts(asked, UTC)
    expect(stderr).toContain('no sample of a cluster in what was read of the recordings: only the logs tell')
    expect(stdout).toMatch(/^Logs of 1 node from .*\nNo entry until 2025-01-01 00:00:00 UTC\n$/)
  })

  it('does not take logs of another cluster, nor a recording for one node', async () => {
    const { file } = folder()
    writeFileSync(file('a'), twoFiles().join(''))
    const mixed = await ctdbts(['history', file('a'), 'test/golden/logs-4.25/node0.log'])
    expect(mixed).toMatchObject({ status: 1, stderr: expect.stringContaining('have no public address in common') })
    const named = await ctdbts(['history', `0=${file('a')}`])
    expect(named).toMatchObject({ status: 1, stderr: expect.stringContaining('is a recording, which has all nodes') })
  })

  it('says of a file beside a recording why it cannot be read', async () => {
    const { file } = folder()
    writeFileSync(file('a'), twoFiles().join(''))
    const { stdout, stderr, status } = await ctdbts(['history', file('a'), file('missing')], UTC)
    expect({ stderr, status }).toEqual({
      status: 1,
      stderr: `ctdbts: cannot read ${file('missing')}: ENOENT: no such file or directory, open '${file('missing')}'\n`,
    })
    expect(stdout).toContain(`${ADDRESS} moved from node 0 to node 1`)
  })

  it('reads logs beside a folder without recordings, and beside a recording that cannot be read', async () => {
    const { file } = folder()
    mkdirSync(file('old'))
    writeFileSync(file('damaged'), '{"n":0,"kind":"recording",\n')
    const alone = await ctdbts(['history', LOG], UTC)
    const { stdout, stderr, status } = await ctdbts(['history', LOG, file('old'), file('damaged')], UTC)
    expect(stderr.split('\n')).toEqual([
      `ctdbts: cannot read the recording ${file('damaged')}: its first line is damaged`,
      expect.stringContaining(`${file('old')} is a folder`),
      '',
    ])
    expect([status, stdout]).toEqual([1, alone.stdout])
  })

  it('leaves out files of another time', async () => {
    const { file } = folder()
    const [first, second] = twoFiles()
    writeFileSync(file('a'), first)
    writeFileSync(file('b'), second)
    const linesOf = async (...argv: readonly string[]) => {
      const { stdout } = await ctdbts(['history', file('a'), file('b'), '--json', ...argv], UTC)
      return JSON.parse(stdout.split('\n', 1)[0] ?? '').recording.lines
    }
    expect(await linesOf('--since', '2026-01-02 11:00:03')).toBe(6)
    expect(await linesOf('--since', '2026-01-02 11:00:04')).toBe(3)
    expect(await linesOf('--until', '2026-01-02 09:55:03')).toBe(3)
  })

  it('does not leave out a file after which the clock was set back', async () => {
    const { file } = folder()
    const [first, second] = twoFiles()
    writeFileSync(file('a'), first)
    writeFileSync(file('b'), moved(second, -7_200_000))
    const asked = ['history', file('a'), file('b'), '--at', '2026-01-02 10:00:01', '--json']
    const { stdout, stderr } = await ctdbts(asked, UTC)
    expect(JSON.parse(stdout).addresses).toContainEqual({ address: ADDRESS, owner: 0, known: true, since: null })
    expect(stderr).toBe(
      'ctdbts: the clock of the machine that records was set back by at least 1 h 59 min: times before and after that overlap\n',
    )
  })

  it('says that the first line of a recording is missing', async () => {
    const { file } = folder()
    const [first] = twoFiles()
    for (const begin of [first.indexOf('\n') + 1, 9]) {
      writeFileSync(file('a'), first.slice(begin))
      expect(await ctdbts(['history', file('a')])).toEqual(
        expect.objectContaining({
          status: 1,
          stderr: `ctdbts: cannot read the recording ${file('a')}: its first line is missing\n`,
        }),
      )
    }
  })

  it('does not take recordings of two clusters together', async () => {
    const { file } = folder()
    const [first] = twoFiles()
    const other = first.replaceAll('10.9.0.', '10.9.8.').replace('"id":"a"', '"id":"c"')
    writeFileSync(file('a'), first)
    writeFileSync(file('b'), moved(other, 9_000))
    expect(await ctdbts(['history', file('a'), file('b'), '--summary'])).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining(`${file('a')} and ${file('b')} are recordings of different clusters`),
    })
  })

  it('leaves out another recording of the same time', async () => {
    const { file } = folder()
    const [first, second] = twoFiles()
    writeFileSync(file('a'), first)
    writeFileSync(file('b'), second)
    // A second later, by another recorder.
    writeFileSync(file('c'), moved(first, 1_000).replace('"id":"a"', '"id":"c"'))
    const { stdout, stderr, status } = await ctdbts(['history', file('c'), file('b'), file('a')], UTC)
    expect({ stderr, status }).toEqual({
      status: 1,
      stderr: `ctdbts: ${file('c')} is another recording of the time that ${file('a')} has, and was left out; read one of them at a time\n`,
    })
    expect(stdout).toContain('from 2026-01-02 10:00:00 to 2026-01-02 10:00:06: 6 lines')
  })

  it('says which recordings it cannot read, and why', async () => {
    const { file } = folder()
    const [first, second] = twoFiles()
    writeFileSync(file('a'), first)
    writeFileSync(file('b'), second.replace('"1.0"', '"2.0"'))
    const { stdout, stderr, status } = await ctdbts(['history', file('a'), file('b')], UTC)
    expect({ stderr, status }).toEqual({ status: 1, stderr: expect.stringContaining('its formatVersion is "2.0"') })
    expect(stdout).toContain('watching 3 nodes')
    writeFileSync(file('b'), first.slice(0, first.indexOf('\n') + 9))
    expect(await ctdbts(['history', file('b')])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no sample of a cluster'),
    })
  })
})
