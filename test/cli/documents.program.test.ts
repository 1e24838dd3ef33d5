import { expect, it } from 'vitest'
import { simNodes } from '../support/sim-nodes.ts'
import { tempDir } from '../support/temp-dir.ts'

// Every run with --json is validated, also those of other tests: see program.ts. These are commands whose documents no other test has.
it('the documents of commands are as their schemas say', async () => {
  using folder = tempDir()
  const sim = await simNodes()
  const connection = ['10.0.0.1:4000', '172.16.146.131:445']
  const commands: readonly (readonly string[])[] = [
    ...['pnn', 'getpid', 'leader', 'scriptstatus', 'statisticsreset', 'snapshot'].map((word) => [word]),
    ['autocomplete', 'bash'],
    ['verify', '--list-checks'],
    ['setdebug', 'NOTICE'],
    ['setvar', 'RecoverTimeout', '30'],
    ['setleaderrole', 'on'],
    ['setlmasterrole', 'on'],
    ['gratarp', '172.16.146.131', 'bond0'],
    ['addtickle', ...connection],
    ['deltickle', ...connection],
    ['attach', 'volatile.tdb'],
    ['attach', 'kept.tdb', 'persistent'],
    ['pstore', 'kept.tdb', 'key', 'value'],
    ['pdelete', 'kept.tdb', 'key', '--yes'],
    ['backupdb', 'kept.tdb', folder.file('backup')],
    ['restoredb', folder.file('backup'), '--yes'],
    ['wipedb', 'kept.tdb', '--yes'],
    ['writekey', 'volatile.tdb', 'key', 'value', '--yes'],
    ['pushrecord', 'volatile.tdb', 'key', 'value', '--yes'],
    ['readkey', 'volatile.tdb', 'key'],
    ['deletekey', 'volatile.tdb', 'key', '--yes'],
    ['setdbreadonly', 'volatile.tdb'],
    ['setdbsticky', 'volatile.tdb'],
    ['takeover-run', '--yes'],
    ['-n', '2', 'shutdown'],
  ]
  for (const words of commands) {
    const { stdout } = await sim.on(0, ...words, '--json')
    expect(JSON.parse(stdout), words.join(' ')).not.toHaveProperty('error')
  }
})
