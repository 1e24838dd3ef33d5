import { describe, expect, it } from 'vitest'
import { watchOutputOf } from '../../../src/cli/watch/settings.ts'
import { isAscii, isLight, themeOf } from '../../../src/cli/watch/terminal-kind.ts'

const around = (isTTY: boolean, env: NodeJS.ProcessEnv = {}, stdin = isTTY) =>
  ({ stdin: { isTTY: stdin }, stdout: { isTTY }, env }) as unknown as Pick<NodeJS.Process, 'stdin' | 'stdout' | 'env'>

describe('the form of a watch', () => {
  const plainly = { json: false, plain: false }

  it('is the screen on a terminal that can show it', () => {
    expect(watchOutputOf(plainly, around(true))).toBe('screen')
    expect(watchOutputOf(plainly, around(true, { CI: 'false', TERM: 'xterm' }))).toBe('screen')
  })

  it.each([
    ['a pipe', around(false)],
    ['no keyboard', around(true, {}, false)],
    ['TERM=dumb', around(true, { TERM: 'dumb' })],
    ['CI', around(true, { CI: '1' })],
  ])('is lines with %s', (_, where) => {
    expect(watchOutputOf(plainly, where)).toBe('lines')
  })

  it('is the requested one', () => {
    expect(watchOutputOf({ json: false, plain: true }, around(true))).toBe('lines')
    expect(watchOutputOf({ json: true, plain: true }, around(true))).toBe('json')
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

it.each([
  [{ COLORFGBG: '0;15' }, true],
  [{ COLORFGBG: '0;default;15' }, true],
  [{ COLORFGBG: '0;7' }, true],
  [{ COLORFGBG: '15;0' }, false],
  [{ COLORFGBG: '15;8' }, false],
  [{ COLORFGBG: '12;default' }, false],
  [{ COLORFGBG: '15' }, false],
  [{ COLORFGBG: '' }, false],
  [{}, false],
])('with %j a terminal is light: %j', (env, expected) => {
  expect(isLight(env)).toBe(expected)
})

it("prefers an option for the background to the terminal's report", () => {
  const terminal = { isTTY: true, hasColors: () => true } as unknown as NodeJS.WriteStream
  const env = { COLORFGBG: '0;15' }
  expect(themeOf({}, terminal, env).background).toBe('light')
  expect(themeOf({ light: false }, terminal, env).background).toBe('dark')
  expect(themeOf({ light: true }, terminal, {}).background).toBe('light')
  expect(themeOf({ light: true }, terminal, { NO_COLOR: '1' }).background).toBe('none')
})
