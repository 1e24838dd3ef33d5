import { once } from 'node:events'
import { outputLost } from './output.ts'

const CHUNK_LENGTH = 1 << 16

/**
 * Collects text and writes it to standard output in large pieces, each when the one before it was taken. So a slow reader slows down
 * whoever writes, and nothing piles up in memory.
 */
export class SteadyOutput {
  private waiting: string[] = []
  private length = 0

  async write(text: string): Promise<void> {
    this.waiting.push(text)
    this.length += text.length
    if (this.length >= CHUNK_LENGTH) await this.flush()
  }

  /** Writes what has been collected. */
  async flush(): Promise<void> {
    const text = this.waiting.join('')
    this.waiting = []
    this.length = 0
    if (process.stdout.write(text)) return
    const taken = new AbortController()
    await Promise.race([once(process.stdout, 'drain', { signal: taken.signal }).catch(() => {}), outputLost])
    taken.abort()
  }
}
