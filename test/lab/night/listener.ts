import { setTimeout as sleep } from 'node:timers/promises'
import { CtdbtsError } from '../../../src/lib/errors.ts'
import { messages } from '../../../src/lib/wire/messages.ts'
import { connectUnix } from '../../../src/transport/local/socket.ts'
import type { Truth } from '../../support/night-judge.ts'
import type { Lab } from '../harness/lab.ts'
import { waitUntil } from '../harness/wait.ts'

const RETRY_MS = 50
const TICK_MS = 10

/** Hears from the daemon of every node which addresses it takes and releases; connects again when a daemon is gone. */
export class Listener {
  /** In order of arrival. */
  readonly heard: Truth[] = []
  private readonly lab: Lab
  private readonly ending = new AbortController()
  /** The last two times at which this process was not busy. */
  private ticks: readonly [earlier: number, last: number] = [Date.now(), Date.now()]
  private readonly followed: readonly Promise<void>[]
  private readonly ticking: Promise<void>

  private constructor(lab: Lab) {
    this.lab = lab
    this.ticking = this.tick()
    this.followed = lab.pnns.map((pnn) => this.follow(pnn))
  }

  /** Begins to listen; resolves when no message is missed any more. */
  static async start(lab: Lab): Promise<Listener> {
    const listener = new Listener(lab)
    await waitUntil('all daemons are listened to', async () => {
      const deaf = lab.pnns.filter((pnn) => !listener.heard.some(({ node }) => node === pnn))
      return deaf.length === 0 ? undefined : `not those of ${deaf.join()}`
    })
    return listener
  }

  async stop(): Promise<void> {
    this.ending.abort()
    await Promise.all(this.followed)
    await this.ticking
  }

  /** Notes when this process comes to its timers, which shows how late it may notice a message. */
  private async tick(): Promise<void> {
    while (!this.ending.signal.aborted) {
      await sleep(TICK_MS)
      this.ticks = [this.ticks[1], Date.now()]
    }
  }

  private async follow(pnn: number): Promise<void> {
    const { signal } = this.ending
    while (!signal.aborted) {
      await this.listen(pnn, signal).catch((error: unknown) => {
        if (!(error instanceof CtdbtsError)) throw error
      })
      await sleep(RETRY_MS)
    }
  }

  /** Listens to a daemon until it is gone. */
  private async listen(pnn: number, signal: AbortSignal): Promise<void> {
    using client = await connectUnix(this.lab.socketPath(pnn), { timeoutMs: 60_000 })
    const note = (event: string, address?: string) => {
      const at = Date.now()
      // The message may have come any time since the tick before the last: sockets may be served after timers.
      this.heard.push({ at, lateMs: at - this.ticks[0], node: pnn, event, ...(address !== undefined && { address }) })
    }
    await client.subscribe(messages.takeIp, { onMessage: ({ data }) => note('take', data) })
    await client.subscribe(messages.releaseIp, { onMessage: ({ data }) => note('release', data) })
    note('connected')
    const over = AbortSignal.any([client.ended, signal])
    await new Promise((resolve) => over.addEventListener('abort', resolve, { once: true }))
    note('lost')
  }
}
