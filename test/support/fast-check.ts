import fc from 'fast-check'

/** fast-check prints the seed and the path of a failure; `FC_SEED=… npm test` runs it again. */
export function takeSeedFromEnvironment(): void {
  const seed = process.env.FC_SEED === undefined ? {} : { seed: Number(process.env.FC_SEED) }
  fc.configureGlobal({ ...seed })
}
