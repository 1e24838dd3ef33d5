import { describe, expect, it } from 'vitest'
import { findingKey } from '../../../src/lib/audit/finding.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { EventRun, HostLink } from '../../../src/lib/snapshot/host-facts.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import {
  ADDRESSES,
  factsIn,
  findingIn,
  findingsIn,
  healthyCluster,
  heldAddress,
  hostIn,
  ownerIn,
  withAll,
  withFacts,
  withFlags,
  withHeld,
  withHost,
  withHosts,
  withoutDaemon,
} from '../../support/audit-cluster.ts'

/** The ids of a finding and of what explains it, up to the root. */
function chainOf(snapshot: Snapshot, id: string, pnn: number): string[] {
  const findings = findingsIn(snapshot)
  const chain: string[] = []
  for (let at = findings.find((each) => each.id === id && each.subject.pnn === pnn); at; ) {
    chain.push(at.id)
    const { causedBy } = at
    at = findings.find((each) => findingKey(each) === causedBy)
  }
  return chain
}

const withVersion = (snapshot: Snapshot, version: string): Snapshot => withHosts(snapshot, () => ({ version }))
/** `eth1` is one end of a veth pair. */
const withVeth = (snapshot: Snapshot): Snapshot =>
  withAll(snapshot, ({ host }) => {
    const links = host?.links?.map((link): HostLink => (link.name === 'eth1' ? { ...link, parent: 'if8' } : link))
    return host && links ? { host: { ...host, links } } : {}
  })
const alsoHeld = (snapshot: Snapshot, pnn: number, address: string, maskBits = 24): Snapshot =>
  withHeld(snapshot, pnn, heldAddress(address, maskBits, 'eth1'))

const ADDRESS = ADDRESSES[0] ?? ''
const cluster = healthyCluster()
const owner = ownerIn(cluster, ADDRESS)
const other = (owner + 1) % 3

describe('an address where it does not belong, on an interface that ip prints with an @,', () => {
  const rogue = alsoHeld(cluster, other, ADDRESS)
  const FAILS = /asks for takeover runs, which fail, .* whose name `ip` prints with an @/

  it('cannot be released by the scripts of 4.25, so that the node is banned in the end', () => {
    const finding = findingIn(withVeth(withVersion(rogue, '4.25.0')), 'ip-rogue')
    expect(finding.outlook).toMatch(FAILS)
    expect(finding.remedy).toContain(`\`ip addr del ${ADDRESS}/24 dev eth1\``)
  })

  it.each([
    { why: 'older scripts cut the @ off', snapshot: withVeth(withVersion(rogue, '4.24.1')) },
    { why: 'other interfaces have none', snapshot: withVersion(rogue, '4.25.0') },
    { why: 'the version is not known', snapshot: withVeth(withVersion(rogue, 'unknown')) },
  ])('is released if $why', ({ snapshot }) => {
    expect(findingIn(snapshot, 'ip-rogue').outlook).toMatch(/asks the leader for a takeover run/)
  })

  it('must not be moved away, if its owner has it on another interface than its daemon says', () => {
    const moved = withFacts(withVeth(cluster), owner, ({ known }) => ({
      known: (known ?? []).map((each) =>
        each.address === ADDRESS ? { ...each, interfaces: ['eth0', 'eth1'], activeInterface: 'eth0' } : each,
      ),
    }))
    expect(findingIn(withVersion(moved, '4.25.0'), 'ip-wrong-interface').remedy).toMatch(
      /^Do not move the address.*`ip addr add 10\.0\.0\.1\/24 dev eth0`.*`ip addr del 10\.0\.0\.1\/24 dev eth1`/,
    )
    expect(findingIn(withVersion(moved, '4.17.12'), 'ip-wrong-interface').remedy).toMatch(/^Add it on that node where it belongs/)
  })

  it.each([
    { what: 'is not there', links: ['lo', 'eth1'] },
    { what: 'may not be there', links: undefined },
  ])('is not to be removed where the interface that its daemon says $what', ({ links }) => {
    const moved = withFacts(
      withHost(cluster, owner, () => ({ links: links?.map((name) => ({ name, up: true, carrier: true })) })),
      owner,
      ({ known }) => ({
        known: (known ?? []).map((each) => (each.address === ADDRESS ? { ...each, activeInterface: 'eth7' } : each)),
      }),
    )
    expect(findingIn(moved, 'ip-wrong-interface').remedy).not.toMatch(/ip addr/)
  })

  it('gets no gratuitous ARP for a name that a shell would not take for a name', () => {
    const evil = withFacts(
      withHost(cluster, owner, ({ links }) => ({ links: [...(links ?? []), { name: '$(id)', up: true, carrier: true }] })),
      owner,
      ({ known }) => ({
        known: (known ?? []).map((each) => (each.address === ADDRESS ? { ...each, activeInterface: '$(id)' } : each)),
      }),
    )
    expect(findingIn(evil, 'ip-wrong-interface').remedy).toContain(`\`ctdb gratarp ${ADDRESS} INTERFACE\``)
  })

  it('gets no command with a name in it that a shell would not take for a name', () => {
    const evil = withHost(withVersion(rogue, '4.25.0'), other, ({ addresses, links }) => ({
      links: [...(links ?? []), { name: '$(id)', up: true, carrier: true, parent: 'if2' }],
      addresses: addresses?.map((held) => (held.address === ADDRESS ? { ...held, interfaceName: '$(id)' } : held)),
    }))
    expect(findingIn(evil, 'ip-rogue').remedy).toContain('`ip addr del 10.0.0.1/24 dev INTERFACE`')
  })
})

describe('an address that a dead daemon has left', () => {
  const dead = (snapshot: Snapshot) => withoutDaemon(snapshot, owner)
  const remedyOf = (snapshot: Snapshot) => findingIn(snapshot, 'ip-on-dead-daemon').remedy

  it('is dropped by a start of ctdbd, if its own file lists it and the scripts can', () => {
    expect(remedyOf(alsoHeld(dead(cluster), owner, ADDRESS))).toMatch(/^Start ctdbd on that node \(it drops/)
  })

  it('is not, if its own file does not list it', () => {
    const unlisted = withHost(alsoHeld(dead(cluster), owner, ADDRESS), owner, ({ publicAddressesFile }) => ({
      publicAddressesFile: publicAddressesFile?.replace(/^10\.0\.0\.1\/.*\n/m, ''),
    }))
    expect(remedyOf(unlisted)).toMatch(/^Remove it from that node: `ip addr del 10\.0\.0\.1\/24 dev eth1` .*\. Start ctdbd/)
    expect(findingIn(unlisted, 'ip-on-dead-daemon').outlook).toMatch(/a start does not remove it: .*does not list it/)
  })

  it('is not, if its scripts cannot', () => {
    const hidden = withVeth(withVersion(alsoHeld(dead(cluster), owner, ADDRESS), '4.25.0'))
    expect(remedyOf(hidden)).toMatch(/^Remove it from that node: .*\. Start ctdbd/)
    expect(findingIn(hidden, 'ip-on-dead-daemon').outlook).toMatch(/a start does not remove it: .*prints with an @/)
  })
})

describe('an address on a disabled node', () => {
  const disabled = alsoHeld(withFlags(cluster, other, NODE_FLAG.DISABLED), other, ADDRESS)
  const outlookOf = (snapshot: Snapshot) => findingIn(snapshot, 'ip-on-inactive-node', other).outlook

  it('is released by the next takeover run only if the node knows it', () => {
    expect(outlookOf(disabled)).toMatch(/^The node's recovery daemon asks the leader for a takeover run/)
    const unknown = withFacts(disabled, other, ({ known }) => ({
      known: (known ?? []).filter((each) => each.address !== ADDRESS),
    }))
    expect(outlookOf(unknown)).toMatch(/^Nothing: the node's own daemon does not know/)
  })
})

describe('an address in two kernels', () => {
  it('is to be removed from the node that does not own it, which is named', () => {
    const finding = findingIn(alsoHeld(cluster, other, ADDRESS), 'ip-duplicate-kernel')
    expect(finding.outlook).toMatch(/asks the leader for a takeover run within 3 s/)
    expect(finding.remedy).toMatch(
      new RegExp(
        `^If it persists: remove it from node ${other}: \`ip addr del 10\\.0\\.0\\.1/24 dev eth1\` \\(node ${owner} owns it`,
      ),
    )
  })

  it('stays if the node that does not own it does not know it', () => {
    const unknown = withFacts(alsoHeld(cluster, other, ADDRESS), other, ({ known }) => ({
      known: (known ?? []).filter((each) => each.address !== ADDRESS),
    }))
    const { outlook, remedy } = findingIn(unknown, 'ip-duplicate-kernel')
    expect(outlook).toBe(`Node ${other} keeps the address: no recovery daemon has it removed from node ${other}.`)
    expect(remedy).toMatch(/^Remove it from node/)
  })

  it('is removed from nowhere as long as it is not known who owns it', () => {
    const silent = withFacts(alsoHeld(cluster, other, ADDRESS), other, () => ({ known: undefined }))
    expect(findingIn(silent, 'ip-duplicate-kernel').remedy).toMatch(/^First find out which node owns it/)
  })
})

describe('a ban', () => {
  const IPV6 = 'fd00::1'
  const both = healthyCluster({ addresses: ['10.0.0.1', '10.0.0.2', IPV6] })
  const holder = ownerIn(both, IPV6)
  const banned = (holder + 1) % 3
  const left = withFlags(alsoHeld(withoutDaemon(both, holder), holder, IPV6, 64), banned, NODE_FLAG.BANNED)
  const nowS = factsIn(both, banned).times?.now ?? 0
  const takeip = (secondsAgo: number): EventRun => ({
    event: 'takeip',
    scripts: [
      {
        name: '10.interface',
        begin: nowS - secondsAgo,
        end: nowS - secondsAgo + 5,
        result: 1,
        output: `Failed to add ${IPV6}/64 on dev eth1\n`,
      },
    ],
  })
  const story = (secondsAgo: number) =>
    withFacts(left, banned, () => ({ banSeconds: 290, host: { ...hostIn(left, banned), events: [takeip(secondsAgo)] } }))

  it('follows from a takeip that failed before it, and that from an IPv6 address which another node has left', () => {
    expect(chainOf(story(12), 'node-banned', banned)).toEqual(['node-banned', 'script-failing', 'ip-on-dead-daemon'])
    expect(findingIn(story(12), 'script-failing', banned).remedy).toMatch(/^Another node still has fd00::1/)
    expect(findingIn(story(12), 'node-banned', banned).outlook).toMatch(/it is banned again if the cause is still there/)
  })

  it('does not follow from an address that another node has by now, as its owner', () => {
    const failed = withHost(both, banned, () => ({ events: [takeip(12)] }))
    const { remedy, causedBy } = findingIn(failed, 'script-failing', banned)
    expect([remedy, causedBy]).toEqual([expect.stringMatching(/^Fix what the script complains about/), undefined])
  })

  it('follows from an IPv6 address that the kernel has but cannot use', () => {
    const withoutOwner = withHost(both, holder, ({ addresses = [] }) => ({
      addresses: addresses.filter(({ address }) => address !== IPV6),
    }))
    const stuck = withHeld(withoutOwner, banned, { ...heldAddress(IPV6, 64, 'eth1'), dadFailed: true, tentative: true })
    const events = [takeip(12)]
    const told = withFacts(stuck, banned, () => ({ banSeconds: 290, host: { ...hostIn(stuck, banned), events } }))
    expect(chainOf(told, 'script-failing', banned).slice(0, 2)).toEqual(['script-failing', 'ip-dad-failed'])
  })

  it('which follows from a dead daemon that has left the address in another kernel', () => {
    const dead = alsoHeld(withoutDaemon(both, holder), holder, IPV6, 64)
    const owner = ownerIn(dead, IPV6)
    const refused = withHost(dead, owner, ({ addresses = [] }) => ({
      addresses: addresses.map((held) => (held.address === IPV6 ? { ...held, dadFailed: true, tentative: true } : held)),
    }))
    expect(chainOf(refused, 'ip-dad-failed', owner)).toEqual(['ip-dad-failed', 'ip-on-dead-daemon'])
  })

  it('may come from a host outside of the cluster that has the address', () => {
    const nowhere = withHost(both, holder, ({ addresses = [] }) => ({
      addresses: addresses.filter(({ address }) => address !== IPV6),
    }))
    const failed = withHost(nowhere, banned, () => ({ events: [takeip(12)] }))
    expect(findingIn(failed, 'script-failing', banned).remedy).toMatch(
      /^No node of the cluster has fd00::1 now\. .*another host on the network has it/,
    )
    const unseen = withHost(failed, holder, () => ({ addresses: undefined }))
    expect(findingIn(unseen, 'script-failing', banned).remedy).toMatch(/^Fix what the script complains about/)
  })

  it('is told in no more time where a script printed a long word', () => {
    const scripts = takeip(12).scripts.map((script) => ({ ...script, output: `Failed to add ${':'.repeat(250_000)}` }))
    const odd = withFacts(left, banned, () => ({ host: { ...hostIn(left, banned), events: [{ event: 'takeip', scripts }] } }))
    expect(findingIn(odd, 'script-failing', banned).remedy).not.toMatch(/still has/)
  })

  it('does not follow from a takeip that failed long before', () => {
    expect(chainOf(story(3_600), 'node-banned', banned)).toEqual(['node-banned'])
  })
})

describe('an IPv6 address that the network refused', () => {
  const IPV6 = 'fd00::1'
  const both = healthyCluster({ addresses: ['10.0.0.1', '10.0.0.2', IPV6] })
  const holder = ownerIn(both, IPV6)
  const refused = (version: string | undefined, pnn = holder) =>
    findingIn(
      withHost(both, pnn, ({ addresses = [] }) => ({
        version,
        addresses: [
          ...addresses.filter(({ address }) => address !== IPV6),
          { ...heldAddress(IPV6, 64, 'eth1'), dadFailed: true, tentative: true },
        ],
      })),
      'ip-dad-failed',
    )

  // 4.17 was seen to do so: "Assigned IP … not on an interface", and `ip addr add` says that it is already assigned.
  it('is missing for a daemon that tests with bind(), which cannot add it either', () => {
    expect(refused('4.17.12-Debian').outlook).toMatch(
      /asks for takeover runs, which fail, and after a few of them the node is banned/,
    )
    expect(refused('4.21.0').claims[0]?.kind).toBe('runs-in-vain')
    for (const version of ['4.22.0', '4.25.0']) expect(refused(version).claims[0]?.kind).toBe('stays')
    expect(refused(undefined).claims[0]?.kind).toBe('unknown')
  })

  it('is removed by hand once the other host has given it up, as a release does not do it', () => {
    expect(refused('4.17.12').actions.map(({ kind }) => kind)).toEqual(['mend', 'remove', 'command'])
    expect(refused('4.17.12', (holder + 1) % 3).actions.map(({ kind }) => kind)).toEqual(['mend', 'remove'])
  })
})

it('an IPv6 address that stands for an IPv4 one is not that one in a kernel', () => {
  const mapped = withHost(cluster, owner, ({ addresses }) => ({
    addresses: addresses?.map((held) =>
      held.address === ADDRESS ? { ...held, address: `::ffff:${ADDRESS}`, maskBits: 120 } : held,
    ),
  }))
  expect(findingIn(mapped, 'ip-missing', owner).subject.address).toBe(ADDRESS)
})

describe('a daemon that is dead', () => {
  const log = { place: '/var/log/log.ctdb', lines: ['1', '2', '3', '4', '5', 'ctdbd: \x1b[1mno lock'] }

  it('is reported with the last lines of its log', () => {
    const dead = withHost(withoutDaemon(healthyCluster(), 2), 2, () => ({ lastLog: log }))
    const lines = ['2', '3', '4', '5', 'ctdbd: \x1b[1mno lock'].map((line) => `/var/log/log.ctdb: ${line}`)
    expect(findingIn(dead, 'node-disconnected').evidence.slice(-5)).toEqual(lines)
  })
})
