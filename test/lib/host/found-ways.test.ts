import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CtdbtsError } from '../../../src/lib/errors.ts'
import { DISCOVERY_SECTION, discoveryCommand } from '../../../src/lib/host/discovery-script.ts'
import { type FoundWay, foundWays } from '../../../src/lib/host/found-ways.ts'
import { parseDiscovery } from '../../../src/lib/host/parse-discovery.ts'
import { renderSections } from '../../../src/lib/host/sections.ts'

const NONCE = '0123456789abcdef'.repeat(2)
const HOST = ['host', 'node1', 'mnt:[1]', 'net:[1]', '0', '1']

const read = (...records: (readonly string[])[]) => {
  const content = [HOST, ...records].map((fields) => fields.map((field) => `${field}\0`).join('')).join('')
  return parseDiscovery(renderSections(NONCE, [{ name: DISCOVERY_SECTION, content }]), NONCE)
}

/** A daemon, by default in a container with a network of its own. */
const ctdbd = (fields: Partial<Record<(typeof FIELDS)[number], string>> = {}): string[] => [
  'ctdbd',
  ...FIELDS.map((field) => fields[field] ?? DEFAULTS[field] ?? ''),
]
const FIELDS = [
  'pid',
  'mnt',
  'net',
  'root',
  'socket',
  'outside',
  'outsideEtc',
  'etc',
  'listens',
  'cgroup',
  'netns',
  'inner',
  'connections',
] as const
const DEFAULTS: Readonly<Record<string, string>> = {
  pid: '812',
  mnt: 'mnt:[2]',
  net: 'net:[2]',
  root: '/',
  socket: '/run/ctdb/ctdbd.socket',
  etc: '/etc/ctdb',
  listens: '0100000A:111B',
}

const wayTo = (...records: (readonly string[])[]): FoundWay | undefined => foundWays(read(...records))[0]

describe('a ctdbd that was found', () => {
  it('needs nothing where it is in the usual places', () => {
    expect(foundWays(read(ctdbd({ mnt: 'mnt:[1]', net: 'net:[1]' })))).toEqual([
      { what: 'ctdbd (PID 812) on the host itself', remarks: [], privateAddress: '10.0.0.1', connections: [] },
    ])
  })

  it.each([
    { named: 'without a tool', fields: ['', 'smb'] },
    { named: 'of another tool', fields: ['rm', 'smb'] },
    { named: 'without a name', fields: ['podman', ''] },
    { named: 'that looks like an option', fields: ['podman', '--privileged'] },
  ])('is not reached by a container $named, which only a machine that lies has', ({ fields }) => {
    const way = wayTo(ctdbd({ netns: '-a' }), ['container', ...fields, 'mnt:[2]'])
    expect(way?.run?.[0]).toBe('sh')
    expect(wayTo(ctdbd({ mnt: 'mnt:[1]', netns: '-a' }))?.run?.[0]).toBe('nsenter')
  })

  it('is reached by the container that has its mounts', () => {
    const containers = [
      ['container', 'podman', 'other', 'mnt:[3]'],
      ['container', 'podman', 'smb', 'mnt:[2]'],
      ['container', 'docker', 'smb', 'mnt:[2]'],
    ]
    expect(wayTo(ctdbd(), ...containers)).toEqual({
      what: 'ctdbd (PID 812) in the container smb of podman',
      remarks: [],
      run: ['podman', 'exec', '-i', 'smb'],
      privateAddress: '10.0.0.1',
      connections: [],
    })
    const unusual = { net: 'net:[1]', socket: '/run/x/ctdbd.socket', etc: '/usr/local/etc/ctdb' }
    expect(wayTo(ctdbd(unusual), ...containers)).toMatchObject({
      network: 'host',
      socket: '/run/x/ctdbd.socket',
      'config-dir': '/usr/local/etc/ctdb',
    })
  })

  it('is reached by the folder of cephadm that its socket is in', () => {
    const folder = '/var/lib/ceph/f0e1/smb.a.node1.xyz/ctdb'
    const seen = { outside: `${folder}/run/ctdbd.socket`, outsideEtc: `${folder}/etc` }
    expect(wayTo(ctdbd({ ...seen, net: 'net:[1]' }))).toEqual({
      what: 'ctdbd (PID 812) in a container of cephadm',
      remarks: [],
      socket: `${folder}/run/ctdbd.socket`,
      'config-dir': `${folder}/etc`,
      privateAddress: '10.0.0.1',
      connections: [],
    })
    expect(wayTo(ctdbd({ ...seen, netns: 'smb' }))).toMatchObject({
      run: ['ip', 'netns', 'exec', 'smb'],
      socket: `${folder}/run/ctdbd.socket`,
    })
    expect(wayTo(ctdbd(seen), ['container', 'podman', 'c', 'mnt:[2]'])).toMatchObject({
      run: ['podman', 'exec', '-i', 'c'],
      remarks: [`its socket on the host: ${folder}/run/ctdbd.socket`],
    })
  })

  it('is reached by the socket alone if it cannot be seen', () => {
    const folder = '/var/lib/ceph/f0e1/smb.a/ctdb'
    expect(foundWays(read(['socket', `${folder}/run/ctdbd.socket`, `${folder}/etc`]))).toEqual([
      {
        what: `a socket at ${folder}/run/ctdbd.socket; its ctdbd was not found`,
        remarks: [],
        socket: `${folder}/run/ctdbd.socket`,
        'config-dir': `${folder}/etc`,
      },
    ])
  })

  it('is reached by its namespaces', () => {
    expect(wayTo(ctdbd())).toMatchObject({
      what: 'ctdbd (PID 812) in namespaces of its own',
      run: ['sh', '-c', 'exec nsenter -t "$(pidof -s ctdbd)" -m -u -i -n -p -- "$@"', 'sh'],
      remarks: [],
    })
    expect(wayTo(ctdbd(), ctdbd({ pid: '900' }))).toMatchObject({
      run: ['nsenter', '-t', '812', '-m', '-u', '-i', '-n', '-p', '--'],
      remarks: [expect.stringMatching(/^the PID changes/)],
    })
    expect(wayTo(ctdbd({ cgroup: '0::/kubepods.slice/x', inner: 'smb-0' }))).toMatchObject({
      what: 'ctdbd (PID 812) in the pod smb-0',
      remarks: [expect.stringContaining('kubectl')],
    })
  })

  it('with the mounts of the host is reached by its network and its root folder', () => {
    const rooted = {
      mnt: 'mnt:[1]',
      root: '/srv/smb',
      outside: '/srv/smb/run/ctdb/ctdbd.socket',
      outsideEtc: '/srv/smb/etc/ctdb',
    }
    expect(wayTo(ctdbd({ ...rooted, netns: 'n1' }))).toMatchObject({
      what: 'ctdbd (PID 812) in the network namespace n1, with the root folder /srv/smb',
      run: ['ip', 'netns', 'exec', 'n1'],
      socket: '/srv/smb/run/ctdb/ctdbd.socket',
      'config-dir': '/srv/smb/etc/ctdb',
    })
    expect(wayTo(ctdbd({ mnt: 'mnt:[1]' }))).toMatchObject({ run: ['nsenter', '-t', '812', '-n', '--'] })
    const local = wayTo(ctdbd({ mnt: 'mnt:[1]', net: 'net:[1]', socket: '/tmp/n0/run/ctdbd.socket' }))
    expect(local).toMatchObject({ socket: '/tmp/n0/run/ctdbd.socket' })
    expect(local).not.toHaveProperty('run')
  })

  it.each([
    ['0100000A:111B', '10.0.0.1'],
    ['000000FD000000000000000003000000:111B', 'fd00::3'],
    ['00000000000000000000000000000000:111B', undefined],
    ['00000000:111B', undefined],
    ['', undefined],
  ])('has the private address that it listens on: %s', (listens, address) => {
    expect(wayTo(ctdbd({ listens }))?.privateAddress).toBe(address)
  })
})

it('both ends of a connection have the same text for it', () => {
  const near = wayTo(ctdbd({ connections: ' 0100000A:111B-0200000A:9C40 0100000A:8001-0300000A:111B' }))
  const far = wayTo(ctdbd({ connections: ' 0200000A:9C40-0100000A:111B' }))
  expect(near?.connections).toEqual(['0100000A:111B-0200000A:9C40', '0100000A:8001-0300000A:111B'])
  expect(far?.connections).toEqual(near?.connections?.slice(0, 1))
})

describe('the answer of a machine', () => {
  it.each([
    ['nothing', ''],
    ['no host', 'socket\0/a\0\0'],
    ['an unknown record', `${HOST.join('\0')}\0what\0`],
    ['half a record', `${HOST.join('\0')}\0socket\0/a\0`],
    ['an open field', `${HOST.join('\0')}\0socket\0/a\0/b`],
  ])('is refused if it has %s', (_, content) => {
    const output = renderSections(NONCE, [{ name: DISCOVERY_SECTION, content }])
    expect(() => parseDiscovery(output, NONCE)).toThrow(expect.objectContaining({ code: 'HOST_INCOMPLETE' }))
  })

  it('may be anything', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('host', 'ctdbd', 'container', '', 'x'), { maxLength: 40 }), (fields) => {
        const content = fields.map((field) => `${field}\0`).join('')
        try {
          foundWays(parseDiscovery(renderSections(NONCE, [{ name: DISCOVERY_SECTION, content }]), NONCE))
        } catch (error) {
          expect(error).toBeInstanceOf(CtdbtsError)
        }
      }),
    )
  })

  it('is asked for without single quotes, which makes it easy to quote', () => {
    expect(discoveryCommand(NONCE).join('')).not.toContain("'")
  })
})
