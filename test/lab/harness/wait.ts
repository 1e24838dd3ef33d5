import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 100

/**
 * Waits until a condition holds.
 * @param what the condition, for the error message.
 * @param lacking checks the condition, and returns what is still missing; undefined if it holds.
 * @throws Error at the time limit, with what was missing last.
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
