import type { Wait } from '../../lib/process/wait.ts'

/** A wait of the simulated world, for those outside of it. */
export const promised = <T>(wait: Wait<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    wait(resolve, reject)
  })
