import { expect, it } from 'vitest'
import { valuesOf } from '../../../src/cli/completion/values.ts'

it.each([
  ['up|down', ['up', 'down'], []],
  ['[all]', ['all'], []],
  ['[all|<pnn-list>]', ['all'], ['pnnList']],
  ['ERROR|WARNING|NOTICE', ['ERROR', 'WARNING', 'NOTICE'], []],
  ['2017|now', ['2017', 'now'], []],
  ['<ip>', [], ['publicIp']],
  ['[<port>]', [], []],
  ['<dbname|dbid>', [], ['database']],
  ['<ip>:<port>', [], []],
  ['<ip/mask>', [], []],
  ['[count]', [], []],
  ['SECONDS', [], []],
  ['PNN', [], ['pnn']],
  ['[USER@]HOST[:PORT]', [], ['cluster']],
  ['IP[/MASK][@PNN,…]', [], []],
])('%s can be completed with %j and %j', (pattern, words, kinds) => {
  expect(valuesOf(pattern)).toEqual({ words, kinds })
})
