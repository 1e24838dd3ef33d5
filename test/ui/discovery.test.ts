import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseConfig } from '../../src/cli/config-file.ts'
import type { FoundWay } from '../../src/lib/host/found-ways.ts'
import { discoveryConfig, type FoundOnHost } from '../../src/ui/discovery.ts'

const way = (privateAddress: string | undefined, settings: Partial<FoundWay> = {}): FoundWay => ({
  what: 'ctdbd (PID 1)',
  remarks: [],
  ...settings,
  privateAddress,
})
const on = (host: string | undefined, ...ways: FoundWay[]): FoundOnHost => ({ host, ways })
const OPTIONS = { name: 'prod', sudo: false, via: undefined }

const configOf = (found: FoundOnHost[], options = OPTIONS) => {
  const text = discoveryConfig(found, options)
  return { text, cluster: parseConfig(text, 'config.toml').clusters[options.name] }
}

it('hosts that are alike have one way', () => {
  const run = ['podman', 'exec', '-i', 'ctdb']
  const found = [
    on('node1', way('10.0.0.1', { run, network: 'host' })),
    on('root@node2', way('10.0.0.2', { run, network: 'host' })),
  ]
  const { text, cluster } = configOf(found, { ...OPTIONS, sudo: true })
  expect(cluster).toEqual({ hosts: ['node1', 'root@node2'], run, network: 'host', sudo: true })
  expect(text.split('\n')[0]).toBe('# node1: ctdbd (PID 1), private address 10.0.0.1')
})

it('hosts that differ are nodes with ways of their own', () => {
  const found = [
    on('node1', way('10.0.0.1', { run: ['podman', 'exec', '-i', 'a'] })),
    on('node2', way('10.0.0.2', { socket: '/srv/ctdbd.socket', remarks: ['mind this'] })),
  ]
  const { text, cluster } = configOf(found)
  expect(cluster).toEqual({
    hosts: ['node1', 'node2'],
    nodes: {
      '10.0.0.1': { host: 'node1', run: ['podman', 'exec', '-i', 'a'] },
      '10.0.0.2': { host: 'node2', socket: '/srv/ctdbd.socket' },
    },
  })
  expect(text).toContain('#   mind this\n')
})

it('this machine is a node by itself, or has several', () => {
  expect(configOf([on(undefined, way('10.0.0.1'))]).cluster).toEqual({ way: 'local' })
  const run = ['ip', 'netns', 'exec', 'n0']
  expect(configOf([on(undefined, way(undefined, { run }))]).cluster).toEqual({ way: 'command', run })
  expect(configOf([on(undefined, way('10.0.0.1', { run }), way('10.0.0.2'))]).cluster).toEqual({
    hosts: ['10.0.0.1', '10.0.0.2'],
    nodes: { '10.0.0.1': { way: 'command', run }, '10.0.0.2': { way: 'local' } },
  })
})

it('what cannot be a node of the same cluster is only named', () => {
  const { text, cluster } = configOf([on('a', way('10.0.0.1'), way('10.0.0.1', { socket: '/s' }), way(undefined))])
  expect(cluster).toEqual({ hosts: ['a'] })
  expect(text).toContain('left out: another node has the same private address')
  expect(text).toContain('left out: its private address is not known')
})

it('hostile names are text, in comments as in values', () => {
  const hostile = fc.string({ unit: fc.constantFrom(...'"\'\\$`[]{}#=\n\r\t \x00\x1b\x7f\u2028\u202e\u{e0001}ab'), minLength: 1 })
  fc.assert(
    fc.property(hostile, (name) => {
      const run = ['podman', 'exec', '-i', `c${name.replaceAll('\0', '')}`]
      const found = [on('h', way('10.0.0.1', { run, what: `in ${name}` }))]
      const { text, cluster } = configOf(found, { ...OPTIONS, name })
      expect(cluster).toEqual({ hosts: ['h'], run })
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
    }),
  )
})
