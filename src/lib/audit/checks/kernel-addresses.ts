import { flagsText, hasFlag, INACTIVE_FLAGS, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import { checkLocally, type LocalFinding } from '../../recovery/local-check.ts'
import type { HostAddress } from '../../snapshot/host-facts.ts'
import type { Check, Found } from '../check.ts'
import {
  addressFile,
  fileHas,
  groupOf,
  heldText,
  kernelHas,
  knownBy,
  knownIps,
  nodesText,
  ownerText,
  publicHeld,
  said,
} from '../facts.ts'
import { compareAddresses } from '../normal.ts'
import type { View } from '../view.ts'

// What the daemons believe, held against what the kernels have.

/** A node that may hold no public address: what its kernel has is a matter of its own. */
const mayHoldNone = (view: View, pnn: Pnn): boolean =>
  view.isDaemonDead(pnn) || hasFlag({ flags: view.flags(pnn) }, INACTIVE_FLAGS | NODE_FLAG.DISABLED)

type Publics = ReturnType<typeof knownBy>

/**
 * The check that the node's recovery daemon makes, with one addition: to an address that only other nodes know as public the node is held
 * as if it knew it, and nobody owned it. The recovery daemon itself does not see those.
 */
function localFindings(view: View, publics: Publics, pnn: Pnn): LocalFinding[] {
  const known = view.need(pnn, 'known')
  const addresses = view.need(pnn, 'host.addresses')
  if (!known || !addresses) return []
  const own = new Set(known.map(({ address }) => address))
  const foreign = [...publics.keys()].filter((address) => !own.has(address)).map((address) => ({ address, owner: null }))
  return checkLocally(
    {
      pnn,
      flags: view.flags(pnn),
      interfaces: [],
      lastInterfaces: [],
      available: [],
      known: knownIps([...known, ...foreign]),
      held: new Set(addresses.map(({ address }) => address)),
    },
    'now',
  )
}

const beliefOf = (publics: Publics, pnn: Pnn, address: string): string => {
  const belief = publics.get(address)?.find((knower) => knower.pnn === pnn)?.known
  return belief ? said(pnn, `believes that ${ownerText(belief.owner)} owns it`) : said(pnn, 'does not know it')
}

const holders = (view: View, pnn: Pnn, address: string): HostAddress[] =>
  (view.peek(pnn, 'host.addresses') ?? []).filter((held) => held.address === address)

export const ipMissing: Check = {
  id: 'ip-missing',
  severity: 'error',
  title: 'An address that a node claims is not in its kernel',
  seenBy: ['C', 'K'],
  moves: true,
  meaning:
    'The node says that it owns a public address, all others believe it, and nobody has the address: clients cannot reach it. Somebody has removed it by hand, another program manages the interface, or taking it over went wrong without saying so.',
  outlook:
    "The node's recovery daemon compares the two about once a second and asks the leader for a takeover run, which puts the address back.",
  remedy:
    'When it stays: look at `ctdb event status legacy takeip` and the log on that node, and for what else manages its interfaces; then `ctdbts ipreallocate`.',
  falseAlarm: 'While the address is being moved; sampling again tells.',
  find(view) {
    const publics = knownBy(view)
    return view.nodes.flatMap(({ pnn }) =>
      localFindings(view, publics, pnn).flatMap((finding): Found[] => {
        if (finding.kind !== 'missing') return []
        const { address } = finding
        return [
          {
            subject: { pnn, address },
            message: `node ${pnn} claims ${address}, but its kernel does not have it`,
            evidence: [said(pnn, 'says that it owns it'), kernelHas(pnn, 'does not have it on any interface')],
          },
        ]
      }),
    )
  },
}

export const ipRogue: Check = {
  id: 'ip-rogue',
  severity: 'error',
  title: 'A kernel holds a public address that its node does not own',
  seenBy: ['C', 'K'],
  moves: true,
  meaning:
    'A node answers for a public address that its own daemon believes is elsewhere, or nowhere. Where another node holds it too, clients reach now one, now the other.',
  outlook:
    "The node's recovery daemon notices it within about a second and asks the leader for a takeover run, which tells the node to release it; but not where the node's own daemon does not know the address.",
  remedy:
    'When it stays: `ip addr del` it on that node, and find out who put it there (a network configuration, a script, a container).',
  falseAlarm: 'While the address is being moved; sampling again tells.',
  find(view) {
    const publics = knownBy(view)
    return view.nodes
      .filter(({ pnn }) => !mayHoldNone(view, pnn))
      .flatMap(({ pnn }) =>
        localFindings(view, publics, pnn).flatMap((finding): Found[] => {
          if (finding.kind !== 'unexpected') return []
          const { address } = finding
          const isKnown = publics.get(address)?.some((knower) => knower.pnn === pnn) === true
          return [
            {
              subject: { pnn, address },
              message: `the kernel of node ${pnn} holds ${address}, which node ${pnn} does not own`,
              evidence: [
                beliefOf(publics, pnn, address),
                ...holders(view, pnn, address).map((held) => kernelHas(pnn, heldText(held))),
              ],
              ...(isKnown ? {} : { outlook: "CTDB does not notice: the node's own daemon does not know the address." }),
            },
          ]
        }),
      )
  },
}

export const ipDuplicateKernel: Check = {
  id: 'ip-duplicate-kernel',
  severity: 'error',
  title: 'One public address is in the kernels of two nodes',
  seenBy: ['K', 'C', 'F'],
  moves: true,
  meaning:
    'Two nodes answer for one address. Clients reach now one, now the other, and lose their connections each time. It is what the order of a takeover run (all releases before the first takeover) is to prevent.',
  outlook:
    'The recovery daemon of the node that does not own it asks for a takeover run within about a second, which makes that node release it; unless that node is inactive, or its daemon is dead.',
  remedy: 'Remove it from the node that does not own it: `ip addr del`; then find out who put it there.',
  falseAlarm: 'While the address is being moved; sampling again tells.',
  find(view) {
    const publics = knownBy(view)
    // Daemons that say nothing may be the only ones that know an address: then the node's file tells.
    const silent = view.nodes.filter(({ pnn }) => view.peek(pnn, 'known') === undefined)
    const configured = silent.flatMap(({ pnn }) => addressFile(view, pnn)?.addresses ?? []).map(({ address }) => address)
    const candidates = new Set([...publics.keys(), ...configured])
    const holdersOf = new Map<string, { pnn: Pnn; held: HostAddress }[]>()
    for (const { pnn } of view.nodes) {
      for (const held of publicHeld(view, candidates, pnn) ?? []) groupOf(holdersOf, held.address).push({ pnn, held })
    }
    return [...holdersOf].flatMap(([address, entries]): Found[] => {
      const nodes = [...new Set(entries.map(({ pnn }) => pnn))]
      if (nodes.length < 2) return []
      const owners = (publics.get(address) ?? []).filter(({ pnn, known }) => known.owner === pnn)
      return [
        {
          subject: { address },
          nodes,
          message: `${address} is in the kernels of ${nodesText(nodes)}`,
          evidence: [
            ...entries.map(({ pnn, held }) => kernelHas(pnn, heldText(held))),
            ...owners.map(({ pnn }) => said(pnn, 'says that it owns it')),
          ],
        },
      ]
    })
  },
}

export const ipOnInactiveNode: Check = {
  id: 'ip-on-inactive-node',
  severity: 'error',
  title: 'A node that may hold no addresses has one in its kernel',
  seenBy: ['C', 'K'],
  moves: true,
  meaning:
    'A banned, stopped, disabled or disconnected node holds a public address that belongs to the others. As soon as one of them takes it over it is on two nodes.',
  outlook:
    'A node that is banned or stopped releases all its addresses when that happens, and looks no further; nothing is repaired later. A disabled one is told to release it by the next takeover run.',
  remedy: '`ip addr del` it on that node; when it keeps coming back, look for what else manages its interfaces.',
  falseAlarm: 'In the moments after a node was banned, stopped or disabled.',
  find(view) {
    const inactive = view.nodes.filter(({ pnn }) => mayHoldNone(view, pnn) && !view.isDaemonDead(pnn))
    if (inactive.length === 0) return []
    const publics = knownBy(view)
    return inactive.flatMap(({ pnn }) =>
      distinct(publicHeld(view, publics, pnn)).map((held): Found => {
        const flags = view.flags(pnn)
        const isOwner = publics.get(held.address)?.some((knower) => knower.pnn === pnn && knower.known.owner === pnn) === true
        return {
          subject: { pnn, address: held.address },
          message: `node ${pnn} is ${flagsText(flags)}, and its kernel holds ${held.address}`,
          evidence: [
            `node map: node ${pnn} is ${flagsText(flags)}`,
            kernelHas(pnn, heldText(held)),
            ...(isOwner ? [said(pnn, 'says that it owns it')] : []),
          ],
          ...(isOwner && (flags & INACTIVE_FLAGS) === 0 ? WAITS_FOR_RUN : {}),
        }
      }),
    )
  },
}

/** What only a disabled node does: all others have let go by themselves. */
const WAITS_FOR_RUN = {
  outlook: 'The next takeover run moves it away. `ctdb disable` asks for one; nothing else does because of this.',
  remedy: 'Run `ctdbts ipreallocate`.',
}

export const ipOnDeadDaemon: Check = {
  id: 'ip-on-dead-daemon',
  severity: 'error',
  title: 'No daemon answers on a node, and its kernel holds public addresses',
  seenBy: ['F', 'K'],
  moves: false,
  meaning:
    'The daemon of the node has died or hangs, and left its public addresses behind. The others have taken them over, or will: then they are on two nodes, and nobody on the dead one lets go.',
  outlook:
    'Nothing: without a daemon nobody on that node releases anything. (The service can be set up to run ctdb-crash-cleanup.sh after a crash, which does.)',
  remedy:
    'Start ctdbd on that node again (it drops all public addresses when it starts), or remove them: `/etc/ctdb/ctdb-crash-cleanup.sh`, or `ip addr del` each.',
  find(view) {
    const dead = view.nodes.filter(({ pnn }) => view.isDaemonDead(pnn))
    if (dead.length === 0) return []
    const publics = knownBy(view)
    return dead.flatMap(({ pnn }) => {
      const configured = new Set(addressFile(view, pnn)?.addresses.map(({ address }) => address))
      const isPublic = { has: (address: string) => configured.has(address) || publics.has(address) }
      return distinct(publicHeld(view, isPublic, pnn)).map((held): Found => {
        const { address } = held
        const source = configured.has(address)
          ? fileHas(pnn, 'public_addresses lists it')
          : `CTDB on ${nodesText((publics.get(address) ?? []).map((knower) => knower.pnn))}: knows it as public`
        return {
          subject: { pnn, address },
          message: `no daemon answers on node ${pnn}, and its kernel holds ${address}`,
          evidence: [said(pnn, 'does not answer on its own socket'), source, kernelHas(pnn, heldText(held))],
        }
      })
    })
  },
}

/** Each address once, in order. */
const distinct = (held: readonly HostAddress[] = []): HostAddress[] =>
  [...new Map(held.map((each) => [each.address, each])).values()].toSorted((a, b) => compareAddresses(a.address, b.address))
