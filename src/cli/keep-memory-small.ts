import { setFlagsFromString } from 'node:v8'

/**
 * Lines of a log, and looks at a cluster, are forgotten soon. V8 would let the part of its memory that is for such things grow to 100 MB; with a small
 * one, work takes about as long. It reads this flag each time that it might let it grow.
 */
export const keepYoungMemorySmall = (): void => setFlagsFromString('--semi-space-growth-factor=1')

/**
 * For looks at large clusters, which take the place of those before. V8 would let its memory grow to three times what is in use before it clears up; a
 * watch of 64 nodes takes half the memory with this.
 */
export function keepMemorySmall(): void {
  keepYoungMemorySmall()
  setFlagsFromString('--heap-growing-percent=50')
}
