import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'

const FOLDER = fileURLToPath(new URL('../../dist/man', import.meta.url))

/** Programs that judge manual pages. Both are packages of Debian: mandoc, groff-base. */
const JUDGES: readonly (readonly [program: string, ...argv: string[]])[] = [
  ['mandoc', '-Tlint', '-W', 'warning'],
  ['groff', '-man', '-ww', '-z'],
]

/** Runs a judge without a page. */
const isInstalled = async ([program]: (typeof JUDGES)[number]) =>
  (await execa(program, ['/dev/null'], { reject: false, stdin: 'ignore' })).code !== 'ENOENT'
const installed = await Promise.all(JUDGES.map(isInstalled))

describe.each(JUDGES.map((judge, index) => ({ judge, here: installed[index] })))(
  'the manual pages, judged by $judge',
  ({ judge: [program, ...argv], here }) => {
    it.skipIf(!here)(`have no faults${here ? '' : `: NOT TESTED, ${program} is not installed`}`, async () => {
      const pages = readdirSync(FOLDER).map((file) => join(FOLDER, file))
      const { all } = await execa(program, [...argv, ...pages], { all: true, reject: false })
      expect(all).toBe('')
      expect(pages).toHaveLength(8)
    })
  },
)
