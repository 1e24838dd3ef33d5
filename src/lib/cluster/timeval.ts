import type { ValueOf } from '../wire/codec.ts'
import type { timeval } from '../wire/structs.ts'

/** A moment since 1970 in seconds and microseconds, as it travels. */
export type Timeval = ValueOf<typeof timeval>

export const timevalOf = (ms: number): Timeval => ({
  seconds: Math.floor(ms / 1000),
  microseconds: Math.round((ms % 1000) * 1000),
})

/** In seconds, with microseconds as a fraction. */
export const secondsOf = ({ seconds, microseconds }: Timeval): number => seconds + microseconds / 1e6
