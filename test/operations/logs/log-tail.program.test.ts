import { appendFileSync, chmodSync, renameSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { HostFacts } from '../../../src/lib/snapshot/host-facts.ts'
import { LogTail } from '../../../src/operations/logs/log-tail.ts'
import type { HostAccess } from '../../../src/transport/host-access.ts'
import { localHost } from '../../../src/transport/local/host.ts'
import { tempDir } from '../../support/temp-dir.ts'

const line = (text: string, second = 0) =>
  `2026-11-28T16:33:${String(second).padStart(2, '0')}.500000+00:00 node2 ctdb-recoverd[3001]: ${text}\n`

function tailed() {
  const dir = tempDir()
  onTestFinished(() => dir[Symbol.dispose]())
  const file = dir.file('log')
  const tail = new LogTail({ timeoutMs: 10_000, signal: new AbortController().signal, fromLocal: (ms) => ms })
  const local = localHost()
  let left = Number.POSITIVE_INFINITY
  const access: HostAccess = {
    ...local,
    exec: async (...args) => {
      left -= 1
      if (left !== 0) return await local.exec(...args)
      throw new Error('gone')
    },
  }
  const machine = { access, facts: { configFile: `[logging]\nlocation = file:${file}\n` } as HostFacts }
  /** The connection ends with the next command, or a later one. */
  const failAt = (command: number) => {
    left = command
  }
  return { file, failAt, read: () => tail.read(machine), texts: async () => (await tail.read(machine)).map(({ text }) => text) }
}

describe('what is new in a log', () => {
  it('is its end at first, then only what was added, line by line', async () => {
    const { file, read, texts } = tailed()
    writeFileSync(file, `${line('one')}Nov 28 16:33:27 node2 sshd[1]: other\n${line('two', 1)}`)
    expect(await read()).toEqual([
      { atMs: Date.UTC(2026, 10, 28, 16, 33, 0, 500), text: 'ctdb-recoverd: one' },
      { atMs: Date.UTC(2026, 10, 28, 16, 33, 1, 500), text: 'ctdb-recoverd: two' },
    ])
    expect(await texts()).toEqual([])
    const three = line('three é')
    appendFileSync(file, three.slice(0, 50))
    expect(await texts()).toEqual([])
    appendFileSync(file, three.slice(50) + line('four'))
    expect(await texts()).toEqual(['ctdb-recoverd: three é', 'ctdb-recoverd: four'])
  })

  it('is bounded: of much that was written, the end, and says so unless it is the first time', async () => {
    const { file, texts } = tailed()
    const many = Array.from({ length: 3_000 }, (_, index) => line(`number ${index}`)).join('')
    writeFileSync(file, many)
    const first = await texts()
    expect([first.length > 500, first.length < 1_200, first.at(-1)]).toEqual([true, true, 'ctdb-recoverd: number 2999'])
    appendFileSync(file, many)
    const second = await texts()
    expect([second.length < 1_200, second.at(-1)]).toEqual([true, 'ctdb-recoverd: number 2999'])
    const leftOut = 'ctdbts: more was written than is read at a time: what was before this is left out'
    expect([first.includes(leftOut), second[0]]).toEqual([false, leftOut])
    renameSync(file, `${file}.1`)
    writeFileSync(file, many)
    expect((await texts())[0]).toBe(leftOut)
  })

  it('has the year of today in times without one, however long it is followed', async () => {
    const { file, read } = tailed()
    onTestFinished(() => void vi.useRealTimers())
    vi.useFakeTimers({ now: Date.UTC(2026, 11, 30, 12), toFake: ['Date'] })
    writeFileSync(file, 'Dec 30 11:00:00 node2 ctdb-recoverd[1]: one\n')
    const years = async () => (await read()).map(({ atMs }) => new Date(atMs).getUTCFullYear())
    expect(await years()).toEqual([2026])
    vi.setSystemTime(Date.UTC(2027, 0, 2, 12))
    appendFileSync(file, 'Jan  2 11:00:00 node2 ctdb-recoverd[1]: two\n')
    expect(await years()).toEqual([2027])
  })

  it('goes on in another file after a rotation, and in one that was cut', async () => {
    const { file, texts } = tailed()
    writeFileSync(file, line('one').repeat(20))
    expect(await texts()).toHaveLength(20)
    appendFileSync(file, line('the last one'))
    renameSync(file, `${file}.1`)
    writeFileSync(file, line('two'))
    expect(await texts()).toEqual(['ctdb-recoverd: the last one', 'ctdb-recoverd: two'])
    writeFileSync(file, line('3'))
    expect(await texts()).toEqual([
      'ctdbts: the log was rotated or cut off: what was written just before may be missing',
      'ctdb-recoverd: 3',
    ])
    appendFileSync(file, line('four'))
    expect(await texts()).toEqual(['ctdb-recoverd: four'])
  })

  it('has what came just before a rotation, also where there is no new file yet', async () => {
    const { file, texts } = tailed()
    writeFileSync(file, line('one'))
    expect(await texts()).toEqual(['ctdb-recoverd: one'])
    appendFileSync(file, line('the last one'))
    renameSync(file, `${file}.1`)
    expect(await texts()).toEqual(['ctdb-recoverd: the last one'])
    appendFileSync(`${file}.1`, line('still there'))
    expect(await texts()).toEqual(['ctdb-recoverd: still there'])
    expect(await texts()).toEqual([])
    appendFileSync(`${file}.1`, line('and now'))
    writeFileSync(file, line('two'))
    expect(await texts()).toEqual(['ctdb-recoverd: and now', 'ctdb-recoverd: two'])
    // A daemon may have opened its log anew later.
    appendFileSync(`${file}.1`, line('late'))
    appendFileSync(file, line('three'))
    expect(await texts()).toEqual(['ctdb-recoverd: late', 'ctdb-recoverd: three'])
    appendFileSync(`${file}.1`, line('not ours'))
    expect(await texts()).toEqual([])
  })

  it('has what CTDB writes to the former file as long as there is nothing in the new one', async () => {
    const { file, texts } = tailed()
    writeFileSync(file, line('one'))
    await texts()
    renameSync(file, `${file}.1`)
    writeFileSync(file, '')
    for (const text of ['two', 'three', 'four']) {
      appendFileSync(`${file}.1`, line(text))
      expect(await texts()).toEqual([`ctdb-recoverd: ${text}`])
    }
    renameSync(`${file}.1`, `${file}.gz`)
    expect(await texts()).toEqual([expect.stringContaining('may be missing')])
    expect(await texts()).toEqual([])
  })

  it('says that lines may be missing where there were two rotations, or the former file is gone before there is another', async () => {
    const { file, texts } = tailed()
    const missing = expect.stringContaining('may be missing')
    writeFileSync(file, line('one'))
    await texts()
    renameSync(file, `${file}.2`)
    utimesSync(`${file}.2`, 1e9, 1e9)
    writeFileSync(`${file}.1`, line('two'))
    writeFileSync(file, line('three'))
    expect(await texts()).toEqual([missing, 'ctdb-recoverd: three'])
    await texts()
    unlinkSync(file)
    await expect(texts()).rejects.toThrow(/^no log/)
    writeFileSync(file, line('four'))
    expect(await texts()).toEqual([missing, 'ctdb-recoverd: four'])
  })

  it('loses nothing where a connection ends, whichever command that was', async () => {
    const { file, texts, failAt } = tailed()
    for (const failing of [1, 2, 3, 4]) {
      writeFileSync(file, line('one'))
      await texts()
      await texts()
      appendFileSync(file, line('the last one'))
      renameSync(file, `${file}.1`)
      writeFileSync(file, line('two'))
      failAt(failing)
      const first = await texts().catch((error: Error) => [error.message])
      // What was read is shown at once.
      expect(first).toEqual([failing < 4 ? 'gone' : 'ctdb-recoverd: the last one'])
      const rest = failing < 4 ? ['ctdb-recoverd: the last one', 'ctdb-recoverd: two'] : ['ctdb-recoverd: two']
      expect(await texts()).toEqual(rest)
      unlinkSync(`${file}.1`)
      await texts()
      unlinkSync(file)
      await texts().catch(() => {})
    }
  })

  it('says why it cannot be read, and goes on once it can', async () => {
    const { file, texts } = tailed()
    await expect(texts()).rejects.toThrow(/^no log on this machine: .*no file/)
    writeFileSync(file, line('one'))
    if (process.getuid?.() !== 0) {
      chmodSync(file, 0)
      await expect(texts()).rejects.toThrow(/^cannot read .*: log in as root, or use --sudo/)
      chmodSync(file, 0o600)
    }
    expect(await texts()).toEqual(['ctdb-recoverd: one'])
  })
})

describe('what is new in a journal', () => {
  /** A journalctl that has all lines of a file; a cursor is how many of them came before. */
  function withJournal() {
    const dir = tempDir()
    writeFileSync(dir.file('lines'), '')
    writeFileSync(
      dir.file('journalctl'),
      `#!/bin/sh
from=0
for word do
  case $word in --after-cursor=lost) echo "Failed to seek" >&2; exit 1 ;; --after-cursor=*) from=\${word#*=} ;; esac
done
case " $* " in *" -n 0 "*) exit 0 ;; esac
tail -n +$((from + 1)) "${dir.file('lines')}"
[ -s "${dir.file('lines')}" ] && echo "-- cursor: $(cat "${dir.file('cursor')}" 2>/dev/null || wc -l <"${dir.file('lines')}")"
`,
      { mode: 0o755 },
    )
    vi.stubEnv('PATH', `${dir.path}:${process.env.PATH}`)
    onTestFinished(() => {
      vi.unstubAllEnvs()
      dir[Symbol.dispose]()
    })
    return dir
  }

  it('follows the place that journalctl names, and begins again where that is lost', async () => {
    const dir = withJournal()
    const add = (text: string) => appendFileSync(dir.file('lines'), line(text))
    add('one')
    add('two')
    const tail = new LogTail({ timeoutMs: 10_000, signal: new AbortController().signal, fromLocal: (ms) => ms })
    const machine = { access: localHost(), facts: { configFile: '[logging]\nlocation = syslog\n' } as HostFacts }
    const texts = async () => (await tail.read(machine)).map(({ text }) => text.replace('ctdb-recoverd: ', ''))
    expect(await texts()).toEqual(['one', 'two'])
    expect(await texts()).toEqual([])
    add('three')
    writeFileSync(dir.file('cursor'), 'lost')
    expect(await texts()).toEqual(['three'])
    expect(await texts()).toEqual([])
    expect(await texts()).toEqual(['one', 'two', 'three'])
  })
})
