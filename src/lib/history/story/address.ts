import type { Pnn } from '../../cluster/node.ts'
import type { NodeEvent } from './entry.ts'

/** Who owns an address at some time of the story. */
export interface AddressStory {
  readonly address: string
  /** Undefined if the log does not say; null for nobody. */
  owner: Pnn | null | undefined
  /** The last that owned it; undefined if none is known. */
  last: Pnn | undefined
  /** Nodes that took it and have not released it: two if the cluster is split. */
  readonly claims: Set<Pnn>
  /** Until when the last take of it may be in progress. */
  takingUntilMs: number
  /** The node that could not take it last, and may own it nevertheless. */
  failedBy: Pnn | undefined
  /** When the last owner ceased to own it. */
  left:
    | {
        readonly atMs: number
        readonly cause: string | undefined
        readonly by: NodeEvent
        readonly notAfterMs: number | undefined
        /** With its daemon. */
        readonly isLost?: true
      }
    | undefined
}

/** An address of which nothing is known so far. */
export const beginAddressStory = (address: string): AddressStory => ({
  address,
  owner: undefined,
  last: undefined,
  claims: new Set<Pnn>(),
  takingUntilMs: Number.NEGATIVE_INFINITY,
  failedBy: undefined,
  left: undefined,
})

/** Whether nothing is known of who owned it. */
export const isUnknown = ({ owner, last }: AddressStory): boolean => owner === undefined && last === undefined

/** Another node takes it than the one that could not: whether that one had it until now, the log does not say. */
export function forgetFailed(story: AddressStory, pnn: Pnn): void {
  const { failedBy, owner } = story
  story.failedBy = undefined
  if (failedBy === undefined || failedBy === pnn || owner !== undefined) return
  story.last = undefined
  story.left = undefined
}

/** Whether a node still owns an address, the log does not say. */
export function forgetOwner(story: AddressStory, pnn: Pnn): void {
  story.claims.delete(pnn)
  if (story.owner === pnn) story.owner = undefined
}
