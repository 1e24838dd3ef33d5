import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { renderSections } from '../../../src/lib/host/sections.ts'
import type { HostFacts } from '../../../src/lib/snapshot/host-facts.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { probedSamples } from '../../../src/operations/audit/probe.ts'
import type { ExecResult, HostAccess } from '../../../src/transport/host-access.ts'
import { ADDRESSES, healthyCluster, hostIn, ownerIn } from '../../support/audit-cluster.ts'
import { A, ASKERS, macOf, OWNER, probedCluster, STRANGER } from '../../support/probed-cluster.ts'

const good = healthyCluster()
const truth = probedCluster()
const [first, second] = ASKERS

const CONF = '/proc/sys/net/ipv4/conf'
const FILTERS = { name: 'filters', content: `${CONF}/all/arp_filter:0\n${CONF}/all/rp_filter:0\n` }

interface Happening {
  /** What a node has in its neighbour table for {@link A} at its nth look. */
  readonly neighbour?: (pnn: number, look: number) => string | undefined
  /** Who answers when the nodes ask for {@link A} for the nth time. */
  readonly answers?: (round: number) => readonly string[]
  /** The samples after that from which the probe starts. */
  readonly samples?: readonly Snapshot[]
}

/** A cluster whose nodes answer as they are told to, and what was asked of them. */
function clusterIn({ neighbour = () => undefined, answers = () => [macOf(OWNER)], samples = [] }: Happening) {
  const asked: { pnn: number; addresses: string[]; gapS: number }[] = []
  const counts = new Map<string, number>()
  const next = (key: string) => {
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return count
  }
  const log: string[] = []
  const accessTo = (pnn: number): HostAccess => ({
    name: `node ${pnn}`,
    connect: () => Promise.reject(new Error('nobody connects')),
    exec: async ([, , , name, nonce = '', ...words]): Promise<ExecResult> => {
      const content = (sections: Record<string, unknown>) =>
        renderSections(
          nonce,
          Object.entries(sections).map(([section, value]) => ({ name: section, content: JSON.stringify(value) })),
        )
      log.push(`${name} ${pnn}`)
      const { neighbours = [] } = hostIn(truth, pnn)
      if (name === 'ctdbts-look') {
        const mac = neighbour(pnn, next(`look ${pnn}`))
        const entries = neighbours.map((each) => ({
          dst: each.address,
          dev: each.interfaceName,
          lladdr: each.address === A ? (mac ?? each.mac) : each.mac,
          state: ['STALE'],
        }))
        const links = [{ ifname: 'eth1', link_type: 'ether', address: macOf(pnn) }]
        return {
          exitStatus: 0,
          stderr: '',
          stdout: Buffer.concat([content({ links, neighbours: entries }), renderSections(nonce, [FILTERS])]),
        }
      }
      const [, gap = '', , ...questions] = words
      const addresses = questions.filter((_, index) => index % 3 === 1)
      asked.push({ pnn, addresses, gapS: Number(gap) })
      const round = next(`ask ${pnn}`)
      const python = addresses.map((address) => ({
        interface: 'eth1',
        address,
        macs: address === A ? answers(round) : [macOf(ownerIn(good, address))],
      }))
      return { exitStatus: 0, stderr: '', stdout: content({ python }) }
    },
  })
  let taken = 0
  const pauses: number[] = []
  const cluster = {
    accessTo,
    sample: async () => samples[taken++] ?? good,
    pause: async (ms: number) => void pauses.push(ms),
    timeoutMs: 1_000,
  }
  return { cluster, asked, pauses, log }
}

const found = (samples: readonly Snapshot[]) => auditSamples(samples).findings.map(({ id, state }) => `${state} ${id}`)
const questionsOf = (host: HostFacts) => host.questions?.map(({ address }) => address) ?? []

describe('a probe', () => {
  it('lets two nodes ask for each address once, at the pace of all together, after all have looked', async () => {
    const { cluster, asked, pauses, log } = clusterIn({})
    const samples = await probedSamples(cluster, good)
    expect({ found: found(samples), samples: samples.length, pauses }).toEqual({ found: [], samples: 2, pauses: [] })
    expect(asked.flatMap(({ addresses }) => addresses).toSorted()).toEqual([...ADDRESSES, ...ADDRESSES].toSorted())
    expect(asked.map(({ gapS }) => gapS)).toEqual([3 / 50, 3 / 50, 3 / 50])
    expect(log.map((line) => line.split(' ')[0])).toEqual([...Array(3).fill('ctdbts-look'), ...Array(3).fill('ctdbts-probe')])
    expect(auditSamples(samples).unknown).toEqual([])
  })

  it.each<[string, (round: number) => readonly string[], string[]]>([
    ['answers again', () => [STRANGER], ['real ip-answer-foreign']],
    ['does not answer again', (round) => [round === 1 ? STRANGER : macOf(OWNER)], ['transient ip-answer-foreign']],
  ])('asks once more, for that address only, when a stranger answers, who %s', async (_, answers, expected) => {
    const { cluster, asked, pauses } = clusterIn({ answers })
    const samples = await probedSamples(cluster, good)
    expect(found(samples)).toEqual(expected)
    expect({ samples: samples.length, pauses }).toEqual({ samples: 3, pauses: [2_500] })
    expect(asked.slice(3).map(({ pnn, addresses }) => ({ pnn, addresses }))).toEqual(
      ASKERS.map((pnn) => ({ pnn, addresses: [A] })),
    )
    const last = samples.at(-1)
    expect(last?.nodes.map(({ host }) => host && questionsOf(host).length)).toEqual(
      samples[0]?.nodes.map(({ host }) => host && questionsOf(host).length),
    )
  })

  it.each<[string, (pnn: number, look: number) => string | undefined, string[]]>([
    ['stays', (pnn) => (pnn === first ? macOf(second) : undefined), ['real ip-neighbour-stale']],
    ['is corrected', (pnn, look) => (pnn === first && look === 1 ? macOf(second) : undefined), []],
  ])('looks again before it asks when a neighbour entry is old, which %s', async (_, neighbour, expected) => {
    const { cluster, pauses, log } = clusterIn({ neighbour })
    expect(found(await probedSamples(cluster, good))).toEqual(expected)
    expect(pauses).toEqual([2_500])
    expect(log.lastIndexOf(`ctdbts-look ${first}`)).toBeLessThan(log.findIndex((line) => line.startsWith('ctdbts-probe')))
  })

  it('takes for transient what was found while an address was being moved', async () => {
    const elsewhere: Snapshot = {
      ...good,
      nodes: good.nodes.map((facts) => ({
        ...facts,
        known: facts.known?.map((each) => (each.address === A ? { ...each, owner: second } : each)),
        ...(facts.host && {
          host: {
            ...facts.host,
            addresses: facts.host.addresses?.flatMap((held) => (held.address === A && facts.pnn === OWNER ? [] : [held])),
          },
        }),
      })),
    }
    const { cluster } = clusterIn({ samples: [elsewhere, elsewhere], answers: (round) => [macOf(round === 1 ? OWNER : second)] })
    const states = found(await probedSamples(cluster, good)).filter((line) => line.includes('ip-answer'))
    expect(states).toEqual(['transient ip-answer-other-node'])
  })
})
