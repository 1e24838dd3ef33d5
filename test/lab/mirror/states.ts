import type { Lab } from '../harness/lab.ts'
import { CLUSTER_STATES } from '../side-by-side/states.ts'

/** Where a command is run, and which node it is about. */
interface Asked {
  readonly on: number
  /** Given with -n; undefined: the local one. */
  readonly named: number | undefined
  /** A time limit for commands that run into it, in seconds. */
  readonly limit?: number
}

interface MirrorState {
  readonly name: string
  enter(lab: Lab): Promise<unknown>
  leave(lab: Lab): Promise<unknown>
  readonly asked: readonly Asked[]
}

/** Asked on a healthy node and on the one that is not. */
const both = (pnn: number): Asked[] => [
  { on: pnn === 0 ? 1 : 0, named: pnn },
  { on: pnn, named: undefined },
]

const ASKED: Readonly<Record<string, readonly Asked[]>> = {
  'node 1 is disabled': both(1),
  'node 2 is stopped': both(2),
  'node 0 is banned and node 1 disabled': both(0),
  'the daemon of node 2 is gone': both(2),
}

export const MIRROR_STATES: readonly MirrorState[] = CLUSTER_STATES.flatMap((state) => {
  const asked = ASKED[state.name]
  return asked ? [{ ...state, asked }] : []
})
