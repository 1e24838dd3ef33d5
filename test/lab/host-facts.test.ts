import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { collectHostFacts } from '../../src/transport/host/collect.ts'
import { describeOnLab } from './describe-on-lab.ts'
import type { Lab } from './harness/lab.ts'
import { nodeAccess } from './harness/node-access.ts'

const look = (lab: Lab, pnn: number) => collectHostFacts(nodeAccess(lab, pnn), { timeoutMs: 10_000 })

describeOnLab('a node of a real cluster', (lab) => {
  it('reports its files, its scripts and its version', async () => {
    const { facts, missing } = await look(lab, 1)
    expect(missing).toEqual([])
    expect(facts).toMatchObject({
      nodesFile: readFileSync(lab.path(1, 'etc/nodes'), 'utf8'),
      publicAddressesFile: readFileSync(lab.path(1, 'etc/public_addresses'), 'utf8'),
      configFile: readFileSync(lab.path(1, 'etc/ctdb.conf'), 'utf8'),
      version: (await lab.must(1, 'ctdb', 'version')).trim(),
    })
    expect(facts.enabledScripts).toContain('10.interface')
  })

  it('reports the addresses that it holds', async () => {
    const { facts } = await look(lab, 0)
    const held = (await lab.must(0, 'ctdb', '-X', 'ip', 'all'))
      .split('\n')
      .flatMap((line) => (line.endsWith('|0|') ? (line.split('|')[1] ?? []) : []))
    expect(held.length).toBeGreaterThan(0)
    expect(facts.addresses?.map(({ address }) => address)).toEqual(expect.arrayContaining(held))
    expect(facts.links).toContainEqual(expect.objectContaining({ name: 'eth1', up: true, carrier: true }))
  })

  it('reports the result of each script in the last monitor event, as the real tool does', async () => {
    const { facts } = await look(lab, 2)
    const shown = (await lab.must(2, 'ctdb', 'event', 'status', 'legacy', 'monitor')).trim().split('\n')
    const monitor = facts.events?.find(({ event }) => event === 'monitor')
    expect(monitor?.scripts.map(({ name, result }) => `${name} ${result === 0 ? 'OK' : result}`)).toEqual(
      shown.map((line) => line.split(/\s+/).slice(0, 2).join(' ')),
    )
    expect(monitor?.scripts.length).toBeGreaterThan(0)
    expect(facts.events?.map(({ event }) => event)).toEqual(['startup', 'monitor', 'takeip', 'releaseip', 'ipreallocated'])
  })

  describe('with a firewall rule that drops packets to an address', () => {
    it('reports the rule', async () => {
      const rule = ['INPUT', '-i', 'eth1', '-d', '10.99.1.250', '-j', 'DROP']
      await lab.must(0, 'iptables', '-I', ...rule)
      try {
        expect((await look(lab, 0)).facts.drops).toEqual([{ interfaceName: 'eth1', address: '10.99.1.250' }])
      } finally {
        await lab.must(0, 'iptables', '-D', ...rule)
      }
    })
  })
})
