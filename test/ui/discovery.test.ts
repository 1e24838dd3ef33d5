import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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
  expect(text).toContain('left out: it cannot be told whether it is of this cluster')
})

describe('daemons of two clusters with the same addresses', () => {
  /** A node whose daemon is connected with those of other nodes, as the name of the cluster says. */
  const node = (cluster: string, pnn: number, ...peers: number[]) =>
    way(`10.0.0.${pnn + 1}`, {
      run: ['ip', 'netns', 'exec', `${cluster}-${pnn}`],
      connections: peers.map((peer) => `${cluster} ${[pnn, peer].toSorted().join('-')}`),
    })
  const addressesOf = (text: string) => parseConfig(text, 'config.toml').clusters.prod?.nodes ?? {}
  const clustersIn = (text: string) => Object.values(addressesOf(text)).map((each) => typeof each !== 'string' && each.run?.[3])

  it('are not mixed: the larger group counts, and of equals the first', () => {
    const [a, b] = ['a', 'b'].map((cluster) => [
      node(cluster, 0, 1, 2),
      node(cluster, 1, 0, 2),
      node(cluster, 2, 0, 1),
    ]) as FoundWay[][]
    const mixed = [b?.[0], a?.[0], a?.[1], b?.[2], b?.[1], a?.[2]].flatMap((each) => each ?? [])
    const { text } = configOf([on(undefined, ...mixed)])
    expect(clustersIn(text)).toEqual(['b-0', 'b-2', 'b-1'])
    expect(text.match(/left out: another node has the same private address: is it of another cluster\?/g)).toHaveLength(3)
    expect(clustersIn(configOf([on(undefined, ...mixed.slice(1))]).text)).toEqual(['a-0', 'a-1', 'a-2'])
  })

  it('are not mixed where one cannot be told from the other', () => {
    const { text } = configOf([on(undefined, node('a', 0), node('b', 0), node('b', 1))])
    expect(parseConfig(text, 'config.toml').clusters.prod).toEqual({ way: 'command', run: ['ip', 'netns', 'exec', 'a-0'] })
    expect(text).toContain('left out: it is connected with no other node, so it cannot be told')
  })

  it('are not mixed where each has other addresses', () => {
    const { text } = configOf([on('h1', node('a', 0, 1)), on('h2', node('a', 1, 0)), on('h3', node('b', 2, 3))])
    expect(text).toMatch(/^# h3: .*\n# {3}left out: it is connected with others, but with no node of this cluster/m)
    expect(parseConfig(text, 'config.toml').clusters.prod?.hosts).toEqual(['h1', 'h2'])
  })

  it('are one if they are connected through a third, and by whatever name a host was asked', () => {
    const found = [
      on('h0', node('a', 0, 2)),
      on('h1', node('a', 1, 2)),
      on('h2', node('a', 2, 0, 1)),
      on('again', node('a', 0, 2)),
    ]
    const { text, cluster } = configOf(found)
    expect(cluster?.hosts).toEqual(['h0', 'h1', 'h2'])
    expect(text.match(/left out/g)).toHaveLength(1)
  })
})

it('a daemon without an address is the node of its host, whichever was found first', () => {
  const unknown = way(undefined, { connections: ['x'] })
  const { text, cluster } = configOf([on('a', way('10.0.0.9', { connections: ['y'] }), unknown, { ...unknown }, { ...unknown })])
  expect(cluster).toEqual({ hosts: ['a'] })
  expect(text.match(/left out: its private address is not known/g)).toHaveLength(2)
})

it('a daemon without a connection is a node if nothing speaks against it, which a comment says', () => {
  const found = [on('h0', way('10.0.0.1', { connections: ['x'] })), on('h1', way('10.0.0.2', { connections: [] }))]
  const { text, cluster } = configOf(found)
  expect(cluster).toEqual({ hosts: ['h0', 'h1'] })
  expect(text).toMatch(/^# h1: .*\n# {3}it is connected with no other node, so it cannot be told/m)
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
