import * as Args from '@oclif/core/args'

/** The arguments of commands about one database. */
export const databaseArgs = {
  database: Args.string({ required: true, ignoreStdin: true, description: 'its name or its ID (0x…)' }),
}
