import type { Pnn } from '../cluster/node.ts'
import type { ClusterRecords } from './cluster-records.ts'
import type { NodeRecord, UnexplainedMove } from './node-record.ts'

/** How long a move may wait for a sample that explains it. */
export const UNEXPLAINED_MS = 15_000
const UNEXPLAINED_KEPT = 4_000

/**
 * Notes that an address moved for an unknown reason: a sample may soon show what happened to one of the two nodes.
 * @param isOld whether the new owner may have had it before: then what happens to that node now has nothing to do with it.
 */
export function noteUnexplainedMove(
  cluster: ClusterRecords,
  { address, from, to, atMs, isOld }: { address: string; from: Pnn | null; to: Pnn | null; atMs: number; isOld: boolean },
): void {
  if (from === to) return
  note(cluster, from, { address, atMs, what: 'left' })
  if (!isOld) note(cluster, to, { address, atMs, what: 'came' })
}

function note(cluster: ClusterRecords, pnn: Pnn | null, move: UnexplainedMove): void {
  const node = pnn === null ? undefined : cluster.nodes.get(pnn)
  if (!node) return
  const oldest = node.unexplained[0]
  if (oldest && move.atMs - oldest.atMs > UNEXPLAINED_MS) {
    node.unexplained = node.unexplained.filter(({ atMs }) => move.atMs - atMs <= UNEXPLAINED_MS)
  }
  if (node.unexplained.length < UNEXPLAINED_KEPT) node.unexplained.push(move)
}

/**
 * Takes the addresses that came to a node, or left it, without an explanation, and that are still where they went.
 * @param sinceMs ignores older moves.
 */
export function takeUnexplainedMoves(
  cluster: ClusterRecords,
  node: NodeRecord,
  what: UnexplainedMove['what'],
  sinceMs: number,
): readonly string[] {
  const isOwner = (address: string) => cluster.findAddress(address)?.owner === node.pnn
  const moves = node.unexplained.filter((move) => move.what === what)
  node.unexplained = node.unexplained.filter((move) => move.what !== what)
  const lasting = moves.filter(({ atMs, address }) => atMs >= sinceMs && isOwner(address) === (what === 'came'))
  return [...new Set(lasting.map(({ address }) => address))]
}
