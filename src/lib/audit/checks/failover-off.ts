import { nodesText } from '../../cluster/node-text.ts'
import type { Check } from '../check.ts'
import { addressFile, fileHas, said } from '../facts.ts'
import { isDisabledByTunable, isDisabledInFile } from '../failover.ts'
import { lastsWithLeader, type Tunables } from '../lasting.ts'
import { stays, staysUntil } from '../outlook.ts'
import { type Action, mend } from '../remedy.ts'
import type { View } from '../view.ts'

const BY_CONFIGURATION = 'this is how CTDB was configured'

export const check: Check = {
  id: 'failover-off',
  order: 280,
  severity: 'warning',
  title: 'Failover of public addresses is turned off',
  seenBy: ['C', 'F'],
  moves: false,
  meaning:
    'With NoIPTakeover=1 on the leader, a takeover run gives a node no address that it does not already have. With `[failover] disabled` in ctdb.conf, or the tunable DisableIPFailover before 4.9, a leader makes no takeover runs at all, and its node does not check its addresses. When a node fails, no other node takes over its addresses.',
  outlook: 'Nothing: this is how CTDB was configured.',
  remedy: 'Run `ctdb setvar NoIPTakeover 0` on all nodes. Remove `disabled` from [failover] on all nodes and restart ctdbd.',
  falseAlarm: 'During planned work. ctdbd reads the file when it starts; it may have been changed since.',
  find(view) {
    if (!hasPublicAddresses(view)) return []
    const { pnn: leader } = view.snapshot.leader
    const tunables = leader === null ? undefined : view.need(leader, 'tunables')
    const candidates = leader === null ? view.active.filter(({ pnn }) => hasNoTakeover(view.need(pnn, 'tunables') ?? {})) : []
    const disabled = view.nodes.filter(({ pnn }) => isDisabledInFile(view.need(pnn, 'host.configFile'))).map(({ pnn }) => pnn)
    const byTunable = view.active.map(({ pnn }) => pnn).filter((pnn) => isDisabledByTunable(view, pnn))
    return [
      ...(leader !== null && hasNoTakeover(tunables ?? {})
        ? [
            {
              subject: { detail: 'NoIPTakeover' },
              nodes: [leader],
              message: `NoIPTakeover is ${tunables?.NoIPTakeover} on the leader, node ${leader}: no address fails over`,
              evidence: [said(leader, `NoIPTakeover = ${tunables?.NoIPTakeover}`), `leader: node ${leader}`],
              claims: [lastsWithLeader(view, { has: hasNoTakeover, pnns: [leader], because: BY_CONFIGURATION })],
              actions: TAKE_OVER_AGAIN,
            },
          ]
        : []),
      ...(candidates.length > 0
        ? [
            {
              subject: { detail: 'NoIPTakeover' },
              nodes: candidates.map(({ pnn }) => pnn),
              message: `NoIPTakeover is set on ${nodesText(candidates.map(({ pnn }) => pnn))}: with such a leader no address fails over`,
              evidence: candidates.map(({ pnn }) => said(pnn, `NoIPTakeover = ${view.peek(pnn, 'tunables')?.NoIPTakeover}`)),
              claims: [
                lastsWithLeader(view, {
                  has: hasNoTakeover,
                  pnns: candidates.map(({ pnn }) => pnn),
                  because: BY_CONFIGURATION,
                }),
              ],
              actions: TAKE_OVER_AGAIN,
            },
          ]
        : []),
      ...(byTunable.length > 0
        ? [
            {
              subject: { detail: 'DisableIPFailover' },
              nodes: byTunable,
              message: `the tunable DisableIPFailover turns failover off on ${nodesText(byTunable)}`,
              evidence: byTunable.map((pnn) => said(pnn, `DisableIPFailover = ${view.peek(pnn, 'tunables')?.DisableIPFailover}`)),
              claims: [staysUntil({ on: 'leaves', pnns: byTunable }, BY_CONFIGURATION)],
              actions: [{ kind: 'command' as const, command: 'ctdb setvar DisableIPFailover 0', on: 'each node' as const }],
            },
          ]
        : []),
      ...(disabled.length > 0
        ? [
            {
              subject: { detail: '[failover] disabled' },
              nodes: disabled,
              message: `ctdb.conf turns failover off on ${nodesText(disabled)}`,
              evidence: disabled.map((pnn) => fileHas(pnn, 'ctdb.conf has [failover] disabled')),
              claims: [stays(BY_CONFIGURATION)],
              actions: [
                mend({ what: 'configuration' }, 'Remove `disabled` from [failover] in ctdb.conf and restart ctdbd there.'),
              ],
            },
          ]
        : []),
    ]
  },
}

const hasNoTakeover = ({ NoIPTakeover = 0 }: Tunables): boolean => NoIPTakeover !== 0

const TAKE_OVER_AGAIN: readonly Action[] = [
  { kind: 'command', command: 'ctdb setvar NoIPTakeover 0', on: 'each node' },
  mend({ what: 'file' }, 'Remove it from ctdb.tunables.'),
]

/** Whether any node has, or may have, public addresses. Without them there is nothing to fail over, as behind a load balancer. */
const hasPublicAddresses = (view: View): boolean =>
  view.nodes.some(({ pnn }) => {
    const known = view.peek(pnn, 'known') ?? addressFile(view, pnn)?.addresses
    return known === undefined || known.length > 0
  })
