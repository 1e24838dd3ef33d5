import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MESSAGES, type MessageName, messageText, templatesOf } from '../../../src/lib/log/messages.ts'
import { readMessage } from '../../../src/lib/log/reader.ts'
import { beginOf, patternOf } from '../../../src/lib/log/template.ts'

const NAMES = Object.keys(MESSAGES) as MessageName[]

const SAMPLES: Record<string, string | number> = {
  ip: '10.0.0.1',
  iface: 'eth1',
  from: 'up',
  to: 'down',
  control: 'TAKEOVER_IP',
  script: '60.nfs',
  event: 'monitor',
  address: '10.0.1.1:4379',
  other: '10.0.1.2:4379',
  state: 'UNHEALTHY',
  mode: 'ACTIVE',
  path: '/clusterfs/.ctdb/lock',
  what: 'takeover runs',
  argv: 'eth1 10.0.0.1 24',
  reason: 'No such file or directory',
  text: 'nfsd is not running',
}

/** A value for each field, the numbers all different. */
const valuesOf = (name: MessageName) => MESSAGES[name].fields.map((field, index) => SAMPLES[field] ?? index + 1)

describe('the table of messages', () => {
  it.each(NAMES)('reads what it writes: %s', (name) => {
    const values = valuesOf(name)
    for (const era of ['now', '2017'] as const) {
      const written = messageText(name, era, values as never)
      if (!written) continue
      const read = readMessage(written.text)
      // Messages that are the same text in one era: the other fields tell them apart elsewhere.
      const isSame =
        read?.name === name || templatesOf(read?.name as MessageName).some((text) => templatesOf(name).includes(text))
      expect(isSame, `${written.text} was read as ${read?.name}`).toBe(true)
      if (read?.name !== name) continue
      const given = Object.fromEntries(MESSAGES[name].fields.map((field, index) => [field, values[index]]))
      expect(given).toMatchObject(read.values)
    }
  })

  it('says of each message what it means, and never the same text of two', () => {
    expect(NAMES.filter((name) => MESSAGES[name].meaning === '')).toEqual([])
    expect(NAMES.length).toBeGreaterThan(120)
  })

  it('has a regular expression for each text', () => {
    for (const name of NAMES) {
      for (const template of templatesOf(name)) expect(() => new RegExp(patternOf(template))).not.toThrow()
    }
    expect(beginOf('Takeover of IP {ip}/{bits}')).toBe('Takeover of IP ')
  })
})

describe('readMessage', () => {
  it.each([
    ['../../server/ctdb_takeover.c:1852 Released 3 public IPs', 'releasedAll', { count: 3 }],
    ['do_recovery: Recovery complete', 'recoveryComplete', {}],
    [
      'Release of IP 10.99.1.136/24 on interface eth1  node:-1',
      'release',
      { ip: '10.99.1.136', bits: 24, iface: 'eth1', pnn: -1 },
    ],
    ['Release of IP fd00::1/64 on interface eth1 node:1', 'release', { ip: 'fd00::1', bits: 64, iface: 'eth1', pnn: 1 }],
    ['Node 0 has changed flags - now 0x2  was 0x0', 'flagsChanged', { pnn: 0, newFlags: 2, oldFlags: 0 }],
    ['60.nfs: ERROR: nfsd is not running', 'scriptSaid', { script: '60.nfs', text: 'ERROR: nfsd is not running' }],
    ['Took cluster lock, leader=2', 'tookLeadership', { pnn: 2 }],
    ['10.99.0.1:4379: node 10.99.0.3:4379 is dead: 1 connected', 'dead', { other: '10.99.0.3:4379', count: 1 }],
    ["server/ctdb_takeover.c:362 sending TAKE_IP for '172.16.146.133'", 'sendingTakeIp', { ip: '172.16.146.133' }],
    ['Starting CTDBD (Version 4.17.0) as PID: 7', 'startingDaemon', { text: '4.17.0', count: 7 }],
  ])('%s', (text, name, values) => {
    const read = readMessage(text)
    expect(read?.name).toBe(name)
    expect(read?.values).toMatchObject(values)
  })

  it.each([
    '',
    'Takeover',
    'Takeover of IP',
    'anything',
    'Takeover run starting now',
    'toString',
    '{ip}',
    '10.',
    'do_recovery: ',
  ])('does not know %j', (text) => expect(readMessage(text)).toBeUndefined())

  it('knows nearly all lines of a real night', () => {
    const lines = [0, 1, 2].flatMap((pnn) => readFileSync(`test/golden/logs-4.25/node${pnn}.log`, 'utf8').trimEnd().split('\n'))
    const texts = lines.map((line) => line.replace(/^\S+ \S+ \S+ /, ''))
    const unknown = texts.filter((text) => !readMessage(text))
    expect([...new Set(unknown.map((text) => text.replace(/\d+/g, 'N')))].sort()).toMatchInlineSnapshot(`
      [
        "../../server/ctdb_client.c:N Failed to read node capabilities.",
        "../../server/ctdb_recoverd.c:N Failed to get node capabilities",
        "../../server/ctdb_recoverd.c:N Unable to set recovery mode to active on cluster",
        "../../server/ctdb_recoverd.c:N Unable to set recovery mode. Recovery failed.",
        "../../server/ctdb_recoverd.c:N Unable to update node capabilities.",
        "Async operation failed with ret=-N res=-N opcode=N",
        "Async wait failed - fail_count=N",
        "Freeze all",
        "Freeze all: frozen",
        "Release freeze handle",
        "Set cluster mutex helper to "/usr/libexec/ctdb/ctdb_mutex_fcntl_helper"",
        "Thawing all",
        "ctdb_control error: 'node is disconnected'",
      ]
    `)
    expect(texts.length).toBeGreaterThan(400)
  })
})
