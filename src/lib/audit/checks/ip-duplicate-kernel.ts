import type { Pnn } from '../../cluster/node.ts'
import { hasFlag, INACTIVE_FLAGS } from '../../cluster/node.ts'
import { nodesText } from '../../cluster/node-text.ts'
import { groupOf } from '../../group-of.ts'
import { oneOr } from '../../plural.ts'
import type { HostAddress } from '../../snapshot/host-facts.ts'
import { cause, PRIVATE_TOO } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { addressFile, heldText, kernelHas, knownBy, said } from '../facts.ts'
import { hidesFromScripts } from '../interfaces.ts'
import { heldForItself, interfacesOf } from '../kernel-addresses.ts'
import { type Claim, firstOf, NOTHING_TRIGGERS_A_RUN } from '../outlook.ts'
import { type Action, look } from '../remedy.ts'
import { removal } from '../removal.ts'
import { afterRun, selfRepair } from '../self-repair.ts'
import { kernelOf } from '../shared-kernel.ts'
import { whileSplit } from '../split.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'ip-duplicate-kernel',
  order: 30,
  severity: 'error',
  title: 'The kernels of two nodes hold the same public address',
  seenBy: ['K', 'C', 'F'],
  moves: true,
  causes: [
    cause('ip-duplicate-claim', 'address'),
    cause('cluster-split', 'node'),
    cause('ip-on-dead-daemon', 'address'),
    cause('ip-on-inactive-node', 'address'),
    PRIVATE_TOO,
    cause('ip-foreign-manager', 'address'),
    cause('ip-of-service', 'address'),
    cause('ip-foreign-config', 'node', 'address'),
  ],
  meaning:
    'Two nodes answer for one address. Clients sometimes reach one, sometimes the other, and lose their connections each time. A takeover run avoids this by its order: all releases come before the first takeover.',
  outlook:
    'The recovery daemon of a node that does not own the address asks for a takeover run within about a second, and the run makes that node release it.',
  remedy: 'First find out which node owns it (`ctdbts ip all`): only that node may keep it.',
  falseAlarm: 'While the address is being moved; another sample shows whether it persists.',
  find(view) {
    const publics = knownBy(view)
    // A daemon that does not answer may be the only one that knows an address. Then the node's file shows it.
    const silent = view.nodes.filter(({ pnn }) => view.peek(pnn, 'known') === undefined)
    const configured = silent.flatMap(({ pnn }) => addressFile(view, pnn)?.addresses ?? []).map(({ address }) => address)
    const candidates = new Set([...publics.keys(), ...configured])
    const holdersOf = new Map<string, { pnn: Pnn; held: HostAddress }[]>()
    for (const { pnn } of view.nodes) {
      for (const held of heldForItself(view, candidates, pnn) ?? []) {
        // A kernel does not answer for an IPv6 address that another one has: see ip-dad-failed.
        if (!held.dadFailed) groupOf(holdersOf, held.address).push({ pnn, held })
      }
    }
    return [...holdersOf].flatMap(([address, entries]): Found[] => {
      const nodes = [...new Set(entries.map(({ pnn }) => pnn))]
      if (new Set(nodes.map((pnn) => kernelOf(view, pnn))).size < 2) return []
      const knowers = publics.get(address) ?? []
      const owners = knowers.filter(({ pnn, known }) => known.owner === pnn)
      // A holder that did not report its addresses may claim this one.
      const isCertain = nodes.every((pnn) => view.peek(pnn, 'known') !== undefined || view.isDaemonDead(pnn))
      const owner = isCertain && owners.length === 1 ? owners[0]?.pnn : undefined
      const canRelease = (pnn: Pnn, names: readonly string[]) =>
        !view.isDaemonDead(pnn) &&
        knowers.some((knower) => knower.pnn === pnn) &&
        !names.some((name) => hidesFromScripts(view, pnn, name))
      return [
        {
          subject: { address },
          nodes,
          message: `${address} is in the kernels of ${nodesText(nodes)}`,
          evidence: [
            ...entries.map(({ pnn, held }) => kernelHas(pnn, heldText(held))),
            ...owners.map(({ pnn }) => said(pnn, 'says that it owns it')),
          ],
          ...(nodes.some((pnn) => view.isCutOff(pnn))
            ? whileSplit(view, nodes, address)
            : adviceOn(view, { address, holders: entries, owner, canRelease })),
        },
      ]
    })
  },
}

interface Holder {
  readonly pnn: Pnn
  readonly held: HostAddress
}

interface Situation {
  readonly address: string
  readonly holders: readonly Holder[]
  /** The owner, if it is certain which node that is. */
  readonly owner: Pnn | undefined
  /** Whether its daemon lives, knows the address, and its scripts can remove it from these interfaces. */
  canRelease(pnn: Pnn, names: readonly string[]): boolean
}

/** What becomes of it, and what to do. */
function adviceOn(view: View, { address, holders, owner, canRelease }: Situation): Pick<Found, 'claims' | 'actions'> {
  const others = holders.filter(({ pnn }) => pnn !== owner)
  const nodes = [...Map.groupBy(others, ({ pnn }) => pnn)].map(([pnn, list]) => ({ pnn, held: list.map(({ held }) => held) }))
  const able = nodes.filter(({ pnn, held }) => canRelease(pnn, interfacesOf(held))).map(({ pnn }) => pnn)
  const claims = claimsOn(view, address, { able, stuck: nodes.map(({ pnn }) => pnn).filter((pnn) => !able.includes(pnn)) })
  if (owner === undefined || nodes.length === 0) {
    return { claims, actions: [look(check.remedy)] }
  }
  const removals = nodes.flatMap(({ pnn, held }) => removal(view, pnn, held))
  const mayGo = claims.some(({ kind }) => kind !== 'kept' && kind !== 'stays')
  return {
    claims,
    actions: [
      ...removals.map((action): Action => (mayGo ? { ...action, if: 'it persists' } : action)),
      look('Find out what put it there.'),
    ],
  }
}

/** @param able of the nodes that have it and do not own it, those that release it if they are told to; `stuck` the others. */
function claimsOn(
  view: View,
  address: string,
  { able, stuck }: { readonly able: readonly Pnn[]; readonly stuck: readonly Pnn[] },
): Claim[] {
  const noticing = able.filter((pnn) => !hasFlag({ flags: view.flags(pnn) }, INACTIVE_FLAGS))
  if (noticing.length > 0) return selfRepair(view, noticing, address)
  if (able.length > 0) {
    const why = `${nodesText(able)} ${oneOr(able.length, 'is', 'are')} inactive and ${oneOr(able.length, 'does', 'do')} not notice it`
    return [
      { ...kept(able, address), after: { on: 'run' }, because: why },
      ...afterRun(view, able, address),
      NOTHING_TRIGGERS_A_RUN,
    ]
  }
  const why = `no recovery daemon has it removed from ${nodesText(stuck)}`
  // A daemon that answers again may be told to release it.
  const after = firstOf(stuck.filter((pnn) => view.isDaemonDead(pnn)).map((pnn) => ({ on: 'answers', pnn })))
  return [{ ...kept(stuck, address), ...(after && { after }), because: why }]
}

const kept = (pnns: readonly Pnn[], address: string): Claim => ({ kind: 'kept', pnns, addresses: [address] })
