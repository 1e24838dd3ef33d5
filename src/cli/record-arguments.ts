import * as Args from '@oclif/core/args'
import { recordBytes } from '../lib/cluster/record-text.ts'
import { adding } from '../lib/errors.ts'
import { databaseArgs } from './database-argument.ts'

const key = Args.string({ required: true, ignoreStdin: true, description: 'its key; 0x… for bytes in hexadecimal' })

/** The arguments of commands about one record. */
export const recordArgs = { ...databaseArgs, key }

/** The arguments of commands that write one record. */
export const recordValueArgs = {
  ...recordArgs,
  value: Args.string({ required: true, ignoreStdin: true, description: 'its value; 0x… for bytes in hexadecimal' }),
}

/** The bytes of a key or a value on the command line. @throws CtdbtsError BAD_RECORD_TEXT, in the words of `ctdb`. */
export function argumentBytes(what: 'key' | 'value', text: string): Uint8Array {
  try {
    return recordBytes(Buffer.from(text))
  } catch (error) {
    return adding('BAD_RECORD_TEXT', `Failed to parse ${what} ${text}`)(error)
  }
}
