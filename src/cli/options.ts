import * as Flags from '@oclif/core/flags'
import { hostFlags } from './host-flags.ts'
import type { OptionShape } from './popt.ts'

const INTEGER = 'INT'
const integer = Flags.custom<number>({ parse: async (text) => Number(text), helpValue: INTEGER })

/** The options of every command. Options of `ctdb` keep their names and meanings. */
export const globalFlags = {
  node: integer({ char: 'n', helpGroup: 'CTDB', summary: 'Ask this node (a PNN) instead of the local one' }),
  timelimit: integer({
    char: 't',
    helpGroup: 'CTDB',
    default: 10,
    summary: 'Time limit for each answer, in seconds',
  }),
  maxruntime: integer({
    char: 'T',
    helpGroup: 'CTDB',
    summary: 'Total time limit in seconds [default: CTDB_TIMEOUT, or 120]',
  }),
  verbose: Flags.boolean({ char: 'v', helpGroup: 'CTDB', summary: 'Print more details' }),
  'machine-readable': Flags.boolean({ char: 'Y', helpGroup: 'CTDB', summary: 'Machine-readable output' }),
  'machine-parsable': Flags.boolean({ char: 'X', helpGroup: 'CTDB', summary: 'Same as --machine-readable' }),
  separator: Flags.string({
    char: 'x',
    helpGroup: 'CTDB',
    helpValue: 'CHAR',
    default: '|',
    summary: 'Separator of machine-readable output',
  }),
  'ctdb-json': Flags.boolean({ char: 'j', helpGroup: 'CTDB', summary: 'JSON exactly as `ctdb -j` prints it (4.25 on)' }),
  debug: Flags.string({ char: 'd', hidden: true, summary: 'Accepted for compatibility; has no effect' }),
  socket: Flags.string({
    helpGroup: 'CTDBTS',
    helpValue: 'PATH',
    summary: "Socket of the daemon [default: CTDB_SOCKET, or CTDB's usual path]",
  }),
  'config-dir': Flags.string({
    helpGroup: 'CTDBTS',
    helpValue: 'DIR',
    summary: "CTDB's configuration on the nodes [default: CTDB_BASE, /etc/ctdb, or where builds from source have it]",
  }),
  table: Flags.boolean({ helpGroup: 'CTDBTS', summary: 'Print a table for people' }),
  json: Flags.boolean({ helpGroup: 'CTDBTS', summary: 'Print JSON with a formatVersion' }),
  ...hostFlags,
}

/** An option of commands that only read: a snapshot serves them as well as a cluster. */
export const fromFlag = {
  from: Flags.string({ helpGroup: 'CTDBTS', helpValue: 'FILE', summary: 'Read this snapshot instead of the live cluster' }),
}

interface FlagShape {
  readonly type: string
  readonly char?: string | undefined
  readonly multiple?: boolean
  readonly helpValue?: string | readonly string[] | undefined
  /** Whether `--no-NAME` exists as well. */
  readonly allowNo?: boolean
}

/** oclif's flags in the form for popt's grammar. */
export const optionShapes = (flags: Record<string, FlagShape>): OptionShape[] =>
  Object.entries(flags).flatMap(([long, { type, char, multiple = false, helpValue, allowNo = false }]) => [
    {
      long,
      ...(char === undefined ? {} : { char }),
      takesValue: type === 'option',
      // The help value also marks such an option.
      integer: helpValue === INTEGER,
      repeatable: multiple,
    },
    ...(allowNo ? [{ long: `no-${long}`, takesValue: false }] : []),
  ])
