import { CtdbtsError } from '../errors.ts'
import { type Board, setUpBoard } from './board.ts'
import { allocateDeterministic, allocateNonDeterministic } from './by-count.ts'
import type { Algorithm, Allocation, AllocationInput, AllocationStep } from './input.ts'
import { allocateLcp2 } from './lcp2.ts'

const ALGORITHMS: Record<Algorithm, (board: Board, input: AllocationInput) => void> = {
  deterministic: allocateDeterministic,
  'non-deterministic': allocateNonDeterministic,
  lcp2: allocateLcp2,
}

/**
 * Computes the owner of each address after a takeover run, exactly as CTDB's own code does, including 32-bit sums that wrap. Does not change
 * the input.
 * @param note called for each step, in order; for explanations.
 * @throws CtdbtsError BAD_ADDRESS for a text that is not an address, BAD_ALGORITHM for an unknown algorithm.
 *
 * @example
 * ```ts
 * import { allocate } from 'ctdbts'
 *
 * const addresses = ['192.0.2.1', '192.0.2.2']
 * const owners = allocate({
 *   algorithm: 'lcp2',
 *   nodes: 2,
 *   noIpTakeover: false,
 *   noIpFailback: false,
 *   forceRebalance: [],
 *   known: [addresses.map((address) => [address, 0]), addresses.map((address) => [address, 0])], // node 0 owns both
 *   available: [[], addresses], // and can host none any more
 * })
 * console.log(owners) // [['192.0.2.2', 1], ['192.0.2.1', 1]]
 * ```
 */
export function allocate(input: AllocationInput, note?: (step: AllocationStep) => void): Allocation {
  const algorithm = ALGORITHMS[input.algorithm]
  if (!algorithm) throw new CtdbtsError('BAD_ALGORITHM', `there is no algorithm ${JSON.stringify(input.algorithm)}`)
  const board = setUpBoard(input, note)
  if (board.count > 0) algorithm(board, input)
  return board.addresses.map((address, ip) => [address, board.owner[ip] as number])
}
