import { once } from 'node:events'
import { outputLost } from './output.ts'

const CHUNK_LENGTH = 1 << 16

/** Writes to standard output. @returns what to wait for before more is written, if anything; it never rejects. */
export function written(data: string | Uint8Array): Promise<void> | undefined {
  return process.stdout.write(data) ? undefined : taken()
}

async function taken(): Promise<void> {
  const over = new AbortController()
  await Promise.race([once(process.stdout, 'drain', { signal: over.signal }).catch(() => {}), outputLost])
  over.abort()
}

/**
 * Collects text and writes it to standard output in large pieces, each when the one before it was taken. So a slow reader slows down
 * whoever writes, and nothing piles up in memory.
 */
export class SteadyOutput {
  private waiting = ''

  /** @returns what to wait for before more is written, if anything: for most of many small texts that is nothing. */
  write(text: string): Promise<void> | undefined {
    this.waiting += text
    return this.waiting.length >= CHUNK_LENGTH ? this.flush() : undefined
  }

  /** Writes what has been collected. */
  async flush(): Promise<void> {
    const text = this.waiting
    this.waiting = ''
    await written(text)
  }
}
