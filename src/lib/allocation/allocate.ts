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
 * Who shall own which address after a takeover run: what CTDB's own code computes from the same facts, in every case (32-bit sums that
 * wrap included). The input is not changed.
 * @param note is told of each step, in order; for explanations.
 * @throws CtdbtsError BAD_ADDRESS for a text that is no address, BAD_ALGORITHM for an algorithm that CTDB does not have.
 */
export function allocate(input: AllocationInput, note?: (step: AllocationStep) => void): Allocation {
  const algorithm = ALGORITHMS[input.algorithm]
  if (!algorithm) throw new CtdbtsError('BAD_ALGORITHM', `there is no algorithm ${JSON.stringify(input.algorithm)}`)
  const board = setUpBoard(input, note)
  if (board.count > 0) algorithm(board, input)
  return board.addresses.map((address, ip) => [address, board.owner[ip] as number])
}
