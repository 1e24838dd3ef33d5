import type { SocketAddress } from '../../lib/address/socket-address.ts'
import type { Pnn } from '../../lib/cluster/node.ts'
import type { CtdbtsError } from '../../lib/errors.ts'
import { type MoveStep, moveIp } from '../../transport/administer/move-ip.ts'
import type { DisabledRuns } from '../../transport/administer/takeover-runs-disabled.ts'
import type { AskedNode } from '../../transport/asked-node.ts'
import type { Interruption } from '../interruptible.ts'
import { tellingWhatStands } from '../what-stands.ts'

/** A move as it was asked for. */
export interface Move {
  /** The address as it was given. */
  readonly word: string
  readonly address: SocketAddress
  readonly to: Pnn
  readonly interruption: Interruption
  /** Told of each step that is done. */
  readonly tell: (line: string) => void
  readonly onProblem: (problem: CtdbtsError) => void
  readonly again: DisabledRuns['again']
}

/**
 * Moves an address, and says what stands when that is ended before its end.
 * @throws as `moveIp`.
 */
export async function carryOutMove(node: AskedNode, move: Move): Promise<void> {
  const { word, address, to, interruption, tell, onProblem, again } = move
  const words: Record<MoveStep, string> = {
    'runs disabled': 'Takeover runs are disabled',
    released: `The other nodes have released ${address.address}`,
    taken: `Node ${to} has taken ${address.address}`,
    'runs enabled': 'Takeover runs are enabled again',
  }
  const { signal, leaves } = interruption
  const done = new Set<MoveStep>()
  let runs = ''
  const moving = moveIp(node, address, to, {
    signal,
    leaves: (what) => {
      runs = ''
      leaves(what)
    },
    onEnabled: () => {
      runs = 'takeover runs are enabled again; '
    },
    again,
    onStep: (step) => {
      done.add(step)
      tell(words[step])
    },
    onProblem,
    givingUp: `Failed to move IP ${word} to node ${to}`,
  })
  await tellingWhatStands(signal, moving, () => `${runs}${whatStands(done, address.address, to)}`)
}

/** What has been done of a move that was ended before its end. */
function whatStands(done: ReadonlySet<MoveStep>, address: string, to: Pnn): string {
  if (done.has('taken')) return `node ${to} has taken ${address}; not all nodes may have been told of it`
  const back = '`ctdbts ipreallocate` gives it back to one'
  if (done.has('released')) return `the other nodes have released ${address}, node ${to} may not have taken it; ${back}`
  if (done.has('runs disabled')) return `which nodes have released ${address} is not known; should none own it, ${back}`
  return 'nothing was moved'
}
