import type { Lab } from '../harness/lab.ts'
import { CLUSTER_STATES } from '../side-by-side/states.ts'

/** The node on which commands run, and the node that they are about. */
interface Target {
  readonly on: number
  /** The value of -n; undefined for the local node. */
  readonly named: number | undefined
}

interface MirrorState {
  readonly name: string
  enter(lab: Lab): Promise<unknown>
  leave(lab: Lab): Promise<unknown>
  readonly targets: readonly (Target & { readonly subject: string })[]
  /** Whether the node cannot be reached. */
  readonly away: boolean
}

const TARGETS: Readonly<Record<string, readonly Target[]>> = {
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

/** For the titles of tests. */
const subjectOf = ({ named }: Target): string => (named === undefined ? 'itself' : `node ${named}`)

export const MIRROR_STATES: readonly MirrorState[] = CLUSTER_STATES.flatMap((state) => {
  const targets = TARGETS[state.name]?.map((target) => ({ ...target, subject: subjectOf(target) }))
  return targets ? [{ ...state, targets, away: state.name.endsWith('gone') }] : []
})
