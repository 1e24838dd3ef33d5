import type { Pnn } from '../../cluster/node.ts'
import { nodesText } from '../../cluster/node-text.ts'
import { checkLocally } from '../../recovery/local-check.ts'
import { cause, failingScript } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { knownIps, said } from '../facts.ts'
import { takeoverRun } from '../failover.ts'
import { silentAnswers } from '../lasting.ts'
import { staysUntilFirst } from '../outlook.ts'
import { type Action, look } from '../remedy.ts'
import { afterRun, keepers, selfRepair } from '../self-repair.ts'
import { beliefs, type UnownedAddress, unownedAddresses } from '../unowned-addresses.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'ip-unhosted',
  order: 50,
  severity: 'error',
  title: 'No node owns an address that a node could host',
  seenBy: ['C'],
  moves: true,
  causes: [cause('recovery-stuck'), cause('leader-disagreement'), failingScript('takeip'), cause('script-not-enabled', 'node')],
  meaning: 'No node claims a public address, although at least one node lists it as available. Clients cannot reach it.',
  outlook:
    'The recovery daemon of each node that could host it notices this within about a second and asks the leader for a takeover run.',
  remedy:
    'If it persists, the takeover fails: check `ctdb event status legacy takeip`, and the logs of the leader and of the node that could host the address.',
  falseAlarm: 'For some seconds after its node has failed, until the takeover run has finished.',
  find(view) {
    return unownedAddresses(view).flatMap((unowned): Found[] => {
      const { address, knowers, able, blocks } = unowned
      if (able.length === 0 || blocks.length > 0) return []
      const noticed = noticedBy(view, unowned)
      return [
        {
          subject: { address },
          nodes: able,
          message: `no node owns ${address}, although ${nodesText(able)} could host it`,
          evidence: [...beliefs(knowers), ...able.map((pnn) => said(pnn, 'lists it as available'))],
          ...(noticed.length > 0
            ? {
                claims: selfRepair(view, noticed, address),
                actions: [
                  {
                    ...look(
                      'The takeover fails: check `ctdb event status legacy takeip`, and the logs of the leader and of the node that could host the address.',
                    ),
                    if: 'it persists',
                  },
                  ...runFor(view, address, 'it persists'),
                ],
              }
            : {
                claims: [
                  staysUntilFirst(
                    // A daemon that only hangs may own it still.
                    [{ on: 'run' }, ...silentAnswers(view)],
                    'each node that could host it believes that another node owns it, so CTDB does not notice',
                  ),
                  ...afterRun(view, able, address),
                ],
                actions: runFor(view, address),
              }),
        },
      ]
    })
  },
}

/** The advice to make a takeover run, unless that would put the address on a second node. */
function runFor(view: View, address: string, only?: string): Action[] {
  const others = keepers(view, address)
  if (others.length === 0) return [takeoverRun(view, only === undefined ? {} : { if: only })]
  const which = nodesText(others)
  return [
    look(
      `First see what is found about ${address} in the kernel of ${which}: no takeover run removes it there, so two nodes would have it.`,
    ),
    takeoverRun(view, { if: `it is no longer there${only === undefined ? '' : `, and ${only}`}` }),
  ]
}

/** The nodes whose recovery daemon notices that they could host the address, and asks for a takeover run. */
function noticedBy(view: View, { address, knowers, able }: UnownedAddress): Pnn[] {
  return able.filter((pnn) => {
    const known = knowers.filter((knower) => knower.pnn === pnn).map((knower) => knower.known)
    const facts = { pnn, flags: view.flags(pnn), interfaces: [], lastInterfaces: [], known: [], held: new Set<string>() }
    return checkLocally({ ...facts, available: knownIps(known) }, 'now').some(
      (found) => 'address' in found && found.address === address,
    )
  })
}
