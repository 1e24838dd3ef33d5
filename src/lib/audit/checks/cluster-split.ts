import type { Pnn } from '../../cluster/node.ts'
import { listed, nodesText } from '../../cluster/node-text.ts'
import type { NodeGroup, ViewReason } from '../../cluster/views.ts'
import { oneOr } from '../../plural.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { said, saidByNodes } from '../facts.ts'
import { type Claim, staysUntil } from '../outlook.ts'
import { allReleased } from '../release-all.ts'
import { look, mend } from '../remedy.ts'
import { recoveryNeeds } from '../timing.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'cluster-split',
  order: 285,
  severity: 'error',
  title: 'Nodes do not see each other, or the node that was asked sees no other',
  seenBy: ['C'],
  moves: true,
  causes: [cause('private-ip-missing', 'node'), cause('private-port', 'node')],
  meaning:
    'The daemons have lost contact with each other, although ctdbts reaches them: the private network is broken. Each part of the cluster reports the other as disconnected, and only a part that holds the cluster lock may act. If only the node that was asked has answered, and it sees no other node, the state of the others is unknown.',
  outlook: 'The parts find each other again as soon as the private network works. Then a recovery and a takeover run follow.',
  remedy:
    'Check the private network between these nodes (TCP port 4379). Do not delete addresses by hand: the takeover run after the repair leaves each address on one node.',
  falseAlarm: 'For some seconds after a daemon was started.',
  find(view) {
    const { groups } = view.views
    if (groups.length === 0) for (const { pnn } of view.nodes) view.need(pnn, 'nodeMap')
    return groups.length > 1 ? [splitInto(groups, view)] : [...apart(view), ...oneWay(view), ...alone(view)]
  },
}

function splitInto(groups: readonly NodeGroup[], view: View): Found {
  const { askedNode } = view.snapshot
  const nameOf = ({ members }: NodeGroup) =>
    members.includes(askedNode) && members.length === 1 ? `${nodesText(members)}, which was asked` : nodesText(members)
  const rivals = groups.filter(({ leaders }) => leaders && leaders.length > 0)
  const recovering = groups
    .filter(({ leaders }) => leaders?.length === 0)
    .flatMap(({ active }) => active.filter((pnn) => view.peek(pnn, 'recoveryMode') === 1))
  return {
    subject: {},
    nodes: view.views.cutOff,
    message: `the cluster is split: ${groups.map(nameOf).join('; ')}`,
    evidence: [
      ...groups.map((group) => unseenBy(group, groups)),
      ...groups.flatMap(({ members, leaders }) => (leaders ? [saidByNodes(members, leadersText(leaders))] : [])),
      ...(recovering.length > 0 ? [saidByNodes(recovering, 'recovery mode is active')] : []),
      ...(view.views.viewer ? [`this audit goes by node ${view.views.viewer.pnn}, ${WHY[view.views.viewer.why]}`] : []),
    ],
    claims: claimsOf(rivals.length, recovering, view),
    actions: [MEND_NETWORK],
  }
}

const MEND_NETWORK = mend({ what: 'network' }, check.remedy)

/** Some pairs of nodes do not see each other, although both are connected to other nodes. */
function apart(view: View): Found[] {
  const { apart: pairs, cutOff, viewer, groups } = view.views
  if (pairs.length === 0) return []
  const texts = pairs.map(([a, b]) => `nodes ${a} and ${b}`)
  const nodes = [...new Set(pairs.flat())].toSorted((a, b) => a - b)
  const others = view.nodes.map(({ pnn }) => pnn).filter((pnn) => nodes.every((node) => view.views.sees(pnn, node) === true))
  // A node that is stopped or banned starts no election.
  const disturbing = cutOff.filter((pnn) => groups[0]?.active.includes(pnn))
  const leader = viewer?.why === 'leader' && disturbing.length > 0 ? viewer.pnn : undefined
  return [
    {
      subject: {},
      nodes,
      message: `${listed(texts)} do not see each other, although both are connected to other nodes`,
      evidence: [
        ...pairs.flatMap(([a, b]) => [said(a, `sees node ${b} as disconnected`), said(b, `sees node ${a} as disconnected`)]),
        ...(others.length > 0 ? [saidByNodes(others, `${oneOr(others.length, 'sees', 'see')} ${nodesText(nodes)}`)] : []),
        ...(leader === undefined
          ? []
          : [
              `${nodesText(disturbing)} cannot hear the leader, node ${leader}, and ${oneOr(disturbing.length, 'starts', 'start')} one election after another`,
            ]),
      ],
      claims: [
        staysUntil(
          { on: 'repair' },
          leader === undefined
            ? 'CTDB passes nothing on from one node to another'
            : 'each election puts the whole cluster into recovery, and no takeover run reaches all nodes',
        ),
        ...afterRepair(view),
      ],
      actions: [MEND_NETWORK],
    },
  ]
}

/**
 * Nodes that see the one whose view counts, while that one does not see them: packets are lost in one direction, or these nodes have not noticed
 * yet that they are cut off.
 */
function oneWay(view: View): Found[] {
  const { viewer, cutOff, sees } = view.views
  if (!viewer) return []
  return cutOff
    .filter((pnn) => sees(pnn, viewer.pnn) === true)
    .map((pnn): Found => {
      const others = view.nodes.map((node) => node.pnn)
      const blind = others.filter((other) => sees(other, pnn) === false && sees(pnn, other) === true)
      return {
        subject: { pnn },
        nodes: blind,
        message: `${nodesText(blind)} ${oneOr(blind.length, 'does', 'do')} not see node ${pnn}, which still sees ${oneOr(blind.length, 'that node', 'them')}`,
        evidence: [
          saidByNodes(blind, `${oneOr(blind.length, 'sees', 'see')} node ${pnn} as disconnected`),
          said(pnn, `sees ${nodesText(blind)} as connected`),
        ],
        claims: [{ kind: 'unknown', what: 'whether these nodes find each other again or lose each other' }, ...afterRepair(view)],
        actions: [MEND_NETWORK],
      }
    })
}

/** The parts find each other when their daemons next try to connect, or, if a packet was lost, when TCP gives up. */
const REUNION_S = 60

function claimsOf(leaders: number, recovering: readonly Pnn[], view: View): Claim[] {
  const repaired = afterRepair(view)
  if (leaders > 1) {
    return [
      staysUntil({ on: 'repair' }, 'each part has a leader, goes on by itself, and hosts all addresses that its nodes know'),
      ...repaired,
    ]
  }
  if (recovering.length === 0) return [staysUntil({ on: 'repair' }), ...repaired]
  return [
    allReleased(view, recovering, { because: 'they have no leader, and recovery mode may last for RecoveryDropAllIPs' }),
    ...repaired,
  ]
}

function afterRepair(view: View): Claim[] {
  // The network works then.
  const needs = recoveryNeeds(view).filter((each) => each !== 'network works')
  return [
    { kind: 'leader', after: { on: 'repair' }, if: needs, withinS: REUNION_S },
    { kind: 'recovered', after: { on: 'repair' }, if: needs, withinS: 2 * REUNION_S },
  ]
}

const WHY: Readonly<Record<ViewReason, string>> = {
  leader: 'the leader',
  asked: 'which was asked',
  sight: 'which sees the most nodes',
  active: 'the first active node of the largest part',
  only: 'as no node is active',
}

const unseenBy = (group: NodeGroup, groups: readonly NodeGroup[]): string => {
  const others = groups.filter((other) => other !== group).flatMap(({ members }) => members)
  const verb = oneOr(group.members.length, 'sees', 'see')
  return saidByNodes(group.members, `${verb} ${nodesText(others.toSorted((a, b) => a - b))} as disconnected`)
}

const leadersText = (leaders: readonly Pnn[]): string =>
  leaders.length === 0 ? 'no leader is heard' : `the leader is ${listed(leaders.map((pnn) => `node ${pnn}`))}`

/** Those that could be heard, if they may be cut off from all others: a single node, or several that hear no leader. */
function alone(view: View): Found[] {
  const { askedNode } = view.snapshot
  const { groups } = view.views
  const unseen = view.nodes.map(({ pnn }) => pnn).filter((pnn) => view.isOutOfSight(pnn))
  if (unseen.length === 0) return []
  const isStarting = view.views.starting.includes(askedNode)
  const heard = groups[0]?.members ?? []
  if (heard.length > 1) return [leaderless(heard, unseen)]
  return [
    {
      subject: {},
      nodes: [askedNode, ...unseen],
      message: isStarting
        ? `node ${askedNode}, which was asked, has just started and does not know the other nodes yet`
        : `node ${askedNode}, which was asked, sees no other node: it is cut off, or they are all down`,
      evidence: [
        isStarting
          ? said(askedNode, `run state ${view.peek(askedNode, 'runState')}`)
          : said(askedNode, `sees ${nodesText(unseen)} as disconnected`),
      ],
      ...UNKNOWN_OTHERS,
    },
  ]
}

const UNKNOWN_OTHERS: Pick<Found, 'claims' | 'actions'> = {
  claims: [{ kind: 'unknown', what: 'what happens on the other nodes' }],
  actions: [
    look('Ask another node: run `ctdbts verify` there, or name one with --host.'),
    { ...mend({ what: 'machine' }, 'Start their machines, or ctdbd there.'), if: 'they are down' },
  ],
}

/** Nodes that see each other, but neither a leader nor the other nodes. */
function leaderless(heard: readonly Pnn[], unseen: readonly Pnn[]): Found {
  return {
    subject: {},
    nodes: [...heard, ...unseen],
    message: `${nodesText(heard)} hear no leader and do not see ${nodesText(unseen)}: they are cut off, or ${oneOr(unseen.length, 'that node is', 'those are')} down`,
    evidence: [saidByNodes(heard, `see ${nodesText(unseen)} as disconnected`), saidByNodes(heard, leadersText([]))],
    ...UNKNOWN_OTHERS,
  }
}
