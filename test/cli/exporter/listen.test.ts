import { expect, it } from 'vitest'
import { parseListen } from '../../../src/cli/exporter/server.ts'

it.each([
  ['127.0.0.1:14379', '127.0.0.1', 14379],
  ['localhost:1', 'localhost', 1],
  ['0.0.0.0:0', '0.0.0.0', 0],
  ['[::1]:65535', '::1', 65535],
])('%s is where to listen', (text, host, port) => {
  expect(parseListen(text)).toEqual({ host, port })
})

it.each([
  '',
  '14379',
  ':14379',
  '127.0.0.1',
  '127.0.0.1:',
  '127.0.0.1:65536',
  '::1:14379',
  '[127.0.0.1]:1',
  'node1:14379',
  '127.0.0.1:1a',
  '[::1]',
])('%j is not', (text) => {
  expect(() => parseListen(text)).toThrow(/^--listen takes an IP address and a port, not /)
})
