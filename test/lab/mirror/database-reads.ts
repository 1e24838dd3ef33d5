import { copyFileSync } from 'node:fs'
import type { Lab } from '../harness/lab.ts'
import type { Read } from './read.ts'
import { NUMBERS } from './rules.ts'

/**
 * Databases for commands that both tools run at the same time: some read them, others write what is there already. The runs of ctdbts on a
 * node are threads of one process, which can have one transaction on each database.
 */
const READ = { volatile: 'read.tdb', persistent: 'read-p.tdb' }
const WRITTEN = { volatile: 'written.tdb', flagged: 'written-f.tdb' }
const CHANGED = { pstore: 'pstored.tdb', pdelete: 'pdeleted.tdb', ptrans: 'ptransed.tdb' }
const FILE = '/tmp/ctdbts-mirror-read'
const [BACKUP, OTHER_BACKUP, TDB] = [`${FILE}-backup`, `${FILE}-other-backup`, `${FILE}-tdb`]

/** Attaches the databases, with a record in each. */
export async function attachDatabases(lab: Lab): Promise<void> {
  for (const name of [READ.volatile, WRITTEN.volatile]) {
    await lab.must(0, 'ctdb', 'attach', name)
    await lab.must(0, 'ctdb', 'writekey', name, 'key', 'value')
  }
  for (const name of [READ.persistent, ...Object.values(CHANGED)]) {
    await lab.must(0, 'ctdb', 'attach', name, 'persistent')
    await lab.must(0, 'ctdb', 'pstore', name, 'key', 'value')
  }
  await lab.must(0, 'ctdb', 'attach', WRITTEN.flagged, 'readonly')
  await lab.must(0, 'ctdb', 'setdbsticky', WRITTEN.flagged)
  await lab.must(0, 'ctdb', 'backupdb', READ.persistent, BACKUP)
  copyFileSync(lab.path(0, `lib/persistent/${READ.persistent}.0`), TDB)
}

/** The commands for databases, but for those that both tools cannot run at the same time. */
export const DATABASE_READS: readonly Read[] = [
  { command: 'getdbmap', words: [[]], wrong: [['extra'], ['too', 'many', 'words']] },
  {
    command: 'getdbstatus',
    words: [[READ.volatile], [READ.persistent]],
    wrong: [[], ['nosuch.tdb'], ['0x12345678'], ['a.tdb', 'extra']],
  },
  {
    command: 'dbstatistics',
    words: [[READ.volatile], [READ.persistent]],
    wrong: [[], ['nosuch.tdb'], ['0x12345678'], ['a.tdb', 'extra']],
    rule: NUMBERS,
  },
  {
    command: 'getdbseqnum',
    words: [[READ.persistent], [READ.volatile]],
    wrong: [[], ['nosuch.tdb'], ['0x12345678'], ['a.tdb', 'extra']],
  },
  {
    command: 'catdb',
    words: [[READ.persistent], [READ.volatile]],
    wrong: [[], ['nosuch.tdb'], ['0xzz'], ['0x12345678'], ['a.tdb', 'extra']],
  },
  {
    command: 'attach',
    words: [[READ.volatile], [READ.persistent, 'persistent']],
    wrong: [[], ['a.tdb', 'nonsense'], ['a.tdb', 'persistent', 'extra']],
  },
  { command: 'detach', words: [], refused: ['nosuch.tdb'], wrong: [[], ['nosuch.tdb'], ['nosuch.tdb', 'other.tdb']] },
  {
    command: 'setdbreadonly',
    words: [[WRITTEN.flagged], [READ.persistent]],
    wrong: [[], ['nosuch.tdb'], ['0x1'], ['a.tdb', 'extra']],
  },
  {
    command: 'setdbsticky',
    words: [[WRITTEN.flagged], [READ.persistent]],
    wrong: [[], ['nosuch.tdb'], ['0x1'], ['a.tdb', 'extra']],
  },
  { command: 'cattdb', words: [[READ.persistent], [READ.volatile]], wrong: [[], ['nosuch.tdb'], ['a.tdb', 'extra']] },
  {
    command: 'pfetch',
    words: [
      [READ.persistent, 'key'],
      [READ.volatile, 'key'],
    ],
    wrong: [[], ['nosuch.tdb'], ['nosuch.tdb', 'k'], ['a.tdb', 'k', 'extra']],
  },
  {
    command: 'pstore',
    words: [[CHANGED.pstore, 'key', 'value']],
    wrong: [[], ['a.tdb', 'k'], ['nosuch.tdb', 'k', 'v'], ['a.tdb', 'k', 'v', 'extra']],
  },
  {
    command: 'pdelete',
    words: [[CHANGED.pdelete, 'absent']],
    wrong: [[], ['nosuch.tdb'], ['nosuch.tdb', 'k'], ['a.tdb', 'k', 'extra']],
  },
  {
    command: 'ptrans',
    words: [[CHANGED.ptrans, '/dev/null']],
    wrong: [[], ['nosuch.tdb'], ['nosuch.tdb', '/dev/null'], ['a.tdb', 'f', 'extra']],
  },
  {
    command: 'readkey',
    words: [
      [WRITTEN.volatile, 'key'],
      [WRITTEN.volatile, 'absent', 'readonly'],
    ],
    wrong: [[], ['nosuch.tdb'], ['nosuch.tdb', 'k'], ['nosuch.tdb', 'k', 'other'], ['a.tdb', 'k', 'readonly', 'extra']],
  },
  {
    command: 'writekey',
    words: [[WRITTEN.volatile, 'key', 'value']],
    wrong: [[], ['a.tdb', 'k'], ['nosuch.tdb', 'k', 'v'], ['a.tdb', 'k', 'v', 'extra']],
  },
  {
    command: 'deletekey',
    words: [[WRITTEN.volatile, 'absent']],
    wrong: [[], ['nosuch.tdb'], ['nosuch.tdb', 'k'], ['a.tdb', 'k', 'extra']],
  },
  {
    command: 'pushrecord',
    words: [],
    refused: ['nosuch.tdb', 'k', 'v'],
    wrong: [[], ['a.tdb', 'k'], ['nosuch.tdb', 'k', 'v'], [READ.persistent, 'k', 'v'], ['a.tdb', 'k', 'v', 'extra']],
  },
  { command: 'wipedb', words: [], refused: ['nosuch.tdb'], wrong: [[], ['nosuch.tdb'], ['a.tdb', 'extra']] },
  {
    command: 'backupdb',
    words: [[READ.persistent, OTHER_BACKUP]],
    wrong: [[], ['nosuch.tdb'], ['nosuch.tdb', 'f'], ['a.tdb', 'f', 'extra']],
  },
  {
    command: 'restoredb',
    words: [],
    refused: ['/nonexistent'],
    wrong: [[], ['/nonexistent'], ['/etc/passwd'], ['a', 'b', 'extra']],
  },
  { command: 'dumpdbbackup', words: [[BACKUP]], wrong: [[], ['/nonexistent'], ['/etc/passwd'], ['f', 'extra']] },
  {
    command: 'tfetch',
    words: [
      [TDB, 'key'],
      [TDB, 'absent'],
    ],
    wrong: [[], ['/nonexistent'], ['/nonexistent', 'k'], ['/etc/passwd', 'k'], ['f', 'k', 'o', 'extra']],
  },
  {
    command: 'tstore',
    words: [[TDB, 'stored', 'value']],
    wrong: [[], ['/nonexistent', 'k'], ['/nonexistent', 'k', 'v'], ['/etc/passwd', 'k', 'v'], ['f', 'k', 'v', '1', '2', '3']],
  },
]
