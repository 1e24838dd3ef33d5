import { isDeepStrictEqual } from 'node:util'
import type { Shown } from '../side-by-side/compare.ts'
import type { Case } from './cases.ts'

/** An intended difference. It has to occur in the tests, so that the list does not grow stale. */
export interface Difference {
  readonly why: string
  /** Whether the two runs differ in this and in nothing else. */
  explains(ctdb: Shown, ctdbts: Shown, tested: Case): boolean
}

const USAGE = /^Usage: .*?\n\nCommands:\n(?<command>.{45})/s
const isUnknown = (ctdb: Shown, command: string): boolean => ctdb.stderr === `Unknown command '${command}'\n`
const sameStatus = (ctdb: Shown, ctdbts: Shown): boolean => ctdb.status === ctdbts.status

export const DIFFERENCES: readonly Difference[] = [
  {
    why: 'each program names itself in its usage text, and lists its own options (see `--help`) and its own description of the command',
    explains: (ctdb, ctdbts) => {
      const [theirs, ours] = [USAGE.exec(ctdb.stdout), USAGE.exec(ctdbts.stdout)]
      return sameStatus(ctdb, ctdbts) && theirs !== null && theirs.groups?.command === ours?.groups?.command
    },
  },
  {
    why: '4.17 has no `-j`; `ctdbts` answers as 4.25 does',
    explains: (ctdb, _ctdbts, { argv }) => argv.includes('-j') && ctdb.stderr === 'Invalid option -j: unknown option\n',
  },
  {
    why: 'if no daemon answers, `ctdbts` prints the reason and what to try',
    explains: (ctdb, ctdbts) =>
      sameStatus(ctdb, ctdbts) && ctdb.stderr.includes('Failed to connect to CTDB daemon') && ctdb.stdout === ctdbts.stdout,
  },
  {
    why: '4.17 no longer has the command; `ctdbts` has it for older daemons',
    explains: (ctdb, _ctdbts, { command }) => command !== 'pushrecord' && isUnknown(ctdb, command),
  },
  {
    why: '4.17 does not have the command yet; `ctdbts` has it for newer daemons',
    explains: (ctdb, _ctdbts, { command }) => command === 'pushrecord' && isUnknown(ctdb, command),
  },
  {
    why: 'with `-v`, `ctdbts` prints on standard error what a command has changed',
    explains: (ctdb, ctdbts, { argv, group }) =>
      group !== 'errors' &&
      argv.some((word) => /^-X?v$/.test(word)) &&
      sameStatus(ctdb, ctdbts) &&
      ctdb.stdout === ctdbts.stdout &&
      ctdbts.stderr.startsWith(ctdb.stderr),
  },
  {
    why: 'if the arguments are wrong and no daemon answers, `ctdbts` reports the arguments, because without `-n` it checks them before it contacts a daemon',
    explains: (ctdb, ctdbts) =>
      sameStatus(ctdb, ctdbts) && /^Failed to connect|^connect\(\) failed/.test(ctdb.stderr) && USAGE.test(ctdbts.stdout),
  },
  {
    why: '`ctdbts sync` prints the usage text of `sync`, `ctdb sync` prints that of `ipreallocate`',
    explains: (ctdb, ctdbts, { command }) =>
      command === 'sync' && sameStatus(ctdb, ctdbts) && USAGE.test(ctdb.stdout) && USAGE.test(ctdbts.stdout),
  },
  {
    why: 'if the number of arguments is wrong, `ctdb dumpdbbackup` and `ctdb checktcpport` list all commands, because they look up their own usage by another name',
    explains: (ctdb, ctdbts, { command }) =>
      (command === 'dumpdbbackup' || command === 'checktcpport') &&
      sameStatus(ctdb, ctdbts) &&
      ctdb.stdout.startsWith('Usage: ') &&
      ctdb.stdout.includes('\n  version ') &&
      USAGE.test(ctdbts.stdout),
  },
  {
    why: 'if a backup ends too early, `ctdb` exits with the error number that an earlier call has left; `ctdbts` exits with that of EIO and names the place',
    explains: (ctdb, ctdbts, { command, argv }) =>
      (command === 'dumpdbbackup' || command === 'restoredb') &&
      argv.some((word) => word.endsWith('-truncated')) &&
      ctdbts.status === 5 &&
      isDeepStrictEqual(
        { ...ctdb, status: 5 },
        { ...ctdbts, stderr: ctdbts.stderr.replace(/^ctdbts: .* is damaged at .*\n/, '') },
      ),
  },
  {
    why: '4.17 writes "Destiation" in the header; 4.25 and `ctdbts` do not',
    explains: (ctdb, ctdbts) => isDeepStrictEqual({ ...ctdb, stdout: ctdb.stdout.replace('Destiation', 'Destination') }, ctdbts),
  },
  {
    why: '`ctdbts event` prints a usage text like that of other commands; `ctdb event` prints that of its helper program',
    explains: (ctdb, ctdbts) =>
      sameStatus(ctdb, ctdbts) && ctdb.stdout.startsWith('Usage: ctdb-event ') && USAGE.test(ctdbts.stdout),
  },
  {
    why: 'for a missing component, 4.25 and `ctdbts` print the folder that they looked for; 4.17 prints only a number',
    explains: (ctdb, ctdbts, { command }) =>
      command === 'event' &&
      sameStatus(ctdb, ctdbts) &&
      ctdb.stderr === 'Command script list finished with result=2\n' &&
      ctdbts.stderr.startsWith('Unable to find event script installation directory: '),
  },
]

/** Faults of newer releases, which the tests meet only there (LAB_CTDB). */
export const NEWER_DIFFERENCES: readonly Difference[] = [
  {
    why: '`ctdb` of 4.25 crashes where it cannot fetch a record; `ctdbts` ends with the status of the failure',
    explains: (ctdb, ctdbts) =>
      ctdb.status === -1 &&
      ctdb.stderr === `${ctdbts.stderr}Bad talloc magic value - unknown value\n` &&
      ctdb.stdout === ctdbts.stdout,
  },
]
