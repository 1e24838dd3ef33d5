// What the simulated cluster uses of real kernels; loaded only with --netns.
export { createNetns } from './cluster.ts'
export { removeNetnsLeftovers } from './leftovers.ts'
