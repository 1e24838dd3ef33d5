/** A moment since 1970, in the two parts that travel. */
export interface Timeval {
  readonly seconds: number
  readonly microseconds: number
}

export const timevalOf = (ms: number): Timeval => ({
  seconds: Math.floor(ms / 1000),
  microseconds: Math.round((ms % 1000) * 1000),
})

/** In seconds, microseconds as a fraction. */
export const secondsOf = ({ seconds, microseconds }: Timeval): number => seconds + microseconds / 1e6
