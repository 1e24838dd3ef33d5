import assert from 'node:assert/strict'
import { parseAnswers, parseLook } from '../../../src/lib/host/parse-probe.ts'
import { renderSections } from '../../../src/lib/host/sections.ts'
import type { FuzzTarget } from '../target.ts'

const NONCE = '0123456789abcdef'
const ADDRESSES = new Set(['10.0.0.1', 'fd00::1'])
const QUESTIONS = [...ADDRESSES].map((address) => ({ address, interfaceName: 'eth1', source: '' }))

const LOOK = renderSections(NONCE, [
  { name: 'links', content: '[{"ifname":"eth1","link_type":"ether","address":"02:00:00:00:00:01"}]' },
  {
    name: 'neighbours',
    content:
      '[{"dst":"10.0.0.1","dev":"eth1","lladdr":"02:00:00:00:00:02","state":["STALE"]},{"dst":"fd00::1","dev":"eth1","lladdr":"02:00:00:00:00:02","state":["PERMANENT"]}]',
  },
  {
    name: 'filters',
    content:
      '/proc/sys/net/ipv4/conf/all/arp_filter:0\n/proc/sys/net/ipv4/conf/all/rp_filter:0\n/proc/sys/net/ipv4/conf/eth1/rp_filter:1\n',
  },
])
const PYTHON = renderSections(NONCE, [
  {
    name: 'python',
    content:
      '[{"interface":"eth1","address":"10.0.0.1","macs":["02:00:00:00:00:02"]},{"interface":"eth1","address":"fd00::1","problem":"no"}]',
  },
])
const TOOLS = renderSections(NONCE, [
  {
    name: 'arping0',
    content:
      'Unicast reply from 10.0.0.1 [02:00:00:00:00:02]  0.6ms\n42 bytes from 02:00:00:00:00:03 (10.0.0.1): index=0\nSent 1 probes\n',
  },
  { name: 'ndisc1', content: 'Target link-layer address: 02:00:00:00:00:02\n', status: 2, said: 'No response.' },
])

const MAC = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/

export const target: FuzzTarget = {
  covers: ['src/lib/host/parse-probe.ts'],
  refusals: [],
  words: [`\n${NONCE} begin python 10\n`, `\n${NONCE} said python 0\n`, `\n${NONCE} end python 0\n`],
  seeds: () => [LOOK, PYTHON, TOOLS],
  check(input) {
    const look = parseLook(input, NONCE, ADDRESSES)
    const answers = parseAnswers(input, NONCE, QUESTIONS)
    const facts = { ...look.facts, ...answers.facts }
    const missing = [...look.missing, ...answers.missing].map(({ fact }) => fact)
    for (const fact of ['linkAddresses', 'interfaceFilters', 'neighbours', 'questions'] as const) {
      assert.equal(facts[fact] === undefined, missing.includes(`host.${fact}`), fact)
    }
    const { linkAddresses = [], neighbours = [], questions } = facts
    for (const { mac } of [...linkAddresses, ...neighbours]) assert.match(mac, MAC)
    for (const { address } of neighbours) assert.ok(ADDRESSES.has(address))
    if (!questions) return
    assert.deepEqual(
      questions.map(({ address, interfaceName }) => ({ address, interfaceName, source: '' })),
      QUESTIONS,
    )
    for (const { macs, problem } of questions) {
      assert.notEqual(macs === undefined, problem === undefined)
      for (const mac of macs ?? []) assert.match(mac, MAC)
    }
  },
}
