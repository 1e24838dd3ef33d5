import * as Flags from '@oclif/core/flags'
import { hostFlags } from './host-flags.ts'
import type { OptionShape } from './popt.ts'

const INTEGER = 'INT'
const integer = Flags.custom<number>({ parse: async (text) => Number(text), helpValue: INTEGER })

/** The options of every command. Those of the real tool have its names and its meaning. */
export const globalFlags = {
  node: integer({ char: 'n', helpGroup: 'CTDB', summary: 'ask this node (a PNN) instead of the local one' }),
  timelimit: integer({
    char: 't',
    helpGroup: 'CTDB',
    default: 10,
    summary: 'seconds to wait for each answer',
  }),
  maxruntime: integer({
    char: 'T',
    helpGroup: 'CTDB',
    summary: 'give up after so many seconds in all [default: CTDB_TIMEOUT, or 120]',
  }),
  verbose: Flags.boolean({ char: 'v', helpGroup: 'CTDB', summary: 'tell more' }),
  'machine-readable': Flags.boolean({ char: 'Y', helpGroup: 'CTDB', summary: 'machine readable output' }),
  'machine-parsable': Flags.boolean({ char: 'X', helpGroup: 'CTDB', summary: 'the same; ctdb has both' }),
  separator: Flags.string({
    char: 'x',
    helpGroup: 'CTDB',
    helpValue: 'CHAR',
    default: '|',
    summary: 'separator of machine readable output',
  }),
  'ctdb-json': Flags.boolean({ char: 'j', helpGroup: 'CTDB', summary: 'JSON exactly as `ctdb -j` prints it (4.25 on)' }),
  debug: Flags.string({ char: 'd', hidden: true, summary: 'taken for the sake of scripts; has no effect' }),
  socket: Flags.string({
    helpGroup: 'CTDBTS',
    helpValue: 'PATH',
    summary: 'socket of the daemon [default: CTDB_SOCKET, else where CTDB keeps it]',
  }),
  table: Flags.boolean({ helpGroup: 'CTDBTS', summary: 'a table for people' }),
  json: Flags.boolean({ helpGroup: 'CTDBTS', summary: 'JSON, with a formatVersion' }),
  ...hostFlags,
}

/** An option of commands that only read: they do as well with what a snapshot holds. */
export const fromFlag = {
  from: Flags.string({ helpGroup: 'CTDBTS', helpValue: 'FILE', summary: 'work on this snapshot instead of the live cluster' }),
}

interface FlagShape {
  readonly type: string
  readonly char?: string | undefined
  readonly multiple?: boolean
  readonly helpValue?: string | readonly string[] | undefined
  /** There is `--no-NAME` as well. */
  readonly allowNo?: boolean
}

/** The shape that oclif's flags have for popt's grammar. */
export const optionShapes = (flags: Record<string, FlagShape>): OptionShape[] =>
  Object.entries(flags).flatMap(([long, { type, char, multiple = false, helpValue, allowNo = false }]) => [
    {
      long,
      ...(char === undefined ? {} : { char }),
      takesValue: type === 'option',
      // How popt shows such an option too.
      integer: helpValue === INTEGER,
      repeatable: multiple,
    },
    ...(allowNo ? [{ long: `no-${long}`, takesValue: false }] : []),
  ])
