import type { AddressPlan } from '../../lib/takeover/plan.ts'
import type { AddressState, NodeState } from '../../lib/watch/story.ts'
import type { TimelineEntry } from '../../lib/watch/timeline.ts'
import type { Layout } from './layout.ts'
import type { Model } from './model.ts'

/** A row of the pane of addresses: an address, or the heading of a group of them. */
export type AddressRow =
  | {
      /** `a:10.0.0.31` */
      readonly key: string
      readonly kind: 'address'
      readonly state: AddressState
      /** What the preview says of it. */
      readonly plan?: AddressPlan | undefined
    }
  | {
      /** `g:2` for node 2, `g:-` for nobody's, `g:10.0.0.0/24` for a subnet. */
      readonly key: string
      readonly kind: 'group'
      readonly label: string
      /** Of a group of addresses of a node. */
      readonly node?: NodeState | undefined
      readonly count: number
    }

/** The rows of the pane of addresses: filtered, sorted, grouped. */
export declare function addressRows(model: Model): readonly AddressRow[]
/** Those of the pane of nodes; the key of each is `n:PNN`. */
export declare function nodeRows(model: Model): readonly NodeState[]
/** Those of the timeline, the newest last; the key of each is `t:ID`. */
export declare function timelineRows(model: Model): readonly TimelineEntry[]
/** Those of the log; the key of each is `l:ID`. */
export declare function logRows(model: Model): Model['log']
/** How the terminal is divided for a model. */
export declare function layoutFor(model: Model): Layout
