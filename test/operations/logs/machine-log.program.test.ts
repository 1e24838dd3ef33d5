import { appendFileSync, mkdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { HostFacts } from '../../../src/lib/snapshot/host-facts.ts'
import { findMachineLog } from '../../../src/operations/logs/machine-log.ts'
import { AT_LIMIT, type LogWishes } from '../../../src/operations/logs/run-logs.ts'
import { localHost } from '../../../src/transport/local/host.ts'
import { tempDir } from '../../support/temp-dir.ts'

const START = Date.UTC(2026, 10, 28)
const MINUTE = 60_000

function folder() {
  const dir = tempDir()
  onTestFinished(() => dir[Symbol.dispose]())
  return dir
}

/** A line each minute, of a hundred bytes. */
const linesOf = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) =>
    `${new Date(START + (from + index) * MINUTE).toISOString().replace('Z', '+00:00')} x ctdbd[1]: line ${from + index} `
      .padEnd(99, '.')
      .concat('\n'),
  ).join('')

function write(path: string, content: string | Buffer, endMinute: number): void {
  writeFileSync(path, content)
  const seconds = (START + endMinute * MINUTE) / 1_000
  utimesSync(path, seconds, seconds)
}

const find = (location: string, wishes: Partial<LogWishes> = {}) =>
  findMachineLog(
    { access: localHost(), facts: { configFile: `[logging]\nlocation = ${location}\n` } as HostFacts },
    {
      sinceMs: undefined,
      untilMs: undefined,
      maxBytes: 64 << 20,
      timeoutMs: 10_000,
      times: { fromLocal: (ms) => ms, nowMs: Date.now() },
      ...wishes,
    },
  )

/** What is read of each place: the numbers of the first and of the last line. */
async function spans({ pieces }: Awaited<ReturnType<typeof find>>) {
  const found: [string, number, number][] = []
  for (const { place, chunks } of pieces) {
    const read: Buffer[] = []
    for await (const chunk of chunks) read.push(chunk)
    const numbers = [
      ...Buffer.concat(read)
        .toString()
        .matchAll(/line (\d+) /g),
    ].map(([, number]) => Number(number))
    found.push([place.split('/').at(-1) ?? '', numbers[0] ?? -1, numbers.at(-1) ?? -1])
  }
  return found
}

describe('the log of a machine', () => {
  it('is its file with those that rotation has left, in the order of time', async () => {
    const dir = folder()
    write(dir.file('log'), linesOf(20, 30), 30)
    write(dir.file('log.1'), linesOf(10, 20), 20)
    write(dir.file('log-20261127'), linesOf(0, 10), 10)
    write(dir.file('log.old'), linesOf(0, 10), 10)
    const log = await find(`file:${dir.file('log')}`)
    expect(await spans(log)).toEqual([
      ['log-20261127', 0, 9],
      ['log.1', 10, 19],
      ['log', 20, 29],
    ])
    expect([log.place, log.left]).toEqual([dir.file('log'), []])
  })

  it('is only read as far as the time reaches that is asked for', async () => {
    const dir = folder()
    write(dir.file('log'), linesOf(10_000, 20_000), 20_000)
    write(dir.file('log.1'), linesOf(0, 10_000), 10_000)
    const sinceMs = START + 15_000 * MINUTE
    const [[, first = 0, last] = [], ...others] = await spans(
      await find(`file:${dir.file('log')}`, { sinceMs, untilMs: sinceMs + 100 * MINUTE }),
    )
    expect(others).toEqual([])
    expect(first).toBeLessThanOrEqual(15_000)
    expect(first).toBeGreaterThan(14_000)
    expect(last).toBeGreaterThanOrEqual(15_100)
    expect(last).toBeLessThan(16_500)
    const early = await spans(await find(`file:${dir.file('log')}`, { sinceMs: START + 9_000 * MINUTE }))
    expect(early.map(([name]) => name)).toEqual(['log.1', 'log'])
    expect(early[1]?.slice(1)).toEqual([10_000, 19_999])
  })

  it('is cut where the limit is reached, and says so', async () => {
    const dir = folder()
    write(dir.file('log'), linesOf(10_000, 20_000), 20_000)
    write(dir.file('log.1.gz'), gzipSync(linesOf(0, 10_000)), 10_000)
    const cut = await find(`file:${dir.file('log')}`, { maxBytes: 200_000 })
    expect(cut.left).toEqual([`the older part of ${dir.file('log')} was not read: ${AT_LIMIT}`])
    const [[, first = 0, last] = []] = await spans(cut)
    expect([first > 17_900, last]).toEqual([true, 19_999])
    const whole = await find(`file:${dir.file('log')}`, { maxBytes: 16 * 65_536 })
    expect(whole.left).toEqual([`${dir.file('log.1.gz')} and what is older was not read: ${AT_LIMIT}`])
  })

  it('is read whole where rotation has compressed it', async () => {
    const dir = folder()
    write(dir.file('log'), linesOf(0, 3), 3)
    const packed = Buffer.alloc(200_000, 'packed')
    for (const [index, ending] of ['gz', 'zst', 'xz', 'bz2'].entries()) write(dir.file(`log.${index}.${ending}`), packed, 100)
    const { pieces, left } = await find(`file:${dir.file('log')}`)
    expect(left).toEqual([])
    const bytes = await Promise.all(pieces.slice(0, -1).map(({ chunks }) => buffer(chunks)))
    expect(bytes.map((each) => each.equals(packed))).toEqual([true, true, true, true])
  })

  it('ends before a line that is not complete', async () => {
    const dir = folder()
    write(dir.file('log'), `${linesOf(0, 3)}2026-11-28T00:03:00+00:00 x ctdbd[1]: line 3 of a Takeover of IP 10.0.0.1`, 3)
    expect(await spans(await find(`file:${dir.file('log')}`))).toEqual([['log', 0, 2]])
  })

  it('is not mixed with another file that takes its place meanwhile', async () => {
    const dir = folder()
    write(dir.file('log'), linesOf(0, 10), 10)
    const log = await find(`file:${dir.file('log')}`)
    renameSync(dir.file('log'), dir.file('log.1'))
    write(dir.file('log'), linesOf(10, 30), 30)
    await expect(spans(log)).rejects.toMatchObject({ code: 'LOG_REPLACED' })
    const cut = await find(`file:${dir.file('log')}`)
    writeFileSync(dir.file('log'), '')
    await expect(spans(cut)).rejects.toMatchObject({ code: 'LOG_REPLACED' })
  })

  it('may have any name, which no shell interprets', async () => {
    const dir = folder()
    const name = 'a $(touch pwned) `touch pwned`; "x" \'y\' * -n'
    mkdirSync(dir.file('logs'))
    write(dir.file(`logs/${name}`), linesOf(0, 5), 5)
    const log = await find(`file:${dir.file(`logs/${name}`)}`)
    expect(await spans(log)).toEqual([[name, 0, 4]])
  })

  it.each([
    [`file:/nonexistent/log`, 'no file /nonexistent/log'],
    ['file:log', 'neither an absolute path nor syslog'],
  ])('is missed at `%s`', async (location, words) => {
    await expect(find(location)).rejects.toMatchObject({ code: 'NO_LOG', message: expect.stringContaining(words) })
  })

  it('is not looked for where ctdb.conf could not be read', async () => {
    const facts = {} as HostFacts
    const wishes = { timeoutMs: 10_000, maxBytes: 1 << 20, times: { fromLocal: (ms: number) => ms, nowMs: 0 } }
    const found = findMachineLog({ access: localHost(), facts }, { ...wishes, sinceMs: undefined, untilMs: undefined })
    await expect(found).rejects.toMatchObject({ code: 'NO_LOG', hint: expect.stringContaining('--sudo') })
  })
})

describe('the log in a journal', () => {
  /** A journalctl that notes how it is called. */
  function withJournal(formats: string) {
    const dir = folder()
    appendFileSync(dir.file('lines'), linesOf(0, 2_000))
    writeFileSync(
      dir.file('journalctl'),
      `#!/bin/sh
echo "$@" >>"${dir.file('calls')}"
case " $* " in ${formats}) ;; *) echo "Unknown output format" >&2; exit 1 ;; esac
case " $* " in *" -n 0 "*) exit 0 ;; esac
cat "${dir.file('lines')}"
`,
      { mode: 0o755 },
    )
    vi.stubEnv('PATH', `${dir.path}:${process.env.PATH}`)
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    return dir
  }

  it('is read for the time that is asked for', async () => {
    const dir = withJournal('*short-iso-precise*')
    const log = await find('syslog', { sinceMs: 1_500, untilMs: 10_000 })
    expect(await spans(log)).toEqual([['the journal', 0, 1_999]])
    expect(log.left).toEqual([])
    expect(readFileSync(dir.file('calls'), 'utf8').split('\n')[1]).toBe(
      '-q --no-pager -o short-iso-precise --since=@1 --until=@11 _SYSTEMD_UNIT=ctdb.service + SYSLOG_IDENTIFIER=ctdbd + SYSLOG_IDENTIFIER=ctdb-recoverd + SYSLOG_IDENTIFIER=ctdb-eventd + SYSLOG_IDENTIFIER=ctdb-recovery + SYSLOG_IDENTIFIER=ctdb-takeover',
    )
  })

  it('is read in another form from an old journalctl, and cut at the limit', async () => {
    withJournal('*" short-precise "*')
    const log = await find('syslog:nonblocking', { maxBytes: 100_000 })
    expect(log.left).toEqual([`the older part of the journal was not read: ${AT_LIMIT}`])
    expect(await spans(log)).toEqual([['the journal', 1_001, 1_999]])
  })
})
