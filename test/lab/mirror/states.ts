import type { Lab } from '../harness/lab.ts'
import { CLUSTER_STATES } from '../side-by-side/states.ts'

/** Where a command is run, and which node it is about. */
interface Asked {
  readonly on: number
  /** Given with -n; undefined: the local one. */
  readonly named: number | undefined
}

interface MirrorState {
  readonly name: string
  enter(lab: Lab): Promise<unknown>
  leave(lab: Lab): Promise<unknown>
  readonly asked: readonly Asked[]
  /** Nothing can be asked of the node. */
  readonly away: boolean
}

const ASKED: Readonly<Record<string, readonly Asked[]>> = {
  'node 2 is stopped': [
    { on: 0, named: 2 },
    { on: 2, named: undefined },
  ],
  'node 0 is banned and node 1 disabled': [
    { on: 2, named: 0 },
    { on: 0, named: undefined },
    { on: 2, named: 1 },
  ],
  'the daemon of node 2 is gone': [
    { on: 0, named: 2 },
    { on: 2, named: undefined },
  ],
}

export const MIRROR_STATES: readonly MirrorState[] = CLUSTER_STATES.flatMap((state) => {
  const asked = ASKED[state.name]
  return asked ? [{ ...state, asked, away: state.name.endsWith('gone') }] : []
})
