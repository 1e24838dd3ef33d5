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
    why: 'a usage text has the name of the program, its own options (`--help` tells them) and its own words for what the command does',
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
    why: 'where no daemon answers, `ctdbts` says why, and what to try',
    explains: (ctdb, ctdbts) =>
      sameStatus(ctdb, ctdbts) && ctdb.stderr.includes('Failed to connect to CTDB daemon') && ctdb.stdout === ctdbts.stdout,
  },
  {
    why: '4.17 no longer has it; `ctdbts` has it for older daemons',
    explains: (ctdb, _ctdbts, { command }) => command !== 'pushrecord' && isUnknown(ctdb, command),
  },
  {
    why: '4.17 does not have it yet; `ctdbts` has it for newer daemons',
    explains: (ctdb, _ctdbts, { command }) => command === 'pushrecord' && isUnknown(ctdb, command),
  },
  {
    why: 'with `-v`, `ctdbts` says on stderr what a command has changed',
    explains: (ctdb, ctdbts, { argv, group }) =>
      group !== 'errors' &&
      argv.some((word) => /^-X?v$/.test(word)) &&
      sameStatus(ctdb, ctdbts) &&
      ctdb.stdout === ctdbts.stdout &&
      ctdbts.stderr.startsWith(ctdb.stderr),
  },
  {
    why: 'where the arguments are wrong and no daemon answers either, `ctdbts` speaks of the arguments: without `-n` it asks nobody then',
    explains: (ctdb, ctdbts) =>
      sameStatus(ctdb, ctdbts) && /^Failed to connect|^connect\(\) failed/.test(ctdb.stderr) && USAGE.test(ctdbts.stdout),
  },
  {
    why: 'the usage text of `sync` is that of `sync`, not that of `ipreallocate`',
    explains: (ctdb, ctdbts, { command }) =>
      command === 'sync' && sameStatus(ctdb, ctdbts) && USAGE.test(ctdb.stdout) && USAGE.test(ctdbts.stdout),
  },
  {
    why: 'with a wrong number of words, `ctdb dumpdbbackup` and `ctdb checktcpport` list all commands, as they look for themselves by other names',
    explains: (ctdb, ctdbts, { command }) =>
      (command === 'dumpdbbackup' || command === 'checktcpport') &&
      sameStatus(ctdb, ctdbts) &&
      ctdb.stdout.startsWith('Usage: ') &&
      ctdb.stdout.includes('\n  version ') &&
      USAGE.test(ctdbts.stdout),
  },
  {
    why: 'where a backup ends too early, `ctdb` exits with the error number that an earlier call has left, `ctdbts` with that of EIO, and names the place',
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
    why: "`event` has the usage text of the other commands; that of `ctdb` is its helper program's",
    explains: (ctdb, ctdbts) =>
      sameStatus(ctdb, ctdbts) && ctdb.stdout.startsWith('Usage: ctdb-event ') && USAGE.test(ctdbts.stdout),
  },
  {
    why: 'of a component that is not there, 4.25 and `ctdbts` tell the folder that was looked for; 4.17 only a number',
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
