import type { Pnn } from '../cluster/node.ts'

/** What a finding is about. Together with the id of the check it identifies a fault across samples. */
export interface Subject {
  /** The node; absent if the fault concerns the whole cluster. */
  readonly pnn?: Pnn
  readonly address?: string
  readonly interfaceName?: string
  /** A line of a file, a script, a tunable: distinguishes findings that are otherwise the same. */
  readonly detail?: string
}
