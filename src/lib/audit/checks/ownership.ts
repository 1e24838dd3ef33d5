import { hasFlag, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import { checkLocally } from '../../recovery/local-check.ts'
import type { KnownAddress } from '../../snapshot/snapshot.ts'
import { whyNot } from '../../takeover/can-host.ts'
import type { Check, Found } from '../check.ts'
import { addressFile, byValue, claimsOf, knownBy, knownIps, listed, nodesText, ownerText, said } from '../facts.ts'
import { failoverBlocks } from '../failover.ts'
import type { View } from '../view.ts'

// Who owns an address, as far as the daemons alone can tell.

export const ipDuplicateClaim: Check = {
  id: 'ip-duplicate-claim',
  severity: 'error',
  title: 'Two nodes claim one address',
  seenBy: ['C'],
  moves: true,
  meaning:
    'Two daemons each say that they own a public address. `ctdb ip all` hides this, as it shows one owner only; so does the allocation, which takes the one with the highest PNN for the owner.',
  outlook: 'The next takeover run tells all nodes but one to release it. Nothing asks for such a run because of this.',
  remedy: 'Run `ctdbts ipreallocate`. When it comes back, the cluster may be split: see leader-disagreement and cluster-lock.',
  falseAlarm: 'While the address is being moved; sampling again tells.',
  find(view) {
    return [...claimsOf(view)].flatMap(([address, nodes]): Found[] => {
      if (nodes.length < 2) return []
      return [
        {
          subject: { address },
          nodes,
          message: `${nodesText(nodes)} each claim ${address}`,
          evidence: nodes.map((pnn) => said(pnn, 'says that it owns it')),
        },
      ]
    })
  },
}

interface Orphan {
  readonly address: string
  readonly knowers: readonly { readonly pnn: Pnn; readonly known: KnownAddress }[]
  /** Active nodes that list it as available. */
  readonly able: readonly Pnn[]
  readonly blocks: readonly string[]
}

/** Addresses that nobody claims. One of which a node that says nothing may be the owner is none of them: that is not known. */
function orphans(view: View): Orphan[] {
  const available = new Map(view.active.map(({ pnn }) => [pnn, new Set(view.need(pnn, 'available'))]))
  const silent = new Set(view.nodes.filter(({ pnn }) => !view.peek(pnn, 'known') && !isGone(view, pnn)).map(({ pnn }) => pnn))
  const blocks = failoverBlocks(view).map(({ why }) => why)
  return [...knownBy(view)].flatMap(([address, knowers]) => {
    const isClaimed = knowers.some(({ pnn, known }) => known.owner === pnn)
    const isUncertain = knowers.some(({ known }) => known.owner !== null && silent.has(known.owner))
    if (isClaimed || isUncertain) return []
    return [{ address, knowers, able: [...available].filter(([, list]) => list.has(address)).map(([pnn]) => pnn), blocks }]
  })
}

/** What such a node owns is up for others to take. */
const isGone = (view: View, pnn: Pnn): boolean =>
  view.isDaemonDead(pnn) || hasFlag({ flags: view.flags(pnn) }, NODE_FLAG.DISCONNECTED)

/** The nodes whose own check sees that they could serve an address that nobody owns, and asks for a takeover run. */
function noticedBy(view: View, { address, knowers, able }: Orphan): Pnn[] {
  return able.filter((pnn) => {
    const known = knowers.filter((knower) => knower.pnn === pnn).map((knower) => knower.known)
    const facts = { pnn, flags: view.flags(pnn), interfaces: [], lastInterfaces: [], known: [], held: new Set<string>() }
    return checkLocally({ ...facts, available: knownIps(known) }, 'now').some(
      (found) => 'address' in found && found.address === address,
    )
  })
}

export const ipUnhosted: Check = {
  id: 'ip-unhosted',
  severity: 'error',
  title: 'Nobody owns an address that a node could host',
  seenBy: ['C'],
  moves: true,
  meaning: 'No node claims a public address, though at least one lists it as available: clients that use it reach nobody.',
  outlook:
    'The recovery daemon of each node that could host it notices within about a second, and asks the leader for a takeover run.',
  remedy:
    'When it stays, the takeover fails: look at `ctdb event status legacy takeip` and the logs of the leader and of the node that could host it.',
  falseAlarm: 'For some seconds after its node has gone, until the takeover run is through.',
  find(view) {
    return orphans(view).flatMap((orphan): Found[] => {
      const { address, knowers, able, blocks } = orphan
      if (able.length === 0 || blocks.length > 0) return []
      const noticed = noticedBy(view, orphan)
      return [
        {
          subject: { address },
          nodes: able,
          message: `nobody owns ${address}, though ${nodesText(able)} could host it`,
          evidence: [...beliefs(knowers), ...able.map((pnn) => said(pnn, 'lists it as available'))],
          ...(noticed.length > 0
            ? {}
            : {
                outlook:
                  'CTDB does not notice: each node that could host it believes that another owns it. The next takeover run, whatever it is asked for, puts it right.',
                remedy: 'Run `ctdbts ipreallocate`.',
              }),
        },
      ]
    })
  },
}

export const ipUnhostable: Check = {
  id: 'ip-unhostable',
  severity: 'warning',
  title: 'Nobody owns an address, and no node can host it',
  seenBy: ['C'],
  moves: true,
  meaning:
    'No node claims a public address, and none of those that know it could host it now: they are inactive, disabled, unhealthy or not yet running, none of its interfaces has a link, or failover is turned off. Clients that use it reach nobody.',
  outlook: 'As soon as a node can host it, that node asks for a takeover run.',
  remedy: 'Mend what keeps the nodes from hosting it: the reasons stand with each.',
  find(view) {
    return orphans(view).flatMap(({ address, knowers, able, blocks }): Found[] => {
      const incomplete = view.active.some(({ pnn }) => view.peek(pnn, 'available') === undefined)
      if ((able.length > 0 && blocks.length === 0) || (able.length === 0 && incomplete)) return []
      const reasons = view.nodes.flatMap(({ pnn }) => {
        const why = reasonOf(view, pnn, address)
        return why === undefined ? [] : [`node ${pnn} cannot: ${why}`]
      })
      return [
        {
          subject: { address },
          nodes: view.nodes
            .filter(({ pnn }) => knowers.some((knower) => knower.pnn === pnn) || isGone(view, pnn))
            .map(({ pnn }) => pnn),
          message: `nobody owns ${address}, and no node can take it`,
          evidence: [...beliefs(knowers), ...blocks, ...reasons],
          ...(blocks.length > 0 ? { outlook: 'Nothing, as long as failover is off.', remedy: 'Turn failover on again.' } : {}),
        },
      ]
    })
  },
}

function reasonOf(view: View, pnn: Pnn, address: string): string | undefined {
  if (view.isDaemonDead(pnn)) return 'its daemon does not answer'
  return whyNot(view.snapshot, pnn, address)
}

/** `CTDB on nodes 0 and 2: believe that nobody owns it`. */
const beliefs = (knowers: Orphan['knowers']): string[] =>
  byValue(knowers.map(({ pnn, known }) => [pnn, known.owner] as const)).map(
    ({ value, pnns }) =>
      `CTDB on ${nodesText(pnns)}: ${pnns.length === 1 ? 'believes' : 'believe'} that ${ownerText(value)} owns it`,
  )

export const ipStaleView: Check = {
  id: 'ip-stale-view',
  severity: 'info',
  title: 'Nodes name different owners for an address',
  seenBy: ['C'],
  moves: true,
  meaning:
    "A node's idea of who owns an address is out of date. Only what a node says of itself counts, so nothing is broken; but `ctdb ip` on that node shows a wrong owner, and a node that wrongly believes in another owner does not notice when nobody has the address.",
  outlook:
    'The next takeover run tells every connected node the owner of every address. Nothing asks for such a run because of this.',
  remedy: 'Run `ctdbts ipreallocate` if it bothers.',
  falseAlarm: 'During a takeover run, and for a node that has just started.',
  find(view) {
    const settled = new Set(view.active.map(({ pnn }) => pnn).filter((pnn) => view.need(pnn, 'runState') === 'RUNNING'))
    return [...knownBy(view)].flatMap(([address, knowers]): Found[] => {
      const views = knowers.filter(({ pnn }) => settled.has(pnn))
      if (new Set(views.map(({ known }) => known.owner)).size < 2) return []
      const claimants = knowers.filter(({ pnn, known }) => known.owner === pnn).map(({ pnn }) => pnn)
      const isStale = (owner: Pnn | null) => (owner === null ? claimants.length > 0 : !claimants.includes(owner))
      const stale = views.filter(({ known }) => isStale(known.owner)).map(({ pnn }) => pnn)
      if (stale.length === 0) return []
      return [
        {
          subject: { address },
          nodes: stale,
          message: `the nodes name different owners for ${address}: ${nodesText(stale)} ${stale.length === 1 ? 'is' : 'are'} out of date`,
          evidence: beliefs(views),
        },
      ]
    })
  },
}

export const ipSingleNode: Check = {
  id: 'ip-single-node',
  severity: 'warning',
  title: 'Only one node knows an address',
  seenBy: ['C'],
  moves: false,
  meaning:
    'Only one node of the cluster has the address among its public addresses, so nobody can take it over when that node goes.',
  outlook: 'Nothing: to CTDB that is a matter of configuration.',
  remedy: 'Add the address to the public addresses file of at least one other node, and run `ctdb reloadips` there.',
  falseAlarm: 'Where it is meant so.',
  find(view) {
    if (view.nodes.length < 2) return []
    // What a node that says nothing would know can only be guessed from its file; without that, it may know any address.
    const silent = view.nodes.filter(({ pnn }) => view.need(pnn, 'known') === undefined)
    const files = silent.map(({ pnn }) => addressFile(view, pnn))
    if (files.includes(undefined)) return []
    const listedThere = new Set(files.flatMap((file) => file?.addresses.map(({ address }) => address) ?? []))
    return [...knownBy(view)].flatMap(([address, knowers]): Found[] => {
      const [only] = knowers
      if (!only || knowers.length > 1 || listedThere.has(address)) return []
      const others = view.nodes.filter(({ pnn }) => pnn !== only.pnn).map(({ pnn }) => pnn)
      return [
        {
          subject: { pnn: only.pnn, address },
          message: `only node ${only.pnn} knows ${address}: there is no failover for it`,
          evidence: [
            said(only.pnn, 'knows it'),
            `CTDB on nodes ${listed(others.map(String))}: ${others.length === 1 ? 'does' : 'do'} not`,
          ],
        },
      ]
    })
  },
}
