import { mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { configPath, readConfig } from '../../src/cli/config-file.ts'
import { sshClusterOf } from '../../src/cli/ssh-clusters.ts'
import { tempDir } from '../support/temp-dir.ts'

const PROD = `
[clusters.prod]
hosts = ["root@node1.example.com", "node2.example.com:2222"]
via = "direct"
sudo = true
socket = "/srv/ctdb/ctdbd.socket"
nodes = { "10.0.0.3" = "node3.example.com" }
`

/** A home with this configuration. */
function withConfig(text: string) {
  const dir = tempDir()
  mkdirSync(dir.file('ctdbts'))
  writeFileSync(dir.file('ctdbts/config.toml'), text)
  return { ...dir, env: { XDG_CONFIG_HOME: dir.path }, [Symbol.dispose]: () => dir[Symbol.dispose]() }
}

describe('the configuration file', () => {
  it('is looked for where the XDG specification says', () => {
    expect(configPath({ HOME: '/home/me' })).toBe('/home/me/.config/ctdbts/config.toml')
    expect(configPath({ HOME: '/home/me', XDG_CONFIG_HOME: '/etc/me' })).toBe('/etc/me/ctdbts/config.toml')
  })

  it('says nothing when it is not there', () => {
    expect(readConfig('/nonexistent/config.toml')).toEqual({ clusters: {} })
  })

  it.each([
    ['no TOML', '[clusters', 'line 1, column 2: not TOML'],
    ['an unknown key', 'colour = true', 'colour: '],
    ['no hosts', '[clusters.a]\nhosts = []', 'clusters.a.hosts: '],
    ['a word for yes', '[clusters.a]\nhosts = ["x"]\nsudo = "yes"', 'clusters.a.sudo: '],
    ['a name that is no address', '[clusters.a]\nhosts = ["x"]\nnodes = { node3 = "y" }', 'clusters.a.nodes.node3: '],
  ])('tells the place of what is wrong: %s', (_, text, place) => {
    using home = withConfig(text)
    expect(() => readConfig(configPath(home.env))).toThrow(place)
    expect(() => readConfig(configPath(home.env))).toThrow(/^cannot read the configuration .*config\.toml: /)
  })
})

describe('--host', () => {
  it('takes hosts, and lists of them', () => {
    using home = withConfig('')
    expect(sshClusterOf({ host: ['a,root@b:22', 'c'] }, home.env)).toEqual({
      hosts: ['a', 'root@b:22', 'c'],
      via: 'entry',
      sudo: false,
      socket: undefined,
      names: {},
    })
  })

  it('takes a cluster by its name', () => {
    using home = withConfig(PROD)
    expect(sshClusterOf({ host: ['prod'] }, home.env)).toEqual({
      hosts: ['root@node1.example.com', 'node2.example.com:2222'],
      via: 'direct',
      sudo: true,
      socket: '/srv/ctdb/ctdbd.socket',
      names: { '10.0.0.3': 'node3.example.com' },
    })
  })

  it('lets the command line overrule', () => {
    using home = withConfig(PROD)
    expect(sshClusterOf({ host: ['prod'], via: 'entry' }, home.env).via).toBe('entry')
  })

  it('does not take a host for a cluster because every object has such a key', () => {
    using home = withConfig(PROD)
    expect(sshClusterOf({ host: ['constructor'] }, home.env).hosts).toEqual(['constructor'])
  })

  it('refuses a list with nothing between its commas', () => {
    using home = withConfig('')
    expect(() => sshClusterOf({ host: ['a,,b'] }, home.env)).toThrow('--host takes a host')
  })
})
