/** A moment since 1970, in the two parts that travel. */
export interface Timeval {
  readonly seconds: number
  readonly microseconds: number
}

/** In seconds, microseconds as a fraction. */
export const secondsOf = ({ seconds, microseconds }: Timeval): number => seconds + microseconds / 1e6
