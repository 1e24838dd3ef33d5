import type { Pnn } from '../../cluster/node.ts'
import type { HostAddress } from '../../snapshot/host-facts.ts'
import type { Check, Found } from '../check.ts'
import { fileHas, groupOf, heldText, kernelHas, knownBy, listed, publicHeld, said } from '../facts.ts'
import type { View } from '../view.ts'
import { fileLines, maskOfOtherFiles } from './masks.ts'

// How an address sits in a kernel that has it.

/** What the kernels have of each public address, node by node. */
function* publicAddressesHeld(view: View): Generator<{ pnn: Pnn; address: string; held: HostAddress[] }> {
  const publics = knownBy(view)
  for (const { pnn } of view.nodes) {
    const groups = new Map<string, HostAddress[]>()
    for (const held of publicHeld(view, publics, pnn) ?? []) groupOf(groups, held.address).push(held)
    for (const [address, held] of groups) yield { pnn, address, held }
  }
}

const interfacesOf = (held: readonly HostAddress[]): string[] => [...new Set(held.map(({ interfaceName }) => interfaceName))]

export const ipWrongInterface: Check = {
  id: 'ip-wrong-interface',
  severity: 'warning',
  title: 'An address is held on another interface than its daemon says',
  seenBy: ['C', 'K'],
  moves: true,
  meaning:
    'The node owns the address and has it, but on an interface other than the one that its daemon has chosen. When it is released, the script looks on the wrong one, or takes it from the other with a complaint; and links of the wrong interface are watched for it.',
  outlook: 'Nothing: the recovery daemon only checks whether the kernel has the address, not where.',
  remedy:
    'Move it away and back: `ctdb moveip` to another node, then `ctdbts ipreallocate`; look for what else sets up addresses there.',
  falseAlarm: 'While CTDB moves it from one interface to another (event updateip).',
  find(view) {
    return view.nodes.flatMap(({ pnn }) => {
      const known = view.need(pnn, 'known')?.filter(({ owner }) => owner === pnn)
      const addresses = view.need(pnn, 'host.addresses')
      if (!known || !addresses) return []
      if (known.some(({ activeInterface }) => activeInterface === undefined)) view.miss(pnn, 'interfaces of addresses')
      return known.flatMap(({ address, activeInterface }): Found[] => {
        const held = addresses.filter((candidate) => candidate.address === address)
        const names = interfacesOf(held)
        if (activeInterface === undefined || held.length === 0 || names.includes(activeInterface ?? '')) return []
        const believed = activeInterface === null ? 'it is on no interface' : `it is on ${activeInterface}`
        return [
          {
            subject: { pnn, address },
            message: `node ${pnn} holds ${address} on ${listed(names)}, not on ${activeInterface ?? 'an interface that its daemon knows of'}`,
            evidence: [said(pnn, believed), ...held.map((each) => kernelHas(pnn, heldText(each)))],
          },
        ]
      })
    })
  },
}

export const ipWrongMask: Check = {
  id: 'ip-wrong-mask',
  severity: 'error',
  title: 'The prefix length of an address in the kernel is not that of the file',
  seenBy: ['F', 'K'],
  moves: false,
  meaning:
    'With another prefix length the node has another idea of which neighbours it reaches directly: some clients get no answer, or a detour. No control tells the mask that the daemon believes in, so the file is what it is held against.',
  outlook:
    'Nothing: the recovery daemon compares addresses only. When the address is released, the script deletes it with the mask that the kernel has.',
  remedy:
    'If the kernel is wrong: `ctdb moveip` it to another node and back. If the file was edited: `ctdb reloadips` does not apply a changed mask; `ctdb delip` and `ctdb addip` do, or a restart of ctdbd.',
  find(view) {
    const files = fileLines(view)
    return view.nodes.flatMap(({ pnn }) => {
      const file = files.get(pnn)
      const addresses = view.need(pnn, 'host.addresses')
      if (!file || !addresses) return []
      const heldByAddress = Map.groupBy(addresses, ({ address }) => address)
      return [...file.values()].flatMap(({ address, maskBits }): Found[] => {
        const wrong = heldByAddress.get(address)?.filter((held) => held.maskBits !== maskBits) ?? []
        const [first] = wrong
        if (!first) return []
        const others = maskOfOtherFiles(files, pnn, address)
        return [
          {
            subject: { pnn, address },
            message: `node ${pnn} holds ${address} with /${first.maskBits}, its file says /${maskBits}`,
            evidence: [
              fileHas(pnn, `public_addresses has ${address}/${maskBits}`),
              ...wrong.map((held) => kernelHas(pnn, heldText(held))),
              ...others.map(({ bits, pnns }) => `files on nodes ${listed(pnns.map(String))}: /${bits}`),
            ],
          },
        ]
      })
    })
  },
}

export const ipTwiceOnNode: Check = {
  id: 'ip-twice-on-node',
  severity: 'error',
  title: 'An address is on two interfaces of one node',
  seenBy: ['K'],
  moves: true,
  meaning:
    'The node has a public address on two interfaces. When CTDB releases it, it takes it from one of them only, and the node goes on answering for an address that another one has by then.',
  outlook:
    'Nothing while the node owns it. After a release, the recovery daemon sees that the kernel still has it, and asks for takeover runs again and again.',
  remedy: 'Remove it by hand from the interface that the daemon does not name (`ctdb ip -v`).',
  falseAlarm: 'While CTDB moves it from one interface to another (event updateip).',
  find(view) {
    return [...publicAddressesHeld(view)].flatMap(({ pnn, address, held }): Found[] => {
      const names = interfacesOf(held)
      if (names.length < 2) return []
      return [
        {
          subject: { pnn, address },
          message: `node ${pnn} holds ${address} on ${listed(names)} at once`,
          evidence: held.map((each) => kernelHas(pnn, heldText(each))),
        },
      ]
    })
  },
}

export const ipDadFailed: Check = {
  id: 'ip-dad-failed',
  severity: 'error',
  title: 'An IPv6 address is in the kernel, but not usable',
  seenBy: ['K'],
  moves: true,
  meaning:
    'Before the kernel uses an IPv6 address it asks the network whether somebody else has it (duplicate address detection). Until that is done the address is tentative; when somebody answers, it has failed, and the node does not serve the address although it is there.',
  outlook: 'Nothing: CTDB sees the address in the kernel and is content.',
  remedy:
    'Find who else has the address on that network (see ip-duplicate-kernel); then have the node release it and take it again.',
  falseAlarm: 'For a second or two after the address was added.',
  find(view) {
    return [...publicAddressesHeld(view)].flatMap(({ pnn, address, held }): Found[] => {
      const bad = held.filter(({ tentative, dadFailed }) => tentative || dadFailed)
      if (bad.length === 0) return []
      const state = bad.some(({ dadFailed }) => dadFailed) ? 'somebody else has it on the network (dadfailed)' : 'it is tentative'
      return [
        {
          subject: { pnn, address },
          message: `node ${pnn} holds ${address}, but cannot use it: ${state}`,
          evidence: bad.map((each) => kernelHas(pnn, `${heldText(each)}: ${each.dadFailed ? 'dadfailed' : 'tentative'}`)),
        },
      ]
    })
  },
}

export const ipForeignManager: Check = {
  id: 'ip-foreign-manager',
  severity: 'warning',
  title: 'Somebody else manages a public address',
  seenBy: ['K'],
  moves: false,
  meaning:
    'CTDB adds addresses for ever. One that is dynamic or has a lifetime was set by somebody else (DHCP, router advertisements, a network manager), who will also change or remove it.',
  outlook: 'Nothing, until the other one removes it: then the recovery daemon has it put back.',
  remedy: "Take the address out of the other one's configuration: public addresses belong to CTDB alone.",
  find(view) {
    return [...publicAddressesHeld(view)].flatMap(({ pnn, address, held }): Found[] => {
      const managed = held.filter(({ dynamic, validSeconds }) => dynamic || validSeconds !== null)
      if (managed.length === 0) return []
      return [
        {
          subject: { pnn, address },
          message: `somebody else than CTDB manages ${address} on node ${pnn}`,
          // Not how many seconds are left: that differs each time.
          evidence: managed.map((each) =>
            kernelHas(pnn, `${heldText(each)}: ${each.dynamic ? 'dynamic' : 'not for ever (valid_lft is finite)'}`),
          ),
        },
      ]
    })
  },
}
