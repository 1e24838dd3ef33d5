import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIp, parseIp } from '../../../src/lib/address/ip-text.ts'
import { factsCommand } from '../../../src/lib/host/facts-script.ts'
import { parseHostFacts } from '../../../src/lib/host/parse-facts.ts'
import { type PrintedSection, renderSections } from '../../../src/lib/host/sections.ts'
import type { ConnectionEnd, HostBond, HostFacts } from '../../../src/lib/snapshot/host-facts.ts'
import { takeSeedFromEnvironment } from '../../support/fast-check.ts'

takeSeedFromEnvironment()

const NONCE = '0123456789abcdef0123456789abcdef'
const FACTS = [
  'addresses',
  'links',
  'publicAddressesFile',
  'nodesFile',
  'configFile',
  'homeNodesFile',
  'serviceAddresses',
  'enabledScripts',
  'version',
  'nonlocalBind',
  'promoteSecondaries',
  'drops',
  'bonds',
  'configuredAddresses',
  'hostname',
  'connections',
  'lock',
].map((name) => `host.${name}`)

/** The sections of a node of which there is nothing to say. */
const QUIET = [
  { name: 'addresses', content: '[]' },
  { name: 'publicaddresses', content: '' },
  { name: 'nodes', content: '' },
  { name: 'config', content: '' },
  { name: 'homenodes', content: '' },
  { name: 'scripts', content: '' },
  { name: 'version', content: '4.17.12\n' },
  { name: 'nonlocal', content: '0\n0\n' },
  { name: 'promote', content: 'all\x000\0' },
  { name: 'iptables', content: '-P INPUT ACCEPT\n' },
  { name: 'ip6tables', content: '-P INPUT ACCEPT\n' },
  { name: 'bonds', content: '' },
  { name: 'services', content: '' },
  { name: 'configured', content: '' },
  { name: 'hostname', content: 'node1\n' },
  { name: 'connections', content: 'State\n' },
  { name: 'lock', content: 'setting\0\0' },
] satisfies PrintedSection[]

const parse = (sections: readonly PrintedSection[]) => parseHostFacts(renderSections(NONCE, sections), NONCE)

/** What is made of a quiet node's answer with another section. */
const parseWith = (section: PrintedSection) => parse(QUIET.map((quiet) => (quiet.name === section.name ? section : quiet)))

// Texts of whole characters: what is no UTF-8 is not kept.
const text = fc.string({ unit: 'binary' })
const fileText = fc.option(text)
const name = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 15 })
  .filter((each) => !/[\0/\s]/.test(each) && !each.endsWith('+'))
const ipv4 = fc.ipV4()
const ipv6 = fc.ipV6().map((each) => formatIp(parseIp(each)!))

const address = (interfaceName: string) =>
  fc.oneof(ipv4, ipv6).chain((each) =>
    fc.record({
      address: fc.constant(each),
      maskBits: fc.nat(each.includes(':') ? 128 : 32),
      interfaceName: fc.constant(interfaceName),
      secondary: fc.boolean(),
      scope: fc.constantFrom('global', 'link', 'host'),
      dynamic: fc.boolean(),
      tentative: fc.constant(false),
      dadFailed: fc.boolean(),
      validSeconds: fc.option(fc.nat(0xffff_fffe)),
    }),
  )
const link = name.chain((each) =>
  fc.record({
    name: fc.constant(each),
    up: fc.boolean(),
    carrier: fc.boolean(),
    altnames: fc.array(name, { maxLength: 2 }),
    isBond: fc.boolean(),
    mac: fc.constantFrom(undefined, '02:00:00:00:00:0a'),
    parent: fc.option(name, { nil: undefined }),
    master: fc.option(name, { nil: undefined }),
    addresses: fc.array(address(each), { maxLength: 4 }),
  }),
)
const network = fc.uniqueArray(link, { selector: (each) => each.name, maxLength: 4 })
const end = fc.record({ address: fc.oneof(ipv4, ipv6, fc.constant('*')), port: fc.option(fc.nat(65_535)) })
const connection = fc.record({
  state: fc.constantFrom('LISTEN' as const, 'ESTAB' as const, 'SYN-SENT' as const),
  local: end,
  peer: end,
  resent: fc.nat(15),
})
const drop = fc.record({ interfaceName: name, address: fc.oneof(ipv4, ipv6) })

const bond = fc
  .record(
    {
      name,
      mode: fc.constantFrom('IEEE 802.3ad Dynamic link aggregation', 'fault-tolerance (active-backup)'),
      members: fc.array(fc.record({ name, up: fc.boolean() }), { maxLength: 3 }),
      partner: fc.constantFrom(null, '00:1b:21:aa:bb:cc'),
    },
    { requiredKeys: ['name', 'mode', 'members'] },
  )
  .map((each) => ({ ...each, passes: each.members.some(({ up }) => up) }))

const service = fc.record({ service: fc.constantFrom('NATGW' as const, 'LVS' as const), address: fc.oneof(ipv4, ipv6) })
const configured = fc.record({
  by: fc.constant('systemd-networkd' as const),
  file: text.filter((each) => !each.includes('\0')),
  address: fc.oneof(ipv4, ipv6),
})

const facts = fc
  .record({
    network,
    files: fc.tuple(fileText, fileText, fileText, fileText),
    enabledScripts: fc.uniqueArray(
      fc.string({ unit: 'binary', maxLength: 9 }).filter((each) => !/[\0/]/.test(each) && !each.endsWith('.script')),
    ),
    version: fc.stringMatching(/^[!-~]{1,40}$/).filter((each) => !each.startsWith('CTDB')),
    nonlocalBind: fc.record({ ipv4: fc.boolean(), ipv6: fc.boolean() }),
    promoteSecondaries: fc.uniqueArray(name.filter((each) => each !== 'all' && each !== 'default')),
    drops: fc.array(drop),
    bonds: fc.array(bond, { maxLength: 2 }),
    serviceAddresses: fc.array(service, { maxLength: 2 }),
    configuredAddresses: fc.array(configured, { maxLength: 2 }),
    hostname: fc.stringMatching(/^[a-z0-9.-]{1,20}$/),
    connections: fc.array(connection),
    lock: fc.record({ setting: text.filter((each) => !each.includes('\0')) }),
  })
  .map(
    ({ network: links, files: [publicAddressesFile, nodesFile, configFile, homeNodesFile], ...rest }): Partial<HostFacts> => ({
      ...rest,
      addresses: links.flatMap(({ addresses }) => addresses),
      links: links.map(({ addresses: _, parent, mac, ...each }) => ({
        ...each,
        ...(parent !== undefined && { parent }),
        ...(mac !== undefined && { mac }),
      })),
      publicAddressesFile,
      nodesFile,
      configFile,
      homeNodesFile,
      enabledScripts: rest.enabledScripts.toSorted((a, b) => (a < b ? -1 : 1)),
      drops: [...rest.drops].sort((a, b) => Number(a.address.includes(':')) - Number(b.address.includes(':'))),
    }),
  )

const endText = ({ address, port }: ConnectionEnd): string => `${address.includes(':') ? `[${address}]` : address}:${port ?? '*'}`

/** What the kernel tells of a bond. */
const bondText = ({ mode, members, partner }: HostBond): string =>
  [
    `Bonding Mode: ${mode}`,
    ...(partner === undefined ? [] : [`\tPartner Mac Address: ${partner ?? '00:00:00:00:00:00'}`]),
    ...members.map((each) => `\nSlave Interface: ${each.name}\nMII Status: ${each.up ? 'up' : 'down'}`),
    '',
  ].join('\n')

/** What a machine would print of which these are the facts. */
function sectionsOf(given: Partial<HostFacts>): PrintedSection[] {
  const { links = [], addresses = [], drops = [], promoteSecondaries = [], enabledScripts = [], nonlocalBind } = given
  const printed = links.map((each) => ({
    ifname: each.name,
    link: each.parent,
    master: each.master,
    link_type: each.mac === undefined ? 'none' : 'ether',
    address: each.mac,
    altnames: each.altnames,
    flags: [...(each.up ? ['UP'] : []), ...(each.carrier ? ['LOWER_UP'] : []), ...(each.isBond ? ['MASTER'] : [])],
    addr_info: addresses
      .filter(({ interfaceName }) => interfaceName === each.name)
      .map((one) => ({
        family: one.address.includes(':') ? 'inet6' : 'inet',
        local: one.address,
        prefixlen: one.maskBits,
        scope: one.scope,
        secondary: one.secondary,
        dynamic: one.dynamic,
        dadfailed: one.dadFailed,
        valid_life_time: one.validSeconds ?? 4_294_967_295,
      })),
  }))
  const file = (section: string, content: string | null | undefined): PrintedSection =>
    content === null
      ? { name: section, content: '', status: 1, said: `cat: /etc/ctdb/${section}: No such file or directory\n` }
      : { name: section, content: content ?? '' }
  const rules = (isOurs: (one: string) => boolean) =>
    drops
      .filter((one) => isOurs(one.address))
      .map((one) => `-A INPUT -d ${one.address}/${one.address.includes(':') ? 128 : 32} -i ${one.interfaceName} -j DROP\n`)
  return [
    { name: 'addresses', content: `${JSON.stringify(printed)}\n` },
    file('publicaddresses', given.publicAddressesFile),
    file('nodes', given.nodesFile),
    file('config', given.configFile),
    file('homenodes', given.homeNodesFile),
    { name: 'scripts', content: enabledScripts.map((each) => `/etc/ctdb/events/legacy/./${each}.script\0`).join('') },
    { name: 'version', content: `CTDB version: ${given.version}\n` },
    { name: 'nonlocal', content: `${Number(nonlocalBind?.ipv4)}\n${Number(nonlocalBind?.ipv6)}\n` },
    {
      name: 'promote',
      content: ['all', '0', 'default', '1', ...promoteSecondaries.flatMap((each) => [each, '1']), ''].join('\0'),
    },
    { name: 'iptables', content: rules((one) => !one.includes(':')).join('') },
    { name: 'ip6tables', content: rules((one) => one.includes(':')).join('') },
    { name: 'bonds', content: (given.bonds ?? []).map((each) => `${each.name}\0${bondText(each)}\0`).join('') },
    {
      name: 'services',
      content: (given.serviceAddresses ?? [])
        .map(({ service: of, address: one }) => `${of}\0CTDB_${of}_NODES=/nodes\nCTDB_${of}_PUBLIC_IP=${one}/24\n\0`)
        .join(''),
    },
    {
      name: 'configured',
      content: (given.configuredAddresses ?? [])
        .map(({ by, file, address: one }) => `${by}\0${file}\0[Network]\nAddress=${one}/24\n\0`)
        .join(''),
    },
    { name: 'hostname', content: `${given.hostname}\n` },
    {
      name: 'connections',
      content: `State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n${(given.connections ?? [])
        .map(
          ({ state, local, peer, resent }) =>
            `${state}   0  10 ${endText(local)}   ${endText(peer)} timer:(on,1.2sec,${resent})\n`,
        )
        .join('')}`,
    },
    { name: 'lock', content: `setting\0${given.lock?.setting}\0` },
  ]
}

describe('the output of the facts script', () => {
  it('is read completely, whatever its facts are', () => {
    fc.assert(
      fc.property(facts, (given) => {
        expect(parse(sectionsOf(given))).toEqual({ facts: given, missing: [] })
      }),
    )
  })

  it('is read after the greeting of a shell', () => {
    const output = Buffer.concat([Buffer.from('Welcome! '), renderSections(NONCE, QUIET), Buffer.from('bye')])
    expect(parseHostFacts(output, NONCE)).toEqual(parse(QUIET))
  })

  it('never gives a wrong value, wherever it is cut off', () => {
    fc.assert(
      fc.property(facts, fc.double({ min: 0, max: 1, noNaN: true }), (given, part) => {
        const output = renderSections(NONCE, sectionsOf(given))
        const read = parseHostFacts(output.subarray(0, Math.floor(output.length * part)), NONCE)
        expect(given).toMatchObject(read.facts)
        expect(
          [...Object.keys(read.facts).map((fact) => `host.${fact}`), ...read.missing.map(({ fact }) => fact)].toSorted(),
        ).toEqual(FACTS.toSorted())
      }),
    )
  })

  it('may be any bytes', () => {
    const noise = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(
        ...['begin', 'said', 'end'].flatMap((kind) =>
          QUIET.map(({ name: section }) => Buffer.from(`\n${NONCE} ${kind} ${section} 9\n`)),
        ),
      ),
    )
    fc.assert(
      fc.property(fc.array(noise), (parts) => {
        const { missing, facts: read } = parseHostFacts(Buffer.concat(parts), NONCE)
        expect(missing.length + Object.keys(read).length).toBe(FACTS.length)
      }),
    )
  })

  it('may contain any bytes in each section', () => {
    fc.assert(
      fc.property(fc.constantFrom(...QUIET), fc.uint8Array(), fc.nat(255), text, (quiet, content, status, said) => {
        const { missing, facts: read } = parseWith({ name: quiet.name, content, status, said })
        // A node without `ss` is no fault.
        const lacksProgram = quiet.name === 'connections' && status === 127
        expect(missing.length + Object.keys(read).length).toBe(FACTS.length - Number(lacksProgram))
      }),
    )
  })
})

describe('a fact is missing', () => {
  it('when it was not printed, with the reason if known', () => {
    const { facts: read, missing } = parseHostFacts(new Uint8Array(), NONCE)
    expect(read).toEqual({})
    expect(missing.map(({ fact, code }) => [fact, code])).toEqual(FACTS.map((fact) => [fact, 'HOST_INCOMPLETE']))
  })

  it('when it was printed twice', () => {
    const { facts: read, missing } = parse([...QUIET, { name: 'nodes', content: '10.0.0.1\n' }])
    expect(read).not.toHaveProperty('nodesFile')
    expect(missing.map(({ fact }) => fact)).toEqual(['host.nodesFile'])
  })

  it('when the output was truncated', () => {
    const whole = renderSections(NONCE, [{ name: 'config', content: 'x'.repeat(100) }]).toString()
    const limited = Buffer.from(whole.replace('begin config 101', 'begin config 100'))
    expect(parseHostFacts(limited, NONCE).missing).toContainEqual(
      expect.objectContaining({ fact: 'host.configFile', code: 'HOST_TOO_LONG' }),
    )
  })

  it.each<[string, PrintedSection, string, string]>([
    ['a program failed', { name: 'hostname', content: 'x', status: 2, said: 'no\n so\n' }, 'HOST_UNREADABLE', 'so'],
    ['a program failed silently', { name: 'hostname', content: '', status: 3 }, 'HOST_UNREADABLE', 'exit status 3'],
    ['a program was too slow', { name: 'hostname', content: '', status: 124 }, 'HOST_UNREADABLE', 'it took too long'],
    [
      'a program is not there',
      { name: 'version', content: '', status: 127, said: 'ctdb: not found' },
      'HOST_NO_PROGRAM',
      'ctdb: not found',
    ],
    [
      'a file cannot be read',
      { name: 'nodes', content: '', status: 1, said: 'cat: x: Permission denied' },
      'HOST_UNREADABLE',
      'cat: x: Permission denied',
    ],
    [
      'a file broke off',
      { name: 'nodes', content: 'x', status: 1, said: 'cat: x: No such file or directory' },
      'HOST_UNREADABLE',
      'cat: x: No such file or directory',
    ],
    [
      'a version is none',
      { name: 'version', content: 'a\x1bb' },
      'HOST_UNREADABLE',
      'what `ctdb version` printed cannot be read',
    ],
    ['a setting is none', { name: 'nonlocal', content: '0\n' }, 'HOST_UNREADABLE', 'net.ipv4.ip_nonlocal_bind cannot be read'],
    [
      'a lock has no setting',
      { name: 'lock', content: 'stat\x001 2 81a4\0' },
      'HOST_UNREADABLE',
      'what was found of the cluster lock cannot be read',
    ],
    ['a list is not closed', { name: 'scripts', content: 'a' }, 'HOST_UNREADABLE', 'what is not closed by a NUL cannot be read'],
    [
      'the setting of all is not there',
      { name: 'promote', content: 'eth0\x001\0' },
      'HOST_UNREADABLE',
      'net.ipv4.conf.all.promote_secondaries cannot be read',
    ],
    [
      'a name has no setting',
      { name: 'promote', content: 'all\x001\0eth0\0' },
      'HOST_UNREADABLE',
      'net.ipv4.conf.*.promote_secondaries cannot be read',
    ],
    [
      'only one of the firewalls can be read',
      { name: 'iptables', content: '', status: 4, said: 'you must be root' },
      'HOST_UNREADABLE',
      'you must be root',
    ],
    ['only one of the firewalls is there', { name: 'ip6tables', content: '', status: 127 }, 'HOST_NO_PROGRAM', 'exit status 127'],
  ])('when %s', (_, section, code, message) => {
    const { missing } = parseWith(section)
    expect(missing).toEqual([{ fact: expect.any(String), code, message }])
  })
})

describe('the end of the log', () => {
  it('has the files with tunables where no daemon runs', () => {
    const absent = { name: 'tunables', content: '', status: 1, said: 'head: ctdb.tunables: No such file or directory' }
    const none = { name: 'tunablesd', content: '' }
    expect(parse([...QUIET, { name: 'tunables', content: 'a=1\n' }, none]).facts.tunablesFiles).toEqual({
      file: 'a=1\n',
      directory: '',
    })
    expect(parse([...QUIET, absent, none]).facts.tunablesFiles).toEqual({ file: null, directory: '' })
    expect(parse(QUIET).facts).not.toHaveProperty('tunablesFiles')
    expect(parse([...QUIET, absent]).missing.map(({ fact }) => fact)).toEqual(['host.tunablesFiles'])
  })

  const lastLogOf = (section: Omit<PrintedSection, 'name'>) => parse([...QUIET, { name: 'log', ...section }])

  it('is where it was read from, and lines without what may not be whole', () => {
    const { facts, missing } = lastLogOf({ content: `the journal\none\n\n${'x'.repeat(400)}\nthr` })
    expect(facts.lastLog).toEqual({ place: 'the journal', lines: ['one', 'x'.repeat(300)] })
    expect(missing).toEqual([])
  })

  it.each<[string, Omit<PrintedSection, 'name'>]>([
    ['nothing is in it', { content: 'the journal\n' }],
    ['no log was found', { content: '' }],
    ['it cannot be read', { content: 'the journal\n', status: 127 }],
  ])('is not known, and not missed, where %s', (_, section) => {
    const { facts, missing } = lastLogOf(section)
    expect(facts).not.toHaveProperty('lastLog')
    expect(missing).toEqual([])
  })
})

describe('the drops', () => {
  it('are none without a firewall tool', () => {
    const gone = (name: string): PrintedSection => ({ name, content: '', status: 127 })
    const sections = QUIET.map((quiet) => (quiet.name.endsWith('tables') ? gone(quiet.name) : quiet))
    expect(parse(sections)).toMatchObject({ facts: { drops: [] }, missing: [] })
  })

  it.each([
    ['with a comment', '-A INPUT -d 10.0.0.1/32 -i eth0 -m comment --comment "x" -j DROP'],
    ['of a port', '-A INPUT -d 10.0.0.1/32 -i eth0 -p tcp -j DROP'],
    ['of another chain', '-A FORWARD -d 10.0.0.1/32 -i eth0 -j DROP'],
    ['of all interfaces', '-A INPUT -d 10.0.0.1/32 -j DROP'],
    ['of some interfaces', '-A INPUT -d 10.0.0.1/32 -i eth+ -j DROP'],
    ['of all but one', '-A INPUT ! -d 10.0.0.1/32 -i eth0 -j DROP'],
    ['of a network', '-A INPUT -d 10.0.0.0/24 -i eth0 -j DROP'],
    ['that refuses', '-A INPUT -d 10.0.0.1/32 -i eth0 -j REJECT'],
  ])('are not a rule %s', (_, rule) => {
    expect(parseWith({ name: 'iptables', content: `${rule}\n` }).facts.drops).toEqual([])
  })
})

it('the script can be quoted for any shell, as it has no single quotes', () => {
  expect(factsCommand(NONCE, '/etc/ctdb').join('')).not.toContain("'")
})
