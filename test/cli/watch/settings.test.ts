import { describe, expect, it } from 'vitest'
import { formOf } from '../../../src/cli/watch/settings.ts'
import { isAscii } from '../../../src/cli/watch/terminal-kind.ts'

const around = (isTTY: boolean, env: NodeJS.ProcessEnv = {}, stdin = isTTY) =>
  ({ stdin: { isTTY: stdin }, stdout: { isTTY }, env }) as unknown as Pick<NodeJS.Process, 'stdin' | 'stdout' | 'env'>

describe('the form of a watch', () => {
  const plainly = { json: false, plain: false }

  it('is the screen on a terminal that can show it', () => {
    expect(formOf(plainly, around(true))).toBe('screen')
    expect(formOf(plainly, around(true, { CI: 'false', TERM: 'xterm' }))).toBe('screen')
  })

  it.each([
    ['a pipe', around(false)],
    ['no keyboard', around(true, {}, false)],
    ['TERM=dumb', around(true, { TERM: 'dumb' })],
    ['CI', around(true, { CI: '1' })],
  ])('is lines with %s', (_, where) => {
    expect(formOf(plainly, where)).toBe('lines')
  })

  it('is what was asked for', () => {
    expect(formOf({ json: false, plain: true }, around(true))).toBe('lines')
    expect(formOf({ json: true, plain: true }, around(true))).toBe('json')
  })
})

it.each([
  [{ LANG: 'C.UTF-8' }, false],
  [{ LANG: 'de_DE.utf8' }, false],
  [{ LANG: 'C.UTF-8', LC_ALL: 'C' }, true],
  [{ LANG: 'C.UTF-8', LC_ALL: '', LC_CTYPE: 'POSIX' }, true],
  [{}, true],
])('with %j a terminal has only ASCII: %j', (env, expected) => {
  expect(isAscii(env)).toBe(expected)
})
