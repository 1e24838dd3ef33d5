import { type Pnn, UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import type { CtdbClient } from '../client.ts'
import type { Subscription } from '../subscription.ts'
import { type MessageKind, messages } from '../wire/messages.ts'

/** The leader is heard of about every second (4.16 on). */
const SILENCE_MS = 2_500

/** Something that a daemon told of: an address came or went, a takeover run or a recovery ended. */
export interface Activity {
  /** The daemon that told. */
  readonly pnn: Pnn
  /** `TAKE_IP`, `RELEASE_IP`, `IPREALLOCATED`, `START_IPREALLOCATE`, `RECONFIGURE`. */
  readonly event: string
  /** Of TAKE_IP and RELEASE_IP. */
  readonly address?: string
  /** Milliseconds since 1970. */
  readonly atMs: number
}

/**
 * Listens to what one daemon tells its clients. What happens between two looks at a cluster, and is over at the second, is known from here
 * only.
 */
export class Listener implements Disposable {
  private readonly pnn: Pnn
  private readonly subscriptions: Subscription<unknown>[] = []
  private readonly leaders: { readonly pnn: Pnn; readonly atMs: number }[] = []
  private readonly activities: Activity[] = []
  private readonly firstLeader = Promise.withResolvers<void>()
  private readonly silence: NodeJS.Timeout

  private constructor(pnn: Pnn) {
    this.pnn = pnn
    this.silence = setTimeout(this.firstLeader.resolve, SILENCE_MS)
  }

  /** @throws as `CtdbClient.subscribe`. */
  static async start(client: CtdbClient, pnn: Pnn): Promise<Listener> {
    const listener = new Listener(pnn)
    const follow = async <D>(kind: MessageKind<D>, note: (data: D) => unknown) => {
      listener.read(await client.subscribe(kind), note)
    }
    const { leader, takeIp, releaseIp, ipReallocated, startIpReallocate, reconfigure } = messages
    await Promise.all([
      // Who says that nobody leads names no leader.
      follow(leader, (pnn) => pnn !== UNKNOWN_PNN && listener.noteLeader(pnn)),
      ...[takeIp, releaseIp].map((kind) => follow(kind, (address) => listener.note(kind.name, address))),
      ...[ipReallocated, startIpReallocate, reconfigure].map((kind) => follow(kind, () => listener.note(kind.name))),
    ])
    return listener
  }

  /** Those who have said of late that they lead, the latest last; after as long as the first of them should take. */
  async leadersOfLate(): Promise<Pnn[]> {
    await this.firstLeader.promise
    const sinceMs = Date.now() - SILENCE_MS
    const heard = this.leaders.filter(({ atMs }) => atMs >= sinceMs).map(({ pnn }) => pnn)
    return heard.filter((pnn, index) => heard.lastIndexOf(pnn) === index)
  }

  /** All that was told since then. */
  activitySince(atMs: number): Activity[] {
    return this.activities.filter((activity) => activity.atMs >= atMs)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.silence)
    this.firstLeader.resolve()
    for (const subscription of this.subscriptions) subscription.close()
  }

  private noteLeader(pnn: Pnn): void {
    this.leaders.push({ pnn, atMs: Date.now() })
    this.firstLeader.resolve()
  }

  private note(event: string, address?: string): void {
    this.activities.push({ pnn: this.pnn, event, atMs: Date.now(), ...(address !== undefined && { address }) })
  }

  private read<D>(subscription: Subscription<D>, note: (data: D) => unknown): void {
    this.subscriptions.push(subscription as Subscription<unknown>)
    const readAll = async () => {
      for await (const { data } of subscription) note(data)
    }
    // When the connection ends, whoever asks through it is told.
    readAll().catch(() => {})
  }
}
