import { writeFileSync } from 'node:fs'
import type { Lab } from '../harness/lab.ts'
import { untilSettled } from '../harness/view.ts'
import { OK, type Step, type Story } from './story.ts'

const FILE = '/tmp/ctdbts-mirror-absence'
const [BACKUP, CHANGES] = [`${FILE}-backup`, `${FILE}-changes`]
const [VOLATILE, PERSISTENT, REPLICATED, DETACHED] = ['v', 'p', 'r', 'd'].map((kind) => `mirror-away-${kind}.tdb`) as [
  string,
  string,
  string,
  string,
]
const LATE = 'mirror-away-late.tdb'
const AWAY = 2

const emptyAll = async (lab: Lab): Promise<void> => {
  writeFileSync(CHANGES, '"a" "1"\n"key" "by a file"\n"0x00ff" "0x0a00"\n"gone" ""\n')
  for (const [name, ...kind] of [[VOLATILE], [PERSISTENT, 'persistent'], [REPLICATED, 'replicated'], [DETACHED]]) {
    await lab.ctdb(0, 'attach', name ?? '', ...kind)
    await lab.ctdb(0, 'wipedb', name ?? '')
  }
}

const attached: readonly Step[] = [
  { argv: ['pstore', PERSISTENT, 'gone', 'value'], prepare: emptyAll },
  { argv: ['pstore', REPLICATED, 'key', 'value'] },
  { argv: ['backupdb', PERSISTENT, BACKUP] },
  { on: AWAY, argv: ['writekey', VOLATILE, 'key', 'value'] },
  { argv: ['writekey', DETACHED, 'key', 'value'] },
]

/** What the other nodes do meanwhile. Which node has a record is not compared: that depends on who is the leader. */
const meanwhile: readonly Step[] = [
  { argv: ['pfetch', PERSISTENT, 'gone'] },
  { argv: ['pstore', PERSISTENT, 'key', 'value'], look: [['getdbseqnum', PERSISTENT]] },
  { on: 1, argv: ['ptrans', PERSISTENT, CHANGES], look: [['getdbseqnum', PERSISTENT]] },
  { on: 1, argv: ['pdelete', REPLICATED, 'key'] },
  { argv: ['pfetch', REPLICATED, 'key'] },
  { argv: ['pfetch', PERSISTENT, '0x00ff'] },
  { argv: ['readkey', VOLATILE, 'key'] },
  { on: 1, argv: ['writekey', VOLATILE, 'key', 'another'], look: [['readkey', VOLATILE, 'key']] },
  { argv: ['writekey', VOLATILE, '0x0001', '0xff00'] },
  { on: 1, argv: ['deletekey', VOLATILE, '0x0001'], look: [['readkey', VOLATILE, '0x0001']] },
  // Flags stay, so that of two tools only the first one sets them: databases.test.ts compares them.
  { argv: ['setdbreadonly', VOLATILE] },
  { argv: ['setdbsticky', VOLATILE] },
  { argv: ['-n', String(AWAY), 'setdbreadonly', VOLATILE] },
  { argv: ['-n', String(AWAY), 'getdbstatus', DETACHED] },
  { argv: ['backupdb', PERSISTENT, `${BACKUP}-2`] },
  { argv: ['restoredb', BACKUP], look: [['getdbseqnum', PERSISTENT]] },
  { argv: ['pfetch', PERSISTENT, 'gone'] },
  { argv: ['pfetch', PERSISTENT, 'key'] },
  { on: 1, argv: ['wipedb', VOLATILE], look: [['catdb', VOLATILE]] },
  { argv: ['wipedb', REPLICATED], look: [['catdb', REPLICATED]] },
  ...[0, 1].map((pnn): Step => ({ argv: ['setvar', 'AllowClientDBAttach', '0', '-n', String(pnn)] })),
  { argv: ['detach', DETACHED], look: [['getdbstatus', DETACHED]] },
  ...[0, 1].map((pnn): Step => ({ argv: ['setvar', 'AllowClientDBAttach', '1', '-n', String(pnn)] })),
]

const afterwards: readonly Step[] = [
  { argv: ['pnn'], settled: OK },
  { on: AWAY, argv: ['tfetch', `/var/lib/ctdb/persistent/${PERSISTENT}.${AWAY}`, 'gone'] },
  { on: AWAY, argv: ['pfetch', PERSISTENT, 'key'] },
  { on: AWAY, argv: ['readkey', VOLATILE, 'key'] },
  { on: AWAY, argv: ['catdb', REPLICATED] },
]

/** On the node itself, whose databases are frozen: most of it waits, until it has no more time. */
const onItself: readonly Step[] = [
  ['getdbstatus', PERSISTENT],
  ['getdbstatus', DETACHED],
  ['getdbseqnum', PERSISTENT],
  ['attach', LATE, 'persistent'],
  ['catdb', PERSISTENT],
  ['cattdb', PERSISTENT],
  ['backupdb', PERSISTENT, `${BACKUP}-3`],
  ['pfetch', PERSISTENT, 'gone'],
  ['pstore', PERSISTENT, 'key', 'by the stopped node'],
  ['ptrans', PERSISTENT, CHANGES],
  ['readkey', VOLATILE, 'key'],
  ['writekey', VOLATILE, 'key', 'by the stopped node'],
  ['setdbsticky', VOLATILE],
  ['detach', 'nosuch.tdb'],
  ['restoredb', '/nonexistent'],
].map((argv) => ({ on: AWAY, argv: ['-T', '3', ...argv] }))

/** Those that change databases while a node is not there, and what it then has. */
export const ABSENCE_STORIES: readonly Story[] = [
  {
    name: 'databases change while a node is stopped',
    steps: [
      ...attached,
      { argv: ['stop', '-n', String(AWAY)], settled: ['OK', 'OK', 'Stopped'] },
      ...onItself,
      ...meanwhile,
      { argv: ['continue', '-n', String(AWAY)], settled: OK },
      ...afterwards,
    ],
  },
  {
    name: 'databases change while a node is banned',
    steps: [
      ...attached,
      { argv: ['ban', '600', '-n', String(AWAY)], settled: ['OK', 'OK', 'Banned'] },
      ...meanwhile,
      { argv: ['unban', '-n', String(AWAY)], settled: OK },
      ...afterwards,
    ],
  },
  {
    name: 'databases change while a daemon is gone',
    steps: [
      ...attached,
      {
        argv: ['nodestatus', String(AWAY)],
        prepare: async (lab) => {
          lab.killDaemon(AWAY)
          await untilSettled(lab, ['OK', 'OK', 'Disconnected|Unhealthy'], [0, 1])
        },
      },
      ...meanwhile,
      { argv: ['pnn'], prepare: (lab) => lab.startDaemon(AWAY), settled: OK },
      ...afterwards,
    ],
  },
]
