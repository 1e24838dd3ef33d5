import { join, resolve } from 'node:path'

const PROGRAM = 'bin/run.js'

/** The program of this checkout. */
export const RUN_JS = join(import.meta.dirname, '../..', PROGRAM)

/** The program of the built checkout that BEFORE names, to be measured in turn with ours. */
export const BEFORE = process.env.BEFORE ? resolve(process.env.BEFORE, PROGRAM) : undefined
