import { describe, expect, it } from 'vitest'
import { commandIndex, cutCommandLine, type OptionShape } from '../../src/cli/popt.ts'

const shapes: OptionShape[] = [
  { long: 'node', char: 'n', takesValue: true, integer: true },
  { long: 'verbose', char: 'v', takesValue: false },
  { long: 'parsable', char: 'X', takesValue: false },
]
const cut = (...argv: string[]) => cutCommandLine(argv, shapes)

describe('a command line is split as popt does', () => {
  it.each([
    [['-n', '1', 'ip'], ['--node=1'], ['ip']],
    [['ip', '-n1'], ['--node=1'], ['ip']],
    [['-n=1'], ['--node=1'], []],
    [['--node=1'], ['--node=1'], []],
    [['--node', '-1'], ['--node=-1'], []],
    [['-n', ''], ['--node=0'], []],
    [['-Xvn1', 'ip'], ['--parsable', '--verbose', '--node=1'], ['ip']],
    [['-vX', '-vn', '2'], ['--parsable', '--verbose', '--node=2'], []],
    [['-n', '1', '-n', '2'], ['--node=2'], []],
    [['ip', '--', '-v', 'all'], [], ['ip', '-v', 'all']],
    [['-'], [], ['-']],
  ])('%j', (argv, options, words) => {
    expect(cut(...argv)).toEqual({ options, words })
  })

  it('in time that grows with its length only', () => {
    expect(cut(...Array<string>(100_000).fill('-v'), 'ip')).toEqual({ options: ['--verbose'], words: ['ip'] })
  })

  it.each([
    [['-z'], 'Invalid option -z: unknown option'],
    [['--nodes=1'], 'Invalid option --nodes=1: unknown option'],
    [['--sim'], 'Invalid option --sim: only some commands take it'],
    [['--verbose=1'], 'Invalid option --verbose=1: option does not take an argument'],
    [['-v=1'], 'Invalid option -v=1: option does not take an argument'],
    [['-Xz'], 'Invalid option -Xz: unknown option'],
    [['-Xvn'], 'Invalid option -Xvn: missing argument'],
    [['-n', 'x'], 'Invalid option x: invalid numeric value'],
    [['-nx'], 'Invalid option -nx: invalid numeric value'],
    [['--node=x'], 'Invalid option --node=x: invalid numeric value'],
    [['-n99999999999'], 'Invalid option -n99999999999: number too large or too small'],
    [['ip', '-n'], 'Invalid option -n: missing argument'],
    [['ip', '--node'], 'Invalid option --node: missing argument'],
  ])('is refused in the words of popt: %j', (argv, message) => {
    expect(() => cut(...argv)).toThrow(message)
  })
})

describe('an option that may be repeated', () => {
  it('counts every time, the others only the last', () => {
    const repeatable: OptionShape[] = [...shapes, { long: 'down', takesValue: true, repeatable: true }]
    expect(cutCommandLine(['--down', '1', '-n1', '--down=2', '-n2'], repeatable).options).toEqual([
      '--down=1',
      '--down=2',
      '--node=2',
    ])
  })
})

describe('the command', () => {
  it.each([
    [['ip'], 0],
    [['-n', '1', 'ip', '-X'], 2],
    [['-n1', 'ip'], 1],
    [['-Xvn', '1', 'ip'], 2],
    [['--node', 'ip', 'ip'], 2],
    [['--', 'ip'], 1],
    [['-v'], -1],
    [['--'], -1],
  ])('of %j is word %i', (argv, index) => {
    expect(commandIndex(argv, shapes)).toBe(index)
  })
})

describe('an integer', () => {
  it.each([
    ['12', '12'],
    ['-1', '-1'],
    ['+3', '3'],
    ['0x1F', '31'],
    ['010', '8'],
    ['0', '0'],
    ['-0', '0'],
    ['', '0'],
    [' +1', '1'],
    ['2147483647', '2147483647'],
    ['-2147483648', '-2147483648'],
  ])('%j is %s', (text, value) => {
    expect(cut('-n', text).options).toEqual([`--node=${value}`])
  })

  it.each([
    ['x', 'Invalid option x: invalid numeric value'],
    ['1x', 'Invalid option 1x: invalid numeric value'],
    ['08', 'Invalid option 08: invalid numeric value'],
    ['1.5', 'Invalid option 1.5: invalid numeric value'],
    [' ', 'Invalid option  : invalid numeric value'],
    ['-', 'Invalid option -: invalid numeric value'],
    ['+', 'Invalid option +: invalid numeric value'],
    ['0x', 'Invalid option 0x: invalid numeric value'],
    ['1 ', 'Invalid option 1 : invalid numeric value'],
    ['99999999999', 'Invalid option 99999999999: number too large or too small'],
    ['-2147483649', 'Invalid option -2147483649: number too large or too small'],
  ])('%j is refused', (text, message) => {
    expect(() => cut('-n', text)).toThrow(message)
  })
})
