import { mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { configPath, readConfig } from '../../src/cli/config-file.ts'
import { remoteClusterOf } from '../../src/cli/remote-cluster.ts'
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

  it('is empty when it does not exist', () => {
    expect(readConfig('/nonexistent/config.toml')).toEqual({ clusters: {} })
  })

  it.each([
    ['no TOML', '[clusters', 'line 1, column 2: not TOML'],
    ['an unknown key', 'colour = true', 'colour: '],
    ['no hosts', '[clusters.a]\nhosts = []', 'clusters.a.hosts: '],
    ['neither hosts nor a command', '[clusters.a]\nsudo = true', 'clusters.a.hosts: needed unless there is run'],
    ['a command without words', '[clusters.a]\nrun = []', 'clusters.a.run'],
    ['another way', '[clusters.a]\nhosts = ["x"]\nway = "telnet"', 'clusters.a.way: '],
    ['a word for yes', '[clusters.a]\nhosts = ["x"]\nsudo = "yes"', 'clusters.a.sudo: '],
    ['a name that is no address', '[clusters.a]\nhosts = ["x"]\nnodes = { node3 = "y" }', 'clusters.a.nodes.node3: '],
  ])('reports the place of an error: %s', (_, text, place) => {
    using home = withConfig(text)
    expect(() => readConfig(configPath(home.env))).toThrow(place)
    expect(() => readConfig(configPath(home.env))).toThrow(/^cannot read the configuration .*config\.toml: /)
  })
})

describe('--host', () => {
  it('accepts hosts, and lists of them', () => {
    using home = withConfig('')
    expect(remoteClusterOf({ host: ['a,root@b:22', 'c'] }, home.env)).toEqual({
      hosts: ['a', 'root@b:22', 'c'],
      via: 'entry',
      sudo: false,
      socket: undefined,
      names: {},
      run: undefined,
      runsOnHosts: false,
    })
  })

  it('accepts a cluster by its name', () => {
    using home = withConfig(PROD)
    expect(remoteClusterOf({ host: ['prod'] }, home.env)).toEqual({
      hosts: ['root@node1.example.com', 'node2.example.com:2222'],
      via: 'direct',
      sudo: true,
      socket: '/srv/ctdb/ctdbd.socket',
      names: { '10.0.0.3': 'node3.example.com' },
      run: undefined,
      runsOnHosts: false,
    })
  })

  it('lets the command line overrule', () => {
    using home = withConfig(PROD)
    expect(remoteClusterOf({ host: ['prod'], via: 'entry' }, home.env).via).toBe('entry')
  })

  it('does not confuse a host with a property that every object has', () => {
    using home = withConfig(PROD)
    expect(remoteClusterOf({ host: ['constructor'] }, home.env).hosts).toEqual(['constructor'])
  })

  it('refuses a list with nothing between its commas', () => {
    using home = withConfig('')
    expect(() => remoteClusterOf({ host: ['a,,b'] }, home.env)).toThrow('--host has an empty name')
  })
})

describe('--run', () => {
  it('is split at blanks, and runs on the hosts', () => {
    using home = withConfig('')
    expect(remoteClusterOf({ host: ['a'], run: ' podman  exec -i ctdb ' }, home.env)).toMatchObject({
      hosts: ['a'],
      run: ['podman', 'exec', '-i', 'ctdb'],
      runsOnHosts: true,
    })
  })

  it.each([
    ['without hosts', {}],
    ['when it names the node', { host: ['a'] }],
  ])('runs here %s', (_, { host }: { host?: string[] }) => {
    using home = withConfig('')
    expect(remoteClusterOf({ host, run: host ? 'enter {node}' : 'enter' }, home.env).runsOnHosts).toBe(false)
  })

  it('may come from the configuration, which may also say where it runs', () => {
    using home = withConfig('[clusters.a]\nhosts = ["x"]\nrun = ["docker", "exec", "-i", "smb {node}"]\nway = "ssh"')
    expect(remoteClusterOf({ host: ['a'] }, home.env)).toMatchObject({
      hosts: ['x'],
      run: ['docker', 'exec', '-i', 'smb {node}'],
      runsOnHosts: true,
    })
    expect(remoteClusterOf({ host: ['a'], run: 'enter {node}' }, home.env)).toMatchObject({
      run: ['enter', '{node}'],
      runsOnHosts: false,
    })
  })

  it.each([
    ['is empty', ' ', 'has no command'],
    ['has quotes', "podman exec 'my ctdb'", 'without quotes'],
    ['names a node that is not named', 'enter {node}', 'needs the names of nodes'],
  ])('is refused when it %s', (_, run, message) => {
    using home = withConfig('')
    expect(() => remoteClusterOf({ run }, home.env)).toThrow(message)
  })
})
