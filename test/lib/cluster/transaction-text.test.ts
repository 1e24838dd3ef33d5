import { expect, it } from 'vitest'
import { parseTransaction } from '../../../src/lib/cluster/transaction-text.ts'

function parsed(text: string) {
  const problems: string[] = []
  const changes = parseTransaction(Buffer.from(text, 'latin1'), (problem) => problems.push(problem))
  const plain = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
  return { changes: changes.map(({ key, value }) => [plain(key), plain(value)]), problems }
}

it('keys and values are in quotes, after blanks, as text or hexadecimal', () => {
  expect(parsed('"a" "1"\n \t"0x00FF"\t"0x"\n"b""2" whatever\n"c" ""')).toEqual({
    changes: [
      ['a', '1'],
      ['\0\xff', ''],
      ['b', '2'],
      ['c', ''],
    ],
    problems: [],
  })
})

it('a line without a key is skipped in silence, others that cannot be read are reported with what is left of them', () => {
  expect(parsed('"" "no key"\nkey "1"\n"key"\n"key" "open\n"0x1" "odd"\n"key" "0xgg"\n\n')).toEqual({
    changes: [],
    problems: [
      'Unsupported input format in key "1"\n',
      'Unsupported input format in \n',
      'Unmatched " in input  "open\n',
      'Key (1" "odd"\n) contains odd number of hex digits',
      'Invalid hex: gg"\n',
      'Unsupported input format in \n',
    ],
  })
})

it('a line ends at its first NUL, and after 1023 bytes the next one begins', () => {
  expect(parsed('"a" "1"\0"b" "2"\n').changes).toEqual([['a', '1']])
  const { changes, problems } = parsed(`"key" "${'x'.repeat(1015)}"\n"${'k'.repeat(1100)}" "cut"\n`)
  expect(changes).toEqual([['key', 'x'.repeat(1015)]])
  expect(problems.map((problem) => problem.length)).toEqual([
    // The newline that did not fit any more.
    'Unsupported input format in \n'.length,
    'Unmatched " in input '.length + 1023,
    'Unsupported input format in '.length + 1 + 1100 + '" "cut"\n'.length - 1023,
  ])
})
