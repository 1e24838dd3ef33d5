import { describe, expect, it, onTestFinished } from 'vitest'
import { DatabaseDaemon } from '../support/database-daemon.ts'
import { RUN_JS } from '../support/program.ts'
import { hasTdb } from '../support/tdb.ts'
import { tempDir } from '../support/temp-dir.ts'
import { hasTmux, openTerminal } from '../support/terminal.ts'

describe.skipIf(!hasTmux || !hasTdb())('on a terminal', () => {
  async function start() {
    const dir = tempDir()
    const daemon = await DatabaseDaemon.start(dir.path)
    onTestFinished(async () => {
      await daemon[Symbol.asyncDispose]()
      dir[Symbol.dispose]()
    })
    for (const name of ['volatile.tdb', 'persistent.tdb'] as const) await daemon.write(name, 'key', Buffer.from('value'))
    const run = (words: string) => openTerminal(`${process.execPath} ${RUN_JS} ${words}`, { CTDB_SOCKET: daemon.path })
    return { daemon, run }
  }

  it.each([
    [
      'wipedb volatile.tdb',
      /Delete all records of volatile\.tdb \(0x00000010, volatile, [\d.]+ (Ki)?B\) on all nodes\? \[y\/N\]/,
    ],
    [
      'pdelete persistent.tdb key',
      /Delete the record key of persistent\.tdb \(0x00000020, persistent, [\d.]+ (Ki)?B\)\? \[y\/N\]/,
    ],
    [
      'writekey volatile.tdb key other',
      /Write the record key of volatile\.tdb \(0x00000010, volatile, [\d.]+ (Ki)?B\)\? \[y\/N\]/,
    ],
    [
      'pushrecord volatile.tdb key other',
      /Write the record key of volatile\.tdb \(0x00000010, volatile, [\d.]+ (Ki)?B\) on all nodes\? \[y\/N\]/,
    ],
    ['deletekey volatile.tdb key', /Delete the record key of volatile\.tdb \(0x00000010, volatile, [\d.]+ (Ki)?B\)\? \[y\/N\]/],
  ])('%s asks first, and changes nothing without a yes', async (words, question) => {
    const { daemon, run } = await start()
    await using terminal = await run(words)
    await terminal.shows(question)
    await terminal.press('Enter')
    await terminal.shows(/ctdbts: nothing was changed\s+status 1/)
    for (const name of ['volatile.tdb', 'persistent.tdb'] as const) {
      expect(await daemon.content(name)).toEqual({ key: '0 0 value' })
    }
  })

  it.each([
    ['C-c', 'interrupted (SIGINT)', 130],
    ['C-d', 'nothing was changed', 1],
  ])('%s at the question changes nothing: %s', async (key, message, status) => {
    const { daemon, run } = await start()
    await using terminal = await run('deletekey volatile.tdb key')
    await terminal.shows('[y/N]')
    await terminal.press(key)
    await terminal.shows(message)
    await terminal.shows(`status ${status}`)
    expect(await daemon.content('volatile.tdb')).toEqual({ key: '0 0 value' })
  })

  it('a yes, or --yes, is enough', async () => {
    const { daemon, run } = await start()
    await using asked = await run('writekey volatile.tdb key other')
    await asked.shows('[y/N]')
    await asked.press('y', 'Enter')
    await asked.shows('status 0')
    expect(await daemon.content('volatile.tdb')).toEqual({ key: '0 0 other' })
    await using unasked = await run('deletekey volatile.tdb key --yes')
    await unasked.shows('status 0')
    expect(await daemon.content('volatile.tdb')).toEqual({ key: '0 0 ' })
  })
})
