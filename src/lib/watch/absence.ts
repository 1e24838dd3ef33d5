import type { Pnn } from '../cluster/node.ts'
import type { TimelineEntry } from './timeline.ts'

/** A time during which no kernel had an address: it lasted at least and at most so many milliseconds. */
export interface Absence {
  readonly atLeastMs: number
  readonly atMostMs: number
}

/** For how long no kernel had an address, with bounds, in milliseconds. */
export type AwayTime = Required<Pick<TimelineEntry, 'awayMs' | 'awayAtLeastMs' | 'awayAtMostMs'>>

/** What is known of when kernels had an address. Samples and events show moments; what changed did so between two of them. */
export interface KernelTimes {
  /** The last moment at which a kernel that has it no longer was known to have it; undefined if none ever was. */
  readonly hadMs: number | undefined
  /** The first moment after that at which no kernel had it, as far as is known; undefined while one may have it. */
  readonly goneMs: number | undefined
  /** The absence that ended last, as long as no entry of the timeline has reported it. */
  readonly ended: (Absence & { readonly by: Pnn }) | undefined
}

/** Nothing was seen yet. */
export const NO_KERNEL_TIMES: KernelTimes = { hadMs: undefined, goneMs: undefined, ended: undefined }
