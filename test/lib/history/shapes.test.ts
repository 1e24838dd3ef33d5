import { describe, expect, it } from 'vitest'
import { readHistory, readStore, type TestLog } from '../../support/history.ts'

const MESSAGE = 'Release of IP 10.0.0.31/24 on interface eth1  node:1'
const AT = Date.UTC(2026, 10, 28, 16, 33, 26)
const MICROS = String(AT * 1_000 + 557_000)

/** What was read of a log: time, host, program, process and message of each known line. */
const linesOf = (text: string, options?: Parameters<typeof readStore>[1]) =>
  readStore([{ file: 'x', text }], options).sources.flatMap(({ host, events }) =>
    events.map(({ rawMs, program, pid, read }) => ({
      at: new Date(Math.round(rawMs)).toISOString(),
      host,
      program,
      pid,
      name: read.name,
    })),
  )

/** A record of the journal as `journalctl -o export` writes it, with the message as text or with its size. */
const exported = (message: string) =>
  `__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=${MICROS}\n_HOSTNAME=node2\nSYSLOG_IDENTIFIER=ctdbd\n_PID=71\nFOO=bar\n${message}\n\n`
const sized = (text: string) => `MESSAGE\n${String.fromCharCode(text.length, 0, 0, 0, 0, 0, 0, 0)}${text}`

describe('shapes of lines', () => {
  it.each([
    ['a file since 4.x', `2026-11-28T16:33:26.557000+00:00 node2 ctdbd[71]: ${MESSAGE}`, '26.557', 'node2', 'ctdbd', 71],
    ['with another zone', `2026-11-28T18:03:26.557000+01:30 node2 ctdbd[71]: ${MESSAGE}`, '26.557', 'node2', 'ctdbd', 71],
    ['a file of 2017', `2026/11/28 16:33:26.557000 [  71]: ${MESSAGE}`, '26.557', '', 'ctdbd', 71],
    ['its recovery daemon', '2026/11/28 16:33:26.557000 [recoverd:72]: Trigger takeoverrun', '26.557', '', 'recoverd', 72],
    ['a file between them', `2026/11/28 16:33:26.557000 ctdbd[71]: ${MESSAGE}`, '26.557', '', 'ctdbd', 71],
    ['syslog', `Nov 28 16:33:26 node2 ctdbd[71]: ${MESSAGE}`, '26.000', 'node2', 'ctdbd', 71],
    ['syslog with its priority', `<29>Nov 28 16:33:26 node2 ctdbd[71]: ${MESSAGE}`, '26.000', 'node2', 'ctdbd', 71],
    ['RFC 5424', `<29>1 2026-11-28T16:33:26.557Z node2 ctdbd 71 - - ${MESSAGE}`, '26.557', 'node2', 'ctdbd', 71],
    [
      'RFC 5424 with data',
      `<29>1 2026-11-28T16:33:26.557Z node2 ctdbd 71 ID7 [a@1 b="c"] ${MESSAGE}`,
      '26.557',
      'node2',
      'ctdbd',
      71,
    ],
    ['journalctl', `Nov 28 16:33:26 node2 ctdbd[71]: ${MESSAGE}\r`, '26.000', 'node2', 'ctdbd', 71],
    ['journalctl -o short-precise', `Nov 28 16:33:26.557000 node2 ctdbd[71]: ${MESSAGE}`, '26.557', 'node2', 'ctdbd', 71],
    ['journalctl -o short-iso', `2026-11-28T16:33:26+0000 node2 ctdbd[71]: ${MESSAGE}`, '26.000', 'node2', 'ctdbd', 71],
    [
      'journalctl -o short-iso-precise',
      `2026-11-28T16:33:26.557000+0000 node2 ctdbd[71]: ${MESSAGE}`,
      '26.557',
      'node2',
      'ctdbd',
      71,
    ],
    [
      'journalctl -o json',
      JSON.stringify({ __REALTIME_TIMESTAMP: MICROS, _HOSTNAME: 'node2', SYSLOG_IDENTIFIER: 'ctdbd', _PID: '71', MESSAGE }),
      '26.557',
      'node2',
      'ctdbd',
      71,
    ],
    [
      'journalctl -o json, with bytes',
      JSON.stringify({
        __REALTIME_TIMESTAMP: MICROS,
        _HOSTNAME: 'node2',
        SYSLOG_IDENTIFIER: 'ctdbd',
        _PID: '71',
        MESSAGE: [...Buffer.from(MESSAGE)],
      }),
      '26.557',
      'node2',
      'ctdbd',
      71,
    ],
    ['journalctl -o export', exported(`MESSAGE=${MESSAGE}`), '26.557', 'node2', 'ctdbd', 71],
    ['journalctl -o export, with its size', exported(sized(MESSAGE)), '26.557', 'node2', 'ctdbd', 71],
    ['quoted in a mail', `> > 2026-11-28T16:33:26.557000+00:00 node2 ctdbd[71]: ${MESSAGE}`, '26.557', 'node2', 'ctdbd', 71],
    [
      'broken by a mail program',
      '> 2026-11-28T16:33:26.557000+00:00 node2 ctdbd[71]: Release of IP\n> 10.0.0.31/24 on interface eth1\n> node:1\n',
      '26.557',
      'node2',
      'ctdbd',
      71,
    ],
    [
      'after a byte order mark',
      `\ufeff2026-11-28T16:33:26.557000+00:00 node2 ctdbd[71]: ${MESSAGE}`,
      '26.557',
      'node2',
      'ctdbd',
      71,
    ],
  ])('%s', (_, text, seconds, host, program, pid) => {
    const name = program === 'recoverd' ? 'trigger' : 'release'
    for (const pieces of [1 << 20, 7, 1]) {
      expect(linesOf(text, { pieces, nowMs: AT })).toEqual([{ at: `2026-11-28T16:33:${seconds}Z`, host, program, pid, name }])
    }
  })

  it('leaves out lines of other programs, and counts what is not known', () => {
    const text = [
      'Nov 28 16:33:26 node2 kernel: eth1: link down',
      `Nov 28 16:33:26 node2 smbd[9]: ${MESSAGE}`,
      'Nov 28 16:33:26 node2 ctdbd[71]: Something new happened to 3 records',
      'Nov 28 16:33:27 node2 ctdbd[71]: Something new happened to 4 records',
      `Nov 28 16:33:28 node2 ctdbd[71]: ${MESSAGE}`,
    ].join('\n')
    const [log] = readStore([{ file: 'x', text }]).logs
    expect(log?.counts).toMatchObject({ lines: 5, timed: 5, ofCtdb: 3, known: 1 })
    expect([...(log?.counts.unknown ?? [])]).toEqual([['Something new happened to N records', 2]])
  })

  it('counts years through: December is before January, and no line is later than now', () => {
    const text = `Dec 31 23:59:59 n ctdbd[1]: Disable node\nJan  1 00:00:01 n ctdbd[1]: Enable node\n`
    const years = (nowMs: number) => linesOf(text, { nowMs }).map(({ at }) => at)
    expect(years(Date.UTC(2026, 0, 2))).toEqual(['2025-12-31T23:59:59.000Z', '2026-01-01T00:00:01.000Z'])
    expect(years(Date.UTC(2026, 5, 2))).toEqual(['2025-12-31T23:59:59.000Z', '2026-01-01T00:00:01.000Z'])
    expect(linesOf('Feb 29 12:00:00 n ctdbd[1]: Disable node', { nowMs: Date.UTC(2024, 5, 1) })[0]?.at).toBe(
      '2024-02-29T12:00:00.000Z',
    )
  })
})

describe('garbage', () => {
  it.each([
    ['nothing', ''],
    ['a binary file', String.fromCharCode(...Array.from({ length: 4_000 }, (_, index) => (index * 7919) % 256))],
    ['half a character', `2026-11-28T16:33:26.557000+00:00 node2 ctdbd[71]: ${'\u00e9'.repeat(3)}`],
    ['broken JSON', '{"MESSAGE": "x\n{}\n{"__REALTIME_TIMESTAMP":"x","MESSAGE":1}\n[]\n'],
    ['a broken export', '__CURSOR=1\nMESSAGE\n\u0001'],
    [
      'times that do not exist',
      `9999-99-99T99:99:99.000000+00:00 n ctdbd[1]: Disable node\nFoo 99 99:99:99 n ctdbd[1]: Disable node`,
    ],
  ])('%s ends nothing', (_, text) => {
    const history = readHistory([
      { file: 'x', text },
      { file: 'y', text: `2026-11-28T16:33:26.557000+00:00 n ctdbd[1]: Disable node`, node: 0 },
    ])
    expect(history.entries.filter(({ text: said }) => said === 'node 0 became DISABLED')).toHaveLength(1)
  })

  it('keeps no more of a line than the longest that can be, however long it is', () => {
    const store = readStore([])
    const reader = store.open('x', 0)
    for (let index = 0; index < 300; index++) reader.push('x'.repeat(1_000_000))
    reader.push(`\n2026-11-28T16:33:26.557000+00:00 n ctdbd[1]: Disable node\n`)
    reader.end()
    expect(reader.counts).toMatchObject({ lines: 2, cut: 1, known: 1 })
  })

  it('keeps the latest lines if there are too many, and says so', () => {
    const lines = Array.from(
      { length: 1_000 },
      (_, index) =>
        `2026-11-28T16:${String(Math.floor(index / 60)).padStart(2, '0')}:${String(index % 60).padStart(2, '0')}.000000+00:00 n ctdbd[1]: ${index % 2 === 0 ? 'Disable' : 'Enable'} node`,
    )
    const history = readHistory([{ file: 'x', text: lines.join('\n'), node: 0 }], { most: 100 })
    expect(history.entries.length).toBeLessThanOrEqual(100)
    expect(history.entries.length).toBeGreaterThan(20)
    expect(history.droppedBeforeMs).toBeGreaterThan(Date.UTC(2026, 10, 28, 16, 10))
  })
})

describe('which node is which', () => {
  const at = (second: number) => `2026-11-28T16:33:${String(second).padStart(2, '0')}.000000+00:00`
  const log = (file: string, host: string, lines: readonly [number, string][], node?: number): TestLog => ({
    file,
    text: lines.map(([second, message]) => `${at(second)} ${host} ${message}\n`).join(''),
    ...(node !== undefined && { node }),
  })
  const pnnsOf = (logs: readonly TestLog[]) => {
    const { nodes, unknown } = readHistory(logs)
    return {
      nodes: nodes.map(({ pnn, sources }) => [pnn, ...sources.map(({ file }) => file)]),
      unknown: unknown.map(({ file }) => file),
    }
  }
  const release = (to: number) => `ctdbd[1]: Release of IP 10.0.0.31/24 on interface eth1  node:${to}`
  const take = 'ctdbd[1]: Takeover of IP 10.0.0.31/24 on interface eth1'

  it('by what a node says of itself, and by who takes what is released for it, even if all hosts have one name', () => {
    const leader = log('a', 'localhost', [
      [1, 'ctdb-recoverd[2]: Took cluster lock, leader=1'],
      [2, release(0)],
    ])
    expect(pnnsOf([leader, log('b', 'localhost', [[3, take]])])).toEqual({
      nodes: [
        [0, 'b'],
        [1, 'a'],
      ],
      unknown: [],
    })
  })

  it('by private addresses', () => {
    const dead = [
      [1, 'ctdbd[1]: Tearing down connection to dead node :2'],
      [1, 'ctdbd[1]: 10.1.0.1:4379: node 10.1.0.3:4379 is dead: 1 connected'],
    ] as const
    const other = log('b', 'y', [[5, 'ctdbd[1]: 10.1.0.3:4379: connected to 10.1.0.1:4379 - 2 connected']])
    expect(
      pnnsOf([
        log(
          'a',
          'x',
          dead.map(([second, text]) => [second, text]),
          0,
        ),
        other,
      ]).nodes,
    ).toEqual([
      [0, 'a'],
      [2, 'b'],
    ])
  })

  it('older files of the same host are of the same node', () => {
    const newer = log('log.ctdb', 'x', [[30, 'ctdb-recoverd[2]: Took cluster lock, leader=1']])
    expect(pnnsOf([newer, log('log.ctdb.1', 'x', [[2, 'ctdbd[1]: Disable node']])]).nodes).toEqual([
      [1, 'log.ctdb', 'log.ctdb.1'],
    ])
  })

  it('says of which log it cannot be told', () => {
    const { nodes, unknown } = pnnsOf([
      log('a', 'x', [[1, 'ctdbd[1]: Disable node']]),
      log('b', 'y', [[1, 'ctdbd[1]: Enable node']]),
    ])
    expect(unknown).toEqual(['a', 'b'])
    expect(nodes).toEqual([])
  })
})

it('reads text that is not ASCII from a journal too', () => {
  const fields = { __REALTIME_TIMESTAMP: MICROS, _HOSTNAME: 'nœud', SYSLOG_IDENTIFIER: 'ctdbd', MESSAGE: '50.x: défaut' }
  for (const MESSAGE of [fields.MESSAGE, [...Buffer.from(fields.MESSAGE)]]) {
    const [source] = readStore([{ file: 'x', text: JSON.stringify({ ...fields, MESSAGE }) }]).sources
    expect([source?.host, source?.events[0]?.text]).toEqual(['nœud', '50.x: défaut'])
  }
})

it('has the lines in order of time if the clock would have been set back too often', () => {
  const lines = Array.from(
    { length: 200 },
    (_, index) => `2026-11-28T16:${10 + (index % 2)}:00+00:00 node2 ctdbd[71]: ${MESSAGE}`,
  )
  const [source] = readStore([{ file: 'x', text: lines.join('\n') }]).sources
  expect(source?.steps).toBe(0)
  expect(source?.events.map(({ rawMs }) => new Date(rawMs).getUTCMinutes())).toEqual([10, 11])
  expect(readHistory([{ file: 'x', text: lines.join('\n'), node: 0 }]).nodes[0]?.clocks).toHaveLength(1)
})
