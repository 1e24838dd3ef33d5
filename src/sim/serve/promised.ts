import type { Wait } from '../process/wait.ts'

/** A wait of the simulated world as a promise. */
export const promised = <T>(wait: Wait<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    wait(resolve, reject)
  })
