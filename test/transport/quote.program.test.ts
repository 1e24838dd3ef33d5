import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { quoteWords } from '../../src/transport/quote.ts'

/** The shells of this machine to which an sshd may hand a line. */
const SHELLS = [['sh'], ['bash'], ['bash', '--posix'], ['dash'], ['busybox', 'sh']].filter(
  ([shell = '', ...options]) => spawnSync(shell, [...options, '-c', 'true']).status === 0,
)

it.each(SHELLS.map((shell) => [shell]))('%j gets exactly the words that were quoted', ([shell = '', ...options]) => {
  const word = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;#~ \t\n=-ab€') }),
    fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
    fc.constantFrom('', '-n', '$HOME', 'A=b', 'if', "it's"),
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (words) => {
      const { stdout } = spawnSync(shell, [...options, '-c', quoteWords(['printf', '%s\\0', ...words])], { encoding: 'utf8' })
      expect(stdout.split('\0').slice(0, -1)).toEqual(words.length === 0 ? [''] : words)
    }),
    { numRuns: 50 },
  )
})

it('a word with a NUL is refused', () => {
  expect(() => quoteWords(['cat', '/etc\0/passwd'])).toThrow(expect.objectContaining({ code: 'USAGE' }))
})
