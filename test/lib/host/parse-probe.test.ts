import { describe, expect, it } from 'vitest'
import { CtdbtsError } from '../../../src/lib/errors.ts'
import { parseAnswers, parseLook } from '../../../src/lib/host/parse-probe.ts'
import type { PlannedQuestion } from '../../../src/lib/host/probe-script.ts'
import { type PrintedSection, renderSections } from '../../../src/lib/host/sections.ts'

const NONCE = '0123456789abcdef'
const MAC = 'ca:db:58:c5:15:82'
const CONF = '/proc/sys/net/ipv4/conf'
const settings = (lines: Record<string, number>): PrintedSection => ({
  name: 'filters',
  content: Object.entries(lines)
    .map(([name, value]) => `${CONF}/${name}:${value}\n`)
    .join(''),
})
const FILTERS = settings({ 'all/arp_filter': 0, 'all/rp_filter': 0 })
const printed = (...sections: PrintedSection[]) => renderSections(NONCE, sections)

describe('what a machine shows of its networks', () => {
  const look = (links: string, neighbours: string, addresses: readonly string[]) =>
    parseLook(
      printed({ name: 'links', content: links }, { name: 'neighbours', content: neighbours }, FILTERS),
      NONCE,
      new Set(addresses),
    )

  it('has the addresses of Ethernet interfaces only', () => {
    const links = JSON.stringify([
      { ifname: 'lo', link_type: 'loopback', address: '00:00:00:00:00:00' },
      { ifname: 'eth1', link_type: 'ether', address: 'CA:DB:58:C5:15:82' },
      { ifname: 'ib0', link_type: 'infiniband', address: '80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:10:20:31' },
      {},
    ])
    expect(look(links, '', []).facts).toEqual({
      linkAddresses: [{ interfaceName: 'eth1', mac: MAC }],
      interfaceFilters: [],
      neighbours: [],
    })
  })

  it('has the entries for public addresses that the kernel uses, in whatever form they are printed', () => {
    const entry = (dst: string, ...state: string[]) => ({ dst, dev: 'eth1', lladdr: MAC, state })
    const neighbours = JSON.stringify([
      entry('10.0.0.1', 'STALE'),
      entry('10.0.0.2', 'PERMANENT'),
      entry('FD00:0::1', 'REACHABLE'),
      entry('10.0.0.3', 'FAILED'),
      entry('10.0.0.4', 'NOARP'),
      { dst: '10.0.0.5', dev: 'eth1', state: ['INCOMPLETE'] },
      entry('192.0.2.1', 'REACHABLE'),
    ])
    const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', 'fd00::1']
    const found = { interfaceName: 'eth1', mac: MAC }
    expect(look('[]', neighbours, addresses).facts.neighbours).toEqual([
      { address: '10.0.0.1', ...found, isPermanent: false, isStale: true },
      { address: '10.0.0.2', ...found, isPermanent: true, isStale: false },
      { address: 'fd00::1', ...found, isPermanent: false, isStale: false },
    ])
  })

  it('has what interfaces filter, by their own settings and those of all', () => {
    const filtersIn = (lines: Record<string, number>) =>
      parseLook(printed(settings(lines)), NONCE, new Set()).facts.interfaceFilters?.map(
        ({ interfaceName, arp, strict }) => `${interfaceName} ${arp} ${strict}`,
      )
    const own = {
      'default/rp_filter': 1,
      'eth0.5/arp_filter': 1,
      'eth0.5/rp_filter': 2,
      'eth1/arp_filter': 0,
      'eth1/rp_filter': 0,
    }
    expect(filtersIn({ 'all/arp_filter': 0, 'all/rp_filter': 0, ...own })).toEqual(['eth0.5 true false', 'eth1 false false'])
    expect(filtersIn({ 'all/arp_filter': 1, 'all/rp_filter': 1, ...own })).toEqual(['eth0.5 true false', 'eth1 true true'])
    expect(filtersIn(own)).toBeUndefined()
  })

  it.each<[string, PrintedSection[], string[]]>([
    [
      'is not JSON',
      [
        { name: 'links', content: '[]' },
        { name: 'neighbours', content: 'Usage: ip' },
      ],
      ['host.neighbours IP_JSON'],
    ],
    [
      'is no list',
      [
        { name: 'links', content: '{}' },
        { name: 'neighbours', content: '[]' },
      ],
      ['host.linkAddresses IP_JSON'],
    ],
    [
      'was printed by no program',
      [
        { name: 'links', content: '', status: 127, said: 'sh: ip: not found' },
        { name: 'neighbours', content: '[]' },
      ],
      ['host.linkAddresses HOST_NO_PROGRAM'],
    ],
    ['was not printed', [], ['host.linkAddresses HOST_INCOMPLETE', 'host.neighbours HOST_INCOMPLETE']],
  ])('is missing where it %s', (_, sections, missing) => {
    const report = parseLook(printed(...sections, FILTERS), NONCE, new Set())
    expect(report.missing.map(({ fact, code }) => `${fact} ${code}`)).toEqual(missing)
  })
})

const question = (address: string, interfaceName = 'eth1'): PlannedQuestion => ({ address, interfaceName, source: '' })
const answersOf = (questions: readonly PlannedQuestion[], ...sections: PrintedSection[]) =>
  parseAnswers(printed(...sections), NONCE, questions)

describe('what networks answer', () => {
  it('is read as Python prints it, for what was asked and nothing else', () => {
    const content = `\n\n${JSON.stringify([
      { interface: 'eth1', address: '10.0.0.1', macs: [MAC.toUpperCase(), MAC, '02:00:00:00:00:01'] },
      { interface: 'eth1', address: '10.0.0.2', macs: [] },
      { interface: 'eth1', address: '10.0.0.3', problem: 'Operation not permitted' },
      { interface: 'eth2', address: '10.0.0.4', macs: [MAC] },
      { interface: 'eth1', address: '192.0.2.9', macs: [MAC] },
    ])}\n`
    const asked = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((address) => question(address))
    expect(answersOf(asked, { name: 'python', content })).toEqual({
      missing: [],
      facts: {
        questions: [
          { address: '10.0.0.1', interfaceName: 'eth1', macs: [MAC, '02:00:00:00:00:01'] },
          { address: '10.0.0.2', interfaceName: 'eth1', macs: [] },
          { address: '10.0.0.3', interfaceName: 'eth1', problem: 'Operation not permitted' },
          { address: '10.0.0.4', interfaceName: 'eth1', problem: 'it was not asked' },
        ],
      },
    })
  })

  it.each<[string, PrintedSection]>([
    ['is not JSON', { name: 'python', content: 'hello' }],
    ['has no link address', { name: 'python', content: '[{"interface":"eth1","address":"10.0.0.1","macs":["\\u001b[31m"]}]' }],
    ['ended with an error', { name: 'python', content: '', status: 1, said: 'SyntaxError: invalid syntax' }],
  ])('is missing where it %s', (_, section) => {
    const { facts, missing } = answersOf([question('10.0.0.1')], section)
    expect(facts).toEqual({})
    expect(missing).toEqual([expect.objectContaining({ fact: 'host.questions', code: 'HOST_UNREADABLE' })])
  })

  it('is missing, with the reason, where the command failed', () => {
    const lost = new CtdbtsError('EXEC_TIMEOUT', 'it did not end within 65 s')
    expect(parseAnswers(new Uint8Array(), NONCE, [question('10.0.0.1')], lost).missing).toEqual([
      { fact: 'host.questions', code: 'EXEC_TIMEOUT', message: 'it did not end within 65 s' },
    ])
  })

  // As arping of iputils 20221126, arping 2.23 by Thomas Habets, busybox 1.35 and ndisc6 1.0.5 print it.
  it.each<[string, string, Omit<PrintedSection, 'name'>, unknown]>([
    [
      'arping of iputils, with an answer',
      '10.0.0.1',
      {
        content: `ARPING 10.0.0.1 from 0.0.0.0 eth1\nUnicast reply from 10.0.0.1 [CA:DB:58:C5:15:82]  0.602ms\nSent 1 probes (1 broadcast(s))\nReceived 1 response(s)\n`,
        status: 1,
      },
      { macs: [MAC] },
    ],
    [
      'arping of iputils, without an answer',
      '10.0.0.1',
      { content: 'ARPING 10.0.0.1 from 0.0.0.0 eth1\nSent 2 probes (2 broadcast(s))\nReceived 0 response(s)\n' },
      { macs: [] },
    ],
    [
      'arping of iputils, without that interface',
      '10.0.0.1',
      { content: '', status: 2, said: 'arping: Device eth1 not available.' },
      { problem: 'arping: Device eth1 not available.' },
    ],
    [
      'arping of busybox, with an answer',
      '10.0.0.1',
      {
        content: `ARPING 10.0.0.1 from 0.0.0.0 eth1\nUnicast reply from 10.0.0.1 [${MAC}] 0.008ms\nSent 1 probe(s) (0 broadcast(s))\nReceived 1 response(s) (0 request(s), 0 broadcast(s))\n`,
        status: 1,
      },
      { macs: [MAC] },
    ],
    [
      'arping by Thomas Habets, with answers of two',
      '10.0.0.1',
      {
        content: `ARPING 10.0.0.1\n42 bytes from ${MAC} (10.0.0.1): index=0 time=10.246 usec\n42 bytes from 02:00:00:00:00:01 (10.0.0.1): index=1 time=7.892 usec\n\n--- 10.0.0.1 statistics ---\n2 packets transmitted, 2 packets received,   0% unanswered (0 extra)\n`,
      },
      { macs: [MAC, '02:00:00:00:00:01'] },
    ],
    [
      'arping by Thomas Habets, without an answer',
      '10.0.0.1',
      {
        content:
          'ARPING 10.0.0.1\nTimeout\nTimeout\n\n--- 10.0.0.1 statistics ---\n2 packets transmitted, 0 packets received, 100% unanswered (0 extra)\n',
        status: 1,
      },
      { macs: [] },
    ],
    [
      'no arping',
      '10.0.0.1',
      { content: '', status: 127, said: 'sh: arping: not found' },
      { problem: 'neither python3 nor arping is installed' },
    ],
    [
      'ndisc6, with an answer',
      'fd00::1',
      { content: 'Soliciting fd00::1 (fd00::1) on eth1...\nTarget link-layer address: CA:DB:58:C5:15:82\n from fd00::1\n' },
      { macs: [MAC] },
    ],
    [
      'ndisc6, without an answer',
      'fd00::1',
      { content: 'Soliciting fd00::1 (fd00::1) on eth1...\nTimed out.\nTimed out.\nNo response.\n', status: 2 },
      { macs: [] },
    ],
    [
      'ndisc6, without that interface',
      'fd00::1',
      { content: '', status: 1, said: 'eth1: No such device' },
      { problem: 'eth1: No such device' },
    ],
    [
      'no ndisc6',
      'fd00::1',
      { content: '', status: 127, said: 'sh: ndisc6: not found' },
      { problem: 'neither python3 nor ndisc6 is installed' },
    ],
  ])('is read as it is printed by %s', (_, address, section, expected) => {
    const name = address.includes(':') ? 'ndisc0' : 'arping0'
    const found = { address, interfaceName: 'eth1', ...(expected as object) }
    expect(answersOf([question(address)], { name, ...section }).facts.questions).toEqual([found])
  })

  it('is not known of what there was no time to ask', () => {
    expect(answersOf([question('10.0.0.1')]).facts.questions).toEqual([
      { address: '10.0.0.1', interfaceName: 'eth1', problem: 'there was no time left to ask' },
    ])
  })
})
