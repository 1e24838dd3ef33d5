import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { storeInTdb } from '../../support/tdb.ts'
import type { Lab } from '../harness/lab.ts'
import { OK, type Step, type Story } from './story.ts'

const databaseStatus = (name: string, pnn = 0) => ['getdbstatus', name, '-n', String(pnn)]
/** Keys and values: text, bytes, empty, long. */
const records = [
  ['key', 'value'],
  ['0x00ff', '0x0a1b22'],
  ['nul', '0x61006200'],
  ['key', 'another value'],
  ['empty', ''],
  ['long', 'x'.repeat(20_000)],
]
/** Attaches a database and empties it, so that both tools begin with the same. */
const emptied =
  (name: string, ...kind: string[]) =>
  async (lab: Lab) => {
    await lab.ctdb(0, 'attach', name, ...kind)
    await lab.ctdb(0, 'wipedb', name)
  }
const BACKED_UP = 'mirror-b.tdb'
const BACKUP = '/tmp/ctdbts-mirror-backup'
const TRUNCATED = `${BACKUP}-truncated`
const truncated = () => writeFileSync(TRUNCATED, readFileSync(BACKUP).subarray(0, -100))
const writeTransaction = () =>
  writeFileSync(
    '/tmp/ctdbts-mirror-ptrans',
    `"a" "1"\n  "b"\t"2"\nno quotes\n"open\n"0x1" "odd"\n"a" ""\n\n"c" "0x00ff"\n"" "no key"\n"${'k'.repeat(1500)}" "cut"\n"last" "line"`,
  )
const setOnAll = (tunable: string, value: string): Step[] =>
  [0, 1, 2].map((pnn) => ({ argv: ['setvar', tunable, value, '-n', String(pnn)] }))

const OPTIONS_NAME = 'mirror-o.tdb'
const OPTIONS_BACKUP = `${BACKUP}-options`
/** Each of them takes as long as a recovery. */
const FEW_OPTIONS = [[], ['-Xv'], ['-T', '20'], ['-n', '1']]
const withOptions = (argv: readonly string[]): Step[] =>
  FEW_OPTIONS.map((options) => ({ argv: [...options, ...argv], group: 'options' }))

const UNHEALTHY = 'mirror-u.tdb'
const UNHEALTHY_BACKUP = `${BACKUP}-unhealthy`
/** The daemon looks into this file whenever it is asked. */
const setHealth = (reason: string) => (lab: Lab) =>
  storeInTdb(lab.path(0, 'lib/state/persistent_health.tdb.0'), UNHEALTHY, reason)
const markUnhealthy = setHealth('ERROR - marked by a test')
const markHealthy = setHealth('')
const onUnhealthy: readonly Step[] = [
  ...[['getdbstatus', UNHEALTHY], ['getdbmap'], ['-X', 'getdbmap'], ['attach', UNHEALTHY, 'persistent']],
  ...['catdb', 'cattdb', 'getdbseqnum', 'setdbreadonly', 'setdbsticky', 'detach'].map((command) => [command, UNHEALTHY]),
  ['-n', '1', 'catdb', UNHEALTHY],
  ...[['readkey'], ['deletekey'], ['writekey', 'value']].map(([command = '', ...value]) => [command, UNHEALTHY, 'key', ...value]),
  ['pfetch', UNHEALTHY, 'key'],
  ['pstore', UNHEALTHY, 'key', 'other'],
  ['pdelete', UNHEALTHY, 'key'],
  ['ptrans', UNHEALTHY, '/dev/null'],
  ['backupdb', UNHEALTHY, UNHEALTHY_BACKUP],
]
  .map((argv): Step => ({ argv }))
  .concat([
    { on: 1, argv: ['catdb', UNHEALTHY] },
    { on: 1, argv: ['getdbstatus', UNHEALTHY, '-n', '0'] },
    { on: 1, argv: ['-X', 'getdbmap', '-n', '0'] },
    { on: 1, argv: ['pstore', UNHEALTHY, 'key', 'from node 1'] },
    { on: 1, argv: ['backupdb', UNHEALTHY, `${UNHEALTHY_BACKUP}-1`] },
  ])

const COPIES = 'mirror-copies.tdb'
/** What a node has in its file, with the marks of copies. */
const file = (on: number): Step => ({ on, argv: ['cattdb', COPIES] })

/** A file that no daemon has open, and where its records go. */
const TDB = '/tmp/ctdbts-mirror-tdb'
const TDB_SOURCE = 'mirror-source.tdb'
async function copyTdb(lab: Lab): Promise<void> {
  await emptied(TDB_SOURCE, 'persistent')(lab)
  await lab.must(0, 'ctdb', 'pstore', TDB_SOURCE, 'key', 'value')
  copyFileSync(lab.path(0, `lib/persistent/${TDB_SOURCE}.0`), TDB)
}
const store = (key: string, ...rest: string[]): Step => ({
  argv: ['tstore', TDB, key, ...rest],
  look: [['tfetch', TDB, key]],
})

/** Those that change databases. */
export const DATABASE_STORIES: readonly Story[] = [
  {
    name: 'databases are attached',
    steps: [
      { argv: ['attach', 'mirror.tdb'], look: [databaseStatus('mirror.tdb')] },
      { argv: ['attach', 'mirror-p.tdb', 'persistent'], look: [databaseStatus('mirror-p.tdb')] },
      { argv: ['attach', 'mirror-r.tdb', 'replicated'], look: [databaseStatus('mirror-r.tdb')] },
      {
        argv: ['attach', 'mirror-ro.tdb', 'readonly'],
        look: [databaseStatus('mirror-ro.tdb'), databaseStatus('mirror-ro.tdb', 2)],
      },
      { argv: ['attach', 'mirror-s.tdb', 'sticky'], look: [databaseStatus('mirror-s.tdb'), databaseStatus('mirror-s.tdb', 2)] },
      { argv: ['-n', '0', 'attach', 'mirror.tdb'] },
      { argv: ['-n', '1', 'attach', 'mirror.tdb'] },
      // It is volatile already.
      { argv: ['attach', 'mirror.tdb', 'persistent'] },
      { argv: ['setdbreadonly', 'mirror-ro.tdb'], look: [databaseStatus('mirror-ro.tdb')] },
      { argv: ['-n', '1', 'setdbsticky', 'mirror-s.tdb'], look: [databaseStatus('mirror-s.tdb', 1)] },
      { argv: ['setdbreadonly', 'mirror-p.tdb'] },
      { argv: ['setdbsticky', 'mirror-r.tdb'] },
      ...['mirror.tdb', 'mirror-p.tdb', 'mirror-r.tdb'].flatMap((name) => [
        { argv: ['getdbseqnum', name] },
        { argv: ['catdb', name] },
        { argv: ['-X', '-v', 'catdb', name] },
      ]),
    ],
  },
  {
    name: 'databases are detached',
    steps: [
      { argv: ['attach', 'mirror-d.tdb'] },
      { argv: ['detach', 'mirror-d.tdb'] },
      ...setOnAll('AllowClientDBAttach', '0'),
      { argv: ['attach', 'mirror-late.tdb'] },
      { argv: ['catdb', 'mirror-d.tdb'] },
      { argv: ['detach', 'ctdb.tdb', 'mirror-d.tdb'] },
      { argv: ['detach', 'nosuch.tdb', 'mirror-d.tdb'], look: [['getdbmap'], ['getdbmap', '-n', '2']] },
      { argv: ['detach', 'mirror-d.tdb'] },
      ...setOnAll('AllowClientDBAttach', '1'),
    ],
  },
  {
    name: 'records of volatile databases',
    steps: [
      { argv: ['attach', 'mirror-v.tdb'], prepare: emptied('mirror-v.tdb') },
      { argv: ['readkey', 'mirror-v.tdb', 'key'] },
      ...records
        // The daemon removes an empty record from the file when it comes to that.
        .filter(([, value]) => value !== '')
        .map((record) => ({ argv: ['writekey', 'mirror-v.tdb', ...record], look: [['catdb', 'mirror-v.tdb']] })),
      { argv: ['readkey', 'mirror-v.tdb', 'key'] },
      { argv: ['readkey', 'mirror-v.tdb', '0x00ff'] },
      { argv: ['readkey', 'mirror-v.tdb', 'nul'] },
      { argv: ['readkey', 'mirror-v.tdb', 'key', 'readonly'] },
      { argv: ['readkey', 'mirror-v.tdb', 'key', 'writable'] },
      { argv: ['readkey', 'mirror-v.tdb', ''] },
      { argv: ['readkey', 'mirror-v.tdb', '0x123'] },
      { argv: ['readkey', 'mirror-v.tdb', '0xzz'] },
      { argv: ['writekey', 'mirror-v.tdb', 'key', '0x1'] },
      { argv: ['cattdb', 'mirror-v.tdb'] },
      { on: 1, argv: ['cattdb', 'mirror-v.tdb'] },
      { argv: ['writekey', 'mirror-v.tdb', 'empty', ''], look: [['catdb', 'mirror-v.tdb']] },
      { on: 1, argv: ['readkey', 'mirror-v.tdb', 'key'], look: [['catdb', 'mirror-v.tdb']] },
      { on: 2, argv: ['writekey', 'mirror-v.tdb', 'key', 'from node 2'], look: [['catdb', 'mirror-v.tdb']] },
      { on: 1, argv: ['deletekey', 'mirror-v.tdb', 'key'] },
      { argv: ['deletekey', 'mirror-v.tdb', 'absent'] },
      { argv: ['readkey', 'mirror-v.tdb', 'key'] },
      ...['readkey', 'deletekey'].map((command) => ({ argv: [command, 'mirror-p.tdb', 'key'] })),
      { argv: ['writekey', 'mirror-p.tdb', 'key', 'value'] },
      { argv: ['writekey', 'nosuch.tdb', 'key', 'value'] },
      { argv: ['pfetch', 'mirror-v.tdb', 'key'] },
    ],
  },
  ...(['persistent', 'replicated'] as const).map((kind): Story => {
    const name = `mirror-t-${kind}.tdb`
    const look = [
      ['catdb', name],
      ['getdbseqnum', name],
    ]
    return {
      name: `transactions on a ${kind} database`,
      steps: [
        { argv: ['attach', name, kind], prepare: emptied(name, kind) },
        { argv: ['pfetch', name, 'key'] },
        ...records.map((record) => ({ argv: ['pstore', name, ...record], look })),
        { argv: ['pstore', name, 'key', 'value'], look },
        { argv: ['pfetch', name, 'key'] },
        { argv: ['pfetch', name, '0x00ff'] },
        { argv: ['pfetch', name, 'nul'] },
        { on: 1, argv: ['pfetch', name, 'key'] },
        { on: 1, argv: ['pstore', name, 'key', 'from node 1'], look },
        { argv: ['pfetch', name, 'key'] },
        { on: 2, argv: ['pdelete', name, 'key'], look },
        { argv: ['pdelete', name, 'absent'], look },
        { argv: ['pfetch', name, 'key'] },
        { argv: ['ptrans', name, '/nonexistent'] },
        { argv: ['ptrans', name, '/dev/null'], look },
        { argv: ['ptrans', name, '/tmp/ctdbts-mirror-ptrans'], prepare: writeTransaction, look },
        { argv: ['pstore', name, '0x1', 'value'] },
        { argv: ['pstore', name, 'key', '0xxx'] },
        { argv: ['pstore', name, '', 'value'], look },
        { argv: ['cattdb', name] },
        { on: 2, argv: ['cattdb', name] },
        { argv: ['recover'], settled: OK },
        { argv: ['catdb', name] },
      ],
    }
  }),
  {
    name: 'databases are backed up, wiped and restored',
    steps: [
      { argv: ['attach', BACKED_UP, 'persistent'], prepare: emptied(BACKED_UP, 'persistent') },
      { argv: ['backupdb', BACKED_UP, BACKUP] },
      { argv: ['wipedb', BACKED_UP], look: [['catdb', BACKED_UP]] },
      // More than one buffer of a backup holds.
      ...Array.from({ length: 9 }, (_, index) => ({ argv: ['pstore', BACKED_UP, `key${index}`, String(index).repeat(30_000)] })),
      { argv: ['pstore', BACKED_UP, '0x00ff', '0x0a1b22'] },
      { argv: ['backupdb', BACKED_UP, BACKUP] },
      { argv: ['dumpdbbackup', BACKUP] },
      {
        argv: ['wipedb', BACKED_UP],
        settled: OK,
        look: [
          ['catdb', BACKED_UP],
          ['getdbseqnum', BACKED_UP],
        ],
      },
      {
        argv: ['restoredb', BACKUP],
        look: [
          ['catdb', BACKED_UP],
          ['getdbseqnum', BACKED_UP],
        ],
      },
      { on: 1, argv: ['cattdb', BACKED_UP] },
      {
        argv: ['restoredb', BACKUP, 'mirror-other.tdb'],
        look: [['catdb', 'mirror-other.tdb'], databaseStatus('mirror-other.tdb')],
      },
      { argv: ['backupdb', BACKED_UP, '/nonexistent/backup'] },
      { argv: ['dumpdbbackup', TRUNCATED], prepare: truncated },
      { argv: ['restoredb', TRUNCATED], settled: OK },
      { argv: ['restoredb', BACKUP], settled: OK, look: [['catdb', BACKED_UP]] },
      { on: 2, argv: ['tfetch', `/var/lib/ctdb/persistent/${BACKED_UP}.2`, '0x00ff'] },
      { argv: ['tfetch', `/var/lib/ctdb/persistent/${BACKED_UP}.0`, 'absent'] },
    ],
  },
  {
    name: 'records are copied for reading',
    steps: [
      { argv: ['attach', COPIES], prepare: emptied(COPIES) },
      { argv: ['setdbreadonly', COPIES], look: [databaseStatus(COPIES), databaseStatus(COPIES, 2)] },
      { argv: ['writekey', COPIES, 'key', 'value'] },
      { on: 1, argv: ['readkey', COPIES, 'key', 'readonly'] },
      { on: 2, argv: ['readkey', COPIES, 'key', 'readonly'] },
      ...[0, 1, 2].map(file),
      { on: 1, argv: ['readkey', COPIES, 'key', 'readonly'] },
      { argv: ['catdb', COPIES] },
      { on: 1, argv: ['writekey', COPIES, 'key', 'from node 1'] },
      ...[0, 1, 2].map(file),
      { on: 2, argv: ['readkey', COPIES, 'key', 'readonly'] },
      { on: 2, argv: ['deletekey', COPIES, 'key'] },
      { argv: ['readkey', COPIES, 'key', 'readonly'] },
      { argv: ['readkey', COPIES, '0xff00', 'readonly'] },
    ],
  },
  {
    name: 'records of a file that no daemon has open',
    steps: [
      { argv: ['tfetch', TDB, 'key'], prepare: copyTdb },
      store('key', 'another'),
      store('0x00ff', '0x0a00ff'),
      store('empty', ''),
      store('', 'value'),
      store('long', 'x'.repeat(100_000)),
      store('header', 'value', '7', '2', '0x10000'),
      store('header', 'value', 'x', 'y', 'z'),
      store('header', 'value', '18446744073709551615', '4294967295', '-1'),
      store('header', 'value', '0x7'),
      store('header', 'value', '5', '1'),
      store('0x1', 'value'),
      store('key', '0xzz'),
      store('empty', ''),
      { argv: ['tfetch', TDB, 'empty', '/tmp/ctdbts-mirror-tdb-value'] },
      { argv: ['tfetch', TDB, 'long', '/tmp/ctdbts-mirror-tdb-value'] },
      { argv: ['tfetch', TDB, 'key', '/nonexistent/value'] },
    ],
  },
  {
    name: 'databases are detached, wiped and restored with options',
    steps: [
      { argv: ['attach', OPTIONS_NAME, 'persistent'], prepare: emptied(OPTIONS_NAME, 'persistent') },
      { argv: ['pstore', OPTIONS_NAME, 'key', 'value'] },
      { argv: ['backupdb', OPTIONS_NAME, OPTIONS_BACKUP] },
      ...withOptions(['wipedb', OPTIONS_NAME]),
      ...withOptions(['restoredb', OPTIONS_BACKUP]),
      ...setOnAll('AllowClientDBAttach', '0'),
      // Persistent databases cannot be detached in 4.17.
      ...withOptions(['detach', OPTIONS_NAME]),
      ...setOnAll('AllowClientDBAttach', '1'),
    ],
  },
  {
    name: 'a persistent database is unhealthy on a node',
    steps: [
      { argv: ['attach', UNHEALTHY, 'persistent'], prepare: emptied(UNHEALTHY, 'persistent') },
      { argv: ['pstore', UNHEALTHY, 'key', 'value'] },
      { argv: ['backupdb', UNHEALTHY, UNHEALTHY_BACKUP] },
      ...onUnhealthy.map((step) => ({ prepare: markUnhealthy, ...step })),
      { argv: ['restoredb', UNHEALTHY_BACKUP], prepare: markUnhealthy, settled: OK, look: [databaseStatus(UNHEALTHY)] },
      { argv: ['wipedb', UNHEALTHY], prepare: markUnhealthy, settled: OK, look: [databaseStatus(UNHEALTHY)] },
      { argv: ['recover'], prepare: markUnhealthy, settled: OK, look: [databaseStatus(UNHEALTHY)] },
      { argv: ['catdb', UNHEALTHY], prepare: markHealthy },
    ],
  },
]
