import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../../src/lib/error-codes.ts'

const root = join(import.meta.dirname, '../..')

/** The codes that users may have in their programs: `released-error-codes.txt` only ever grows. */
const released = readFileSync(join(import.meta.dirname, 'released-error-codes.txt'), 'utf8')
  .trim()
  .split('\n')

/** The first word of a code that is put together from two: takeover runs and recoveries fail in the same ways. */
const composed = /^(?:RUNS|RECOVERIES)_(?:NOT|STILL)_DISABLED$/

function sources(): string {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  const code = files.filter((file) => /\.tsx?$/.test(file) && !file.endsWith('error-codes.ts'))
  return code.map((file) => readFileSync(join(root, 'src', file), 'utf8')).join('\n')
}

describe('the table of error codes', () => {
  it('still has every released code', () => {
    expect(released.filter((code) => !Object.hasOwn(ERROR_CODES, code))).toEqual([])
  })

  it('has only codes that are released or about to be, in the file that keeps them', () => {
    expect(Object.keys(ERROR_CODES).filter((code) => !released.includes(code))).toEqual([])
  })

  it('has no unused code', () => {
    const text = sources()
    const unused = Object.keys(ERROR_CODES).filter((code) => !composed.test(code) && !text.includes(`'${code}'`))
    expect(unused).toEqual([])
  })

  it('describes each code in one sentence', () => {
    for (const [code, meaning] of Object.entries(ERROR_CODES)) expect(meaning, code).toMatch(/^[A-Z`].*\.$/)
  })
})
