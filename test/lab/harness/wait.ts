import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 100

/**
 * Waits until something is so.
 * @param what what is waited for, for the error.
 * @param lacking looks, and tells what is still lacking; undefined when nothing is.
 * @throws Error with what was lacking last, when the limit passes.
 */
export async function waitUntil(what: string, lacking: () => Promise<string | undefined>, limitMs = 60_000): Promise<void> {
  const deadline = Date.now() + limitMs
  for (;;) {
    const lack = await lacking()
    if (lack === undefined) return
    if (Date.now() > deadline) throw new Error(`not within ${limitMs / 1000} s: ${what}; ${lack}`)
    await sleep(POLL_MS)
  }
}
