// What the simulated cluster needs of real kernels.
export { createNetns } from './cluster.ts'
export { removeNetnsLeftovers } from './leftovers.ts'
