import { hasFlag, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { type Claim, stays, staysUntilFirst, type Trigger } from './outlook.ts'
import type { View } from './view.ts'

/** The tunables of a node, by name. */
export type Tunables = Readonly<Record<string, number>>

/**
 * Addresses of a node leave the interfaces where they are. A takeover run moves an address to another interface of the same node where its
 * daemon knows several and one of them has fewer addresses (4.17 to 4.25), or where its own lost its link.
 */
export const leavesInterface = (view: View, pnn: Pnn, addresses: readonly string[]): Trigger => {
  const known = view.peek(pnn, 'known')?.filter(({ address }) => addresses.includes(address)) ?? []
  const mayMove = known.some(({ interfaces }) => interfaces === undefined || interfaces.length > 1)
  return { on: 'release', pnn, addresses, ...(mayMove && { orMoves: true }) }
}

/** The node whose tunables count: the leader; without one, any may be the next, so the first that has said its own. */
export const whoseTunables = (view: View): Pnn | undefined =>
  view.snapshot.leader.pnn ?? view.nodes.find(({ pnn }) => view.peek(pnn, 'tunables'))?.pnn

/**
 * Nothing happens about a tunable that counts because the leader has it. With another leader that is over, unless every node has it.
 * @param pnns without a leader, the nodes that have it, of which one may lead next.
 */
export function lastsWithLeader(
  view: View,
  { has, pnns, because }: { has(values: Tunables): boolean; readonly pnns: readonly Pnn[]; readonly because?: string },
): Claim {
  const isEverywhere = view.nodes.every(({ pnn }) => {
    const values = view.peek(pnn, 'tunables')
    return values !== undefined && has(values)
  })
  if (isEverywhere) return stays(because)
  const { pnn: leader } = view.snapshot.leader
  const ends: Trigger[] = leader === null ? [{ on: 'leader' }, { on: 'leaves', pnns }] : [{ on: 'leader leaves', pnn: leader }]
  return staysUntilFirst(ends, because)
}

/** The daemon of a node that has not said which addresses it knows, and owns, answers. */
export const silentAnswers = (view: View): Trigger[] =>
  view.nodes.flatMap(({ pnn }) => (view.peek(pnn, 'known') === undefined ? [{ on: 'answers' as const, pnn }] : []))

/** A node that is stopped or banned. */
export interface Inactive {
  /** `stopped`, `banned`. */
  readonly how: string
  /** What makes it active again. */
  readonly until: Trigger
}

/**
 * How a node is inactive, by the word of the others or its own: one that was started as a stopped one tells them only later. Undefined if it is
 * not. (Whether it is connected does not matter here.)
 */
export function inactivityOf(view: View, pnn: Pnn): Inactive | undefined {
  const own = view.peek(pnn, 'nodeMap')?.find((entry) => entry.pnn === pnn)?.flags
  const flags = { flags: own ?? view.flags(pnn) }
  const [isStopped, isBanned] = [hasFlag(flags, NODE_FLAG.STOPPED), hasFlag(flags, NODE_FLAG.BANNED)]
  if (!isStopped && !isBanned) return undefined
  const ends = [...(isStopped ? ['the node is continued'] : []), ...(isBanned ? ['its ban has ended'] : [])]
  return { how: isStopped ? 'stopped' : 'banned', until: { on: 'other', text: ends.join(', and ') } }
}
