import { mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { configPath, readConfig } from '../../src/cli/config-file.ts'
import { leadsOverSsh, remoteClusterOf } from '../../src/cli/remote-cluster.ts'
import { acceptancesOf } from '../../src/cli/verify/acceptances.ts'
import { tempDir } from '../support/temp-dir.ts'

const PROD = `
[clusters.prod]
hosts = ["root@node1.example.com", "node2.example.com:2222"]
via = "direct"
ssh = "openssh"
sudo = true
socket = "/srv/ctdb/ctdbd.socket"
nodes = { "10.0.0.3" = "node3.example.com" }
`

const node = (value: string): string => `[clusters.a]\nhosts = ["x"]\nnodes = { "10.0.0.3" = ${value} }`

const ENDS = 'reason = "x"\nuntil = "2027-01-31"'
const accept = (rest: string): string => `[[accept]]\ncheck = "ip-missing"\n${rest}\n`

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

  it.each<[string, string, string]>([
    ['no TOML', '[clusters', 'line 1, column 2: not TOML'],
    ['an unknown key', 'colour = true', 'colour: '],
    ['no hosts', '[clusters.a]\nhosts = []', 'clusters.a.hosts: '],
    ['neither hosts nor a command', '[clusters.a]\nsudo = true', 'clusters.a.hosts: needed unless there is run'],
    ['no hosts to run it on', '[clusters.a]\nrun = ["x"]\nway = "ssh"', 'clusters.a.hosts: needed unless there is run'],
    ['an unknown key of a cluster', '[clusters.a]\nhost = ["x"]', 'clusters.a.host: not a known key; known are hosts, via,'],
    ['an unknown key of a node', node('{ hots = "x" }'), 'clusters.a.nodes.10.0.0.3.hots: not a known key; known are run, way,'],
    ['a node that is a number', node('3'), 'clusters.a.nodes.10.0.0.3: Invalid type: Expected Object but received 3'],
    ['a node with another way', node('{ way = "telnet" }'), 'clusters.a.nodes.10.0.0.3.way: '],
    ['a node that is an option', node('"-oProxyCommand=x"'), 'a name can neither begin with -'],
    ['a host that is an option', '[clusters.a]\nhosts = ["-x"]', 'a name can neither begin with -'],
    ['a word with a NUL', '[clusters.a]\nrun = ["a", "b\\u0000"]', 'clusters.a.run.1: a word cannot contain a NUL'],
    ['a relative path', '[clusters.a]\nhosts = ["x"]\nconfig-dir = "etc"', 'clusters.a.config-dir: not an absolute path'],
    ['a command without words', '[clusters.a]\nrun = []', 'clusters.a.run'],
    ['another way', '[clusters.a]\nhosts = ["x"]\nway = "telnet"', 'clusters.a.way: '],
    ['another client', '[clusters.a]\nhosts = ["x"]\nssh = "putty"', 'clusters.a.ssh: '],
    ['a word for yes', '[clusters.a]\nhosts = ["x"]\nsudo = "yes"', 'clusters.a.sudo: '],
    ['an acceptance without a reason', accept('until = "2027-01-31"'), 'accept.0.reason: '],
    ['an acceptance without an end', accept('reason = "x"'), 'accept.0.until: '],
    ['an unknown key of an acceptance', accept(`who = "me"\n${ENDS}`), 'accept.0.who: not a known key; known are check, node,'],
    ['a node that is a name', accept(`node = "node1"\n${ENDS}`), 'accept.0.node: neither a PNN nor a private address'],
    ['a node that is a fraction', accept(`node = 1.5\n${ENDS}`), 'accept.0.node: neither a PNN nor a private address'],
    ['an address that is none', accept(`address = "10.0.0"\n${ENDS}`), 'accept.0.address: not an IP address'],
    ['another severity', accept(`severity = "bad"\n${ENDS}`), 'accept.0.severity: '],
    ['an empty reason', accept('reason = " "\nuntil = "2027-01-31"'), 'accept.0.reason: empty'],
    ...['"tomorrow"', '"2027-02-30"', '"2027-1-31"', '2027-01-31T10:00:00Z', '7', '"2027-01-31T00:00:00Z"'].map(
      (day): [string, string, string] => [
        `an end that is ${day}`,
        accept(`reason = "x"\nuntil = ${day}`),
        'accept.0.until: not a day',
      ],
    ),
    [
      'an acceptance of a cluster',
      `[clusters.a]\nhosts = ["x"]\n[[clusters.a.accept]]\ncheck = "x"`,
      'clusters.a.accept.0.reason: ',
    ],
    ['a name that is no address', '[clusters.a]\nhosts = ["x"]\nnodes = { node3 = "y" }', 'clusters.a.nodes.node3: '],
  ])('reports the place of an error: %s', (_, text, place) => {
    using home = withConfig(text)
    expect(() => readConfig(configPath(home.env))).toThrow(place)
    expect(() => readConfig(configPath(home.env))).toThrow(/^cannot read the configuration .*config\.toml: /)
  })
})

describe('the acceptances of the configuration', () => {
  it('are those of the clusters that --host names, then those of all', () => {
    const own = (name: string) => `[clusters.${name}]\nhosts = ["x"]\n[[clusters.${name}.accept]]\ncheck = "imbalance"\n${ENDS}\n`
    // TOML's own dates serve as well as texts.
    using home = withConfig(`${accept('node = 2\nreason = "y"\nuntil = 2027-01-31')}${own('a')}${own('b')}`)
    const all = { check: 'ip-missing', node: 2, reason: 'y', until: '2027-01-31' }
    expect(acceptancesOf({}, home.env)).toEqual([all])
    expect(acceptancesOf({ host: ['a,node1'] }, home.env)).toEqual([
      { check: 'imbalance', reason: 'x', until: '2027-01-31' },
      all,
    ])
  })

  it('name only checks that exist', () => {
    using home = withConfig(`${accept(ENDS)}[[accept]]\ncheck = "ip-mising"\n${ENDS}\n`)
    expect(() => acceptancesOf({}, home.env)).toThrow(/config\.toml: accept\.1\.check: there is no check "ip-mising"; see /)
    // Other commands do not need to know.
    expect(readConfig(configPath(home.env)).accept).toHaveLength(2)
  })
})

describe('--host', () => {
  it('accepts hosts, and lists of them', () => {
    using home = withConfig('')
    expect(remoteClusterOf({ host: ['a,root@b:22', 'c'] }, home.env)).toEqual({
      hosts: ['a', 'root@b:22', 'c'],
      via: 'entry',
      ssh: 'auto',
      sudo: false,
      way: { isHere: false },
      nodes: {},
    })
  })

  it('accepts a cluster by its name', () => {
    using home = withConfig(PROD)
    expect(remoteClusterOf({ host: ['prod'] }, home.env)).toEqual({
      hosts: ['root@node1.example.com', 'node2.example.com:2222'],
      via: 'direct',
      ssh: 'openssh',
      sudo: true,
      way: { isHere: false, socketPath: '/srv/ctdb/ctdbd.socket' },
      nodes: { '10.0.0.3': { host: 'node3.example.com', isHere: false, socketPath: '/srv/ctdb/ctdbd.socket' } },
    })
  })

  it('lets the command line overrule', () => {
    using home = withConfig(PROD)
    const options = { via: 'entry', socket: '/s', 'config-dir': '/c', run: 'nsenter {node}' } as const
    const { via, way, nodes } = remoteClusterOf({ host: ['prod'], ...options }, home.env)
    const given = { isHere: true, run: ['nsenter', '{node}'], socketPath: '/s', configFolder: '/c' }
    expect({ via, way, nodes }).toEqual({
      via: 'entry',
      way: given,
      nodes: { '10.0.0.3': { host: 'node3.example.com', ...given } },
    })
    expect(remoteClusterOf({ host: ['prod'], ssh: 'ssh2' }, home.env).ssh).toBe('ssh2')
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
      way: { run: ['podman', 'exec', '-i', 'ctdb'], isHere: false },
    })
  })

  it.each([
    ['without hosts', {}],
    ['when it names the node', { host: ['a'] }],
  ])('runs here %s', (_, { host }: { host?: string[] }) => {
    using home = withConfig('')
    expect(remoteClusterOf({ host, run: host ? 'enter {node}' : 'enter' }, home.env).way.isHere).toBe(true)
  })

  it('may come from the configuration, which may also say where it runs', () => {
    using home = withConfig('[clusters.a]\nhosts = ["x"]\nrun = ["docker", "exec", "-i", "smb {node}"]\nway = "ssh"')
    expect(remoteClusterOf({ host: ['a'] }, home.env)).toMatchObject({
      hosts: ['x'],
      way: { run: ['docker', 'exec', '-i', 'smb {node}'], isHere: false },
    })
    expect(remoteClusterOf({ host: ['a'], run: 'enter {node}' }, home.env)).toMatchObject({
      way: { run: ['enter', '{node}'], isHere: true },
    })
  })

  it('may be that of a node, beside those of its cluster', () => {
    using home = withConfig(`[clusters.a]
hosts = ["h0", "h1"]
run = ["podman", "exec", "-i", "ctdb"]
socket = "/run/samba/ctdb/ctdbd.socket"
network = "host"
[clusters.a.nodes]
"10.0.0.1" = "h0"
"10.0.0.2" = { host = "h1", run = ["docker", "exec", "-i", "smb"], config-dir = "/etc/ctdb-1" }
"fd00:0::3" = { run = [], network = "inside", socket = "/run/ctdb/ctdbd.socket" }
"10.0.0.4" = { way = "local" }
"10.0.0.5" = { host = "smb-5", run = ["kubectl", "exec", "-i", "{node}", "--"], network = "inside" }
`)
    const socketPath = '/run/samba/ctdb/ctdbd.socket'
    const cluster = { run: ['podman', 'exec', '-i', 'ctdb'], isHere: false, network: 'host', socketPath }
    expect(remoteClusterOf({ host: ['a'] }, home.env)).toMatchObject({
      way: cluster,
      nodes: {
        '10.0.0.1': { host: 'h0', ...cluster },
        '10.0.0.2': { host: 'h1', ...cluster, run: ['docker', 'exec', '-i', 'smb'], configFolder: '/etc/ctdb-1' },
        'fd00::3': { isHere: false, network: 'inside', socketPath: '/run/ctdb/ctdbd.socket' },
        '10.0.0.4': { isHere: true, network: 'host', socketPath },
        '10.0.0.5': {
          host: 'smb-5',
          run: ['kubectl', 'exec', '-i', '{node}', '--'],
          isHere: true,
          network: 'inside',
          socketPath,
        },
      },
    })
  })

  it('says whether SSH is on the way', () => {
    using home = withConfig(`[clusters.pods]
hosts = ["10.0.0.1"]
nodes = { "10.0.0.1" = { way = "command", run = ["podman", "exec", "-i", "smb"] } }`)
    expect([['pods'], ['pods', 'node9']].map((host) => leadsOverSsh({ host }, home.env))).toEqual([false, true])
    expect(leadsOverSsh({ run: 'podman exec -i smb' }, home.env)).toBe(false)
  })

  it.each([
    ['way = "command"', '{ way = "command" }', 'the node 10.0.0.3: way = "command" needs run'],
    ['way = "local" with a command', '{ way = "local", run = ["x"] }', 'way = "local" uses no run'],
    ['the kernel of a host that is not there', '{ run = ["kubectl", "{node}"], network = "host" }', 'with network = "host"'],
  ])('is refused where it contradicts itself: %s', (_, value, message) => {
    using home = withConfig(node(value))
    expect(() => remoteClusterOf({ host: ['a'] }, home.env)).toThrow(message)
  })

  it.each([
    ['is empty', ' ', 'has no command'],
    ['has quotes', "podman exec 'my ctdb'", 'without quotes'],
    ['names a node that is not named', 'enter {node}', 'need the names of nodes'],
  ])('is refused when it %s', (_, run, message) => {
    using home = withConfig('')
    expect(() => remoteClusterOf({ run }, home.env)).toThrow(message)
  })
})
