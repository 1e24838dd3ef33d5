import type { SocketAddress } from '../../lib/address/socket-address.ts'
import type { Pnn } from '../../lib/cluster/node.ts'
import type { CtdbtsError } from '../../lib/errors.ts'
import type { DisabledRuns } from '../../operations/administer/disable-runs.ts'
import { type MoveStep, moveIp } from '../../operations/administer/move-ip.ts'
import type { TargetNode } from '../../operations/target-node.ts'
import type { Interruption } from '../interruptible.ts'
import { withInterruptionReport } from '../interruption-report.ts'

/** A move to carry out. */
export interface MoveTask {
  /** The address as written on the command line. */
  readonly word: string
  readonly address: SocketAddress
  readonly to: Pnn
  readonly interruption: Interruption
  /** Called with each step that is done. */
  readonly tell: (line: string) => void
  readonly onProblem: (problem: CtdbtsError) => void
  readonly reconnect: DisabledRuns['reconnect']
}

/**
 * Moves an address. If that is interrupted, reports the state that it leaves behind.
 * @throws as `moveIp`.
 */
export async function carryOutMove(node: TargetNode, move: MoveTask): Promise<void> {
  const { word, address, to, interruption, tell, onProblem, reconnect } = move
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
    reconnect,
    onStep: (step) => {
      done.add(step)
      tell(words[step])
    },
    onProblem,
    failure: `Failed to move IP ${word} to node ${to}`,
  })
  await withInterruptionReport(signal, moving, () => `${runs}${stateLeft(done, address.address, to)}`)
}

/** What an interrupted move has done. */
function stateLeft(done: ReadonlySet<MoveStep>, address: string, to: Pnn): string {
  if (done.has('taken')) return `node ${to} has taken ${address}; some nodes may not know it yet`
  const back = '`ctdbts ipreallocate` gives it back to one'
  if (done.has('released')) return `the other nodes have released ${address}, node ${to} may not have taken it; ${back}`
  if (done.has('runs disabled')) return `it is not known which nodes have released ${address}; if no node owns it, ${back}`
  return 'nothing was moved'
}
