import { readFileSync, writeFileSync } from 'node:fs'
import type { Lab } from '../harness/lab.ts'
import { untilSettled } from '../harness/view.ts'

/** One command of a story, and what has to be the same after it. */
interface Step {
  /** The node on which it runs; 0 by default. */
  readonly on?: number
  readonly argv: readonly string[]
  /** The states of the nodes after it. The step ends when all nodes see them. */
  readonly settled?: readonly string[]
  /** Command lines of `ctdb`, on node 0, that have to print the same after both tools. */
  readonly look?: readonly (readonly string[])[]
  /** Runs before the command. */
  readonly prepare?: (lab: Lab) => Promise<void> | void
}

/** A sequence of commands that begins and ends with a healthy cluster. Both tools run it, one after the other. */
export interface Story {
  readonly name: string
  readonly steps: readonly Step[]
}

const OK = ['OK', 'OK', 'OK']
const ADDRESS = '10.99.1.131'
const ADDED = '10.99.1.140'
const ADDED_IPV6 = 'fd00:99:1::140'
const CLIENT = '10.0.0.9:1234'

const getvar = [
  ['getvar', 'RecoverTimeout'],
  ['getvar', 'RecoverTimeout', '-n', '1'],
]
const debugLevels = [['getdebug'], ['getdebug', '-n', '2']]
const capabilities = [['getcapabilities'], ['getcapabilities', '-n', '1']]
const tickles = [['-X', 'gettickles', ADDRESS]]
const scripts = [['event', 'script', 'list', 'legacy']]
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
/** What each node reports about an address, or that it does not know it. */
const known = (address: string) => [0, 1, 2].map((pnn) => ['ipinfo', address, '-n', String(pnn)])

/** Adds a line to the public addresses file of a node, or removes it. */
const edit = (pnn: number, line: string, what: 'add' | 'remove') => (lab: Lab) => {
  const path = lab.path(pnn, 'etc/public_addresses')
  const rest = readFileSync(path, 'utf8').replace(`${line}\n`, '')
  writeFileSync(path, what === 'add' ? `${rest}${line}\n` : rest)
}

export const STORIES: readonly Story[] = [
  {
    name: 'settings of the daemons',
    steps: [
      { argv: ['setvar', 'RecoverTimeout', '31'], look: getvar },
      { argv: ['-n', '1', 'setvar', 'recovertimeout', '0x20'], look: getvar },
      { argv: ['setvar', 'MaxRedirectCount', '4'], look: [['getvar', 'MaxRedirectCount']] },
      { argv: ['setvar', '-n', '1', 'RecoverTimeout', '30'] },
      { argv: ['-v', 'setvar', 'RecoverTimeout', '30'], look: getvar },
      ...['ERROR', 'warning', 'Info', '4', 'D', ''].map((level) => ({ argv: ['setdebug', level], look: debugLevels })),
      { argv: ['setdebug', 'DEBUG', '-n', '2'], look: debugLevels },
      { argv: ['setdebug', '-n', '2', 'NOTICE'] },
      { argv: ['setdebug', 'NOTICE'], look: debugLevels },
      { argv: ['setlmasterrole', 'off'], look: capabilities },
      { argv: ['setlmasterrole', 'on'], look: capabilities },
      { argv: ['setlmasterrole', '-n', '1', 'off'], look: capabilities },
      { argv: ['setlmasterrole', '-n', '1', 'on'], look: capabilities },
      { argv: ['setleaderrole', '-n', '1', 'off'], look: capabilities, settled: OK },
      { argv: ['setleaderrole', '-n', '1', 'on'], look: capabilities, settled: OK },
      { argv: ['statisticsreset'] },
      { argv: ['statisticsreset', '-n', '2'] },
      // Harmless: the next monitor event sets it anyway.
      { argv: ['setifacelink', 'eth2', 'up'] },
      { argv: ['setifacelink', '-n', '1', 'eth2', 'up'] },
    ],
  },
  {
    name: 'a node is disabled',
    steps: [
      { argv: ['disable', '-n', '2'], settled: ['OK', 'OK', 'Disabled'] },
      { argv: ['disable', '-n', '2'] },
      { argv: ['-v', 'enable', '-n', '2'], settled: OK },
      { argv: ['enable', '-n', '2'] },
      { argv: ['disable'], settled: ['Disabled', 'OK', 'OK'] },
      { argv: ['enable'], settled: OK },
      { argv: ['enable'] },
    ],
  },
  {
    name: 'a node is stopped',
    steps: [
      { argv: ['stop', '-n', '2'], settled: ['OK', 'OK', 'Stopped'] },
      { argv: ['stop', '-n', '2'] },
      { argv: ['ipreallocate', '-n', '2'] },
      { on: 2, argv: ['ipreallocate'] },
      { on: 2, argv: ['disable', '-n', '1'], settled: ['OK', 'Disabled', 'Stopped'] },
      { on: 2, argv: ['enable', '-n', '1'], settled: ['OK', 'OK', 'Stopped'] },
      { on: 2, argv: ['setvar', 'RecoverTimeout', '30'] },
      { on: 2, argv: ['reloadnodes'] },
      { on: 2, argv: ['continue'], settled: OK },
      { argv: ['continue', '-n', '2'] },
      { on: 2, argv: ['stop'], settled: ['OK', 'OK', 'Stopped'] },
      { argv: ['continue', '-n', '2'], settled: OK },
    ],
  },
  {
    name: 'a node is banned',
    steps: [
      { argv: ['ban', '0', '-n', '1'] },
      { argv: ['ban', '600', '-n', '1'], settled: ['OK', 'Banned', 'OK'] },
      { argv: ['ban', '600', '-n', '1'] },
      { argv: ['unban', '-n', '1'], settled: OK },
      { argv: ['unban', '-n', '1'] },
      { on: 1, argv: ['ban', '0x258'], settled: ['OK', 'Banned', 'OK'] },
      { on: 1, argv: ['unban'], settled: OK },
    ],
  },
  {
    name: 'recoveries and takeover runs',
    steps: [
      { argv: ['recover'], settled: OK },
      { argv: ['recover', '-n', '1'], settled: OK },
      { argv: ['ipreallocate'], settled: OK },
      { argv: ['-v', 'ipreallocate', '-n', '1'], settled: OK },
      { argv: ['sync'], settled: OK },
    ],
  },
  {
    name: 'addresses are added, moved and deleted',
    steps: [
      { argv: ['addip', `${ADDED}/24`, 'eth1'], settled: OK, look: known(ADDED) },
      { argv: ['addip', `${ADDED}/24`, 'eth1'] },
      { argv: ['delip', ADDED], settled: OK, look: known(ADDED) },
      { argv: ['delip', ADDED] },
      { argv: ['-n', '1', 'addip', `${ADDED_IPV6}/64`, 'eth2'], settled: OK, look: known(ADDED_IPV6) },
      { argv: ['delip', ADDED_IPV6, '-n', '1'], settled: OK, look: known(ADDED_IPV6) },
      { argv: ['moveip', ADDRESS, '2'], settled: OK, look: known(ADDRESS) },
      { argv: ['moveip', ADDRESS, '2'], settled: OK, look: known(ADDRESS) },
      { on: 1, argv: ['-v', 'moveip', ADDRESS, '1'], settled: OK, look: known(ADDRESS) },
      { argv: ['moveip', ADDRESS, '0'], settled: OK, look: known(ADDRESS) },
      { argv: ['addtickle', CLIENT, `${ADDRESS}:445`], look: tickles },
      { argv: ['deltickle', CLIENT, `${ADDRESS}:445`], look: tickles },
      { argv: ['gratarp', ADDRESS, 'eth1'] },
      { argv: ['gratarp', '-n', '1', ADDRESS, 'eth1'] },
    ],
  },
  {
    name: 'files are reloaded',
    steps: [
      { argv: ['reloadnodes'] },
      { argv: ['reloadips'], settled: OK },
      { argv: ['reloadips', 'all'], settled: OK },
      { argv: ['reloadips', '0,2'], settled: OK },
      { argv: ['reloadips', '1'], prepare: edit(1, `${ADDED}/24 eth1`, 'add'), settled: OK, look: known(ADDED) },
      { argv: ['reloadips', '-n', '0'], prepare: edit(1, `${ADDED}/24 eth1`, 'remove'), settled: OK, look: known(ADDED) },
      { on: 1, argv: ['reloadips'], settled: OK, look: known(ADDED) },
    ],
  },
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
    name: 'event scripts',
    steps: [
      { argv: ['event', 'run', '30', 'legacy', 'monitor'] },
      { argv: ['event', 'script', 'enable', 'legacy', '13.per_ip_routing'], look: scripts },
      { argv: ['event', 'script', 'enable', 'legacy', '13.per_ip_routing'], look: scripts },
      { argv: ['event', 'script', 'disable', 'legacy', '13.per_ip_routing'], look: scripts },
    ],
  },
  {
    name: 'a daemon is shut down',
    steps: [
      { argv: ['-v', 'shutdown', '-n', '2'] },
      { argv: ['nodestatus', '2'], prepare: (lab) => untilSettled(lab, ['OK', 'OK', 'Disconnected|Unhealthy'], [0, 1]) },
      { argv: ['pnn'], prepare: (lab) => lab.startDaemon(2), settled: OK },
    ],
  },
]
