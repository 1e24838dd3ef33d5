import { type Pnn, UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import type { Observation, ToldEvent } from '../../lib/watch/observation.ts'
import type { CtdbClient } from '../client.ts'
import type { Subscription } from '../subscription.ts'
import type { ValueOf } from '../wire/codec.ts'
import { type MessageKind, messages } from '../wire/messages.ts'
import type { disableRequest } from '../wire/structs.ts'

/** The leader is heard of about every second (4.16 on). */
const SILENCE_MS = 2_500
/** What was told longer ago is forgotten: a cluster may be listened to for weeks. */
export const MEMORY_MS = 60_000

/** Something that a daemon told of: an address came or went, a takeover run or a recovery ended. */
export interface Activity {
  /** The daemon that told. */
  readonly pnn: Pnn
  readonly event: ToldEvent
  /** Of TAKE_IP and RELEASE_IP. */
  readonly address?: string
  /** Milliseconds since 1970. */
  readonly atMs: number
}

/** What is heard of a daemon: an activity, or, about every second, who says that he leads. */
export type Heard = Extract<Observation, { readonly kind: 'told' | 'leader' }>

/**
 * Listens to what one daemon tells its clients. What happens between two looks at a cluster, and is over at the second, is known from here
 * only.
 */
export class Listener implements Disposable {
  private readonly pnn: Pnn
  private readonly onHeard: ((heard: Heard) => void) | undefined
  private readonly subscriptions: Subscription<unknown>[] = []
  private readonly leaders: { readonly pnn: Pnn; readonly atMs: number }[] = []
  private readonly activities: Activity[] = []
  private readonly firstLeader = Promise.withResolvers<void>()
  private readonly silence: NodeJS.Timeout
  private hasWaited = false

  private constructor(pnn: Pnn, onHeard: ((heard: Heard) => void) | undefined) {
    this.pnn = pnn
    this.onHeard = onHeard
    this.silence = setTimeout(() => this.endWaiting(), SILENCE_MS)
  }

  /**
   * @param onHeard told at once of all that is heard, in the order in which it comes.
   * @throws as `CtdbClient.subscribe`.
   */
  static async start(client: CtdbClient, pnn: Pnn, onHeard?: (heard: Heard) => void): Promise<Listener> {
    const listener = new Listener(pnn, onHeard)
    const follow = async <D>(kind: MessageKind<D>, note: (data: D) => void) => {
      const subscription = await client.subscribe(kind, { onMessage: ({ data }) => note(data) })
      listener.subscriptions.push(subscription as Subscription<unknown>)
    }
    const address = (event: 'TAKE_IP' | 'RELEASE_IP') => (address: string) => listener.note(event, address)
    const all = (event: ToldEvent) => () => listener.note(event)
    try {
      await Promise.all([
        follow(messages.leader, (leader) => listener.noteLeader(leader)),
        follow(messages.takeIp, address('TAKE_IP')),
        follow(messages.releaseIp, address('RELEASE_IP')),
        follow(messages.ipReallocated, all('IPREALLOCATED')),
        follow(messages.startIpReallocate, all('START_IPREALLOCATE')),
        follow(messages.reconfigure, all('RECONFIGURE')),
        follow(messages.disableTakeoverRuns, (request) => listener.noteDisabling(request)),
      ])
    } catch (error) {
      listener[Symbol.dispose]()
      throw error
    }
    return listener
  }

  /** Those who have said of late that they lead, the latest last; after as long as the first of them should take. */
  async leadersOfLate(): Promise<Pnn[]> {
    await this.firstLeader.promise
    return this.leadersSince(Date.now() - SILENCE_MS)
  }

  /** The same as it is at this moment; undefined where it is too early to say that nobody does. */
  leadersSoFar(): Pnn[] | undefined {
    const leaders = this.leadersSince(Date.now() - SILENCE_MS)
    return leaders.length > 0 || this.hasWaited ? leaders : undefined
  }

  /** All that was told since then, but no more than of the last minute. */
  activitySince(atMs: number): Activity[] {
    return this.activities.filter((activity) => activity.atMs >= atMs)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.silence)
    this.firstLeader.resolve()
    for (const subscription of this.subscriptions) subscription.close()
  }

  private leadersSince(sinceMs: number): Pnn[] {
    const heard = this.leaders.filter(({ atMs }) => atMs >= sinceMs).map(({ pnn }) => pnn)
    return heard.filter((pnn, index) => heard.lastIndexOf(pnn) === index)
  }

  private noteLeader(leader: number): void {
    const atMs = Date.now()
    // Who says that nobody leads names no leader.
    const pnn = leader === UNKNOWN_PNN ? null : leader
    if (pnn !== null) {
      this.leaders.push({ pnn, atMs })
      forgetBefore(this.leaders, atMs - MEMORY_MS)
      this.endWaiting()
    }
    this.onHeard?.({ kind: 'leader', atMs, pnn, toldBy: this.pnn })
  }

  private endWaiting(): void {
    this.hasWaited = true
    this.firstLeader.resolve()
  }

  /** It is no activity: runs may be disabled for long while nothing moves. */
  private noteDisabling({ pnn: by, replySrvid, timeoutSeconds: seconds }: ValueOf<typeof disableRequest>): void {
    const request = { event: 'DISABLE_TAKEOVER_RUNS', by, seconds, wantsAnswer: replySrvid !== 0n } as const
    this.onHeard?.({ kind: 'told', atMs: Date.now(), pnn: this.pnn, ...request })
  }

  private note(event: ToldEvent, address?: string): void {
    const activity: Activity = { pnn: this.pnn, event, atMs: Date.now(), ...(address !== undefined && { address }) }
    this.activities.push(activity)
    forgetBefore(this.activities, activity.atMs - MEMORY_MS)
    this.onHeard?.({ kind: 'told', ...activity })
  }
}

/** Of a list that is in the order of time. */
function forgetBefore(list: { readonly atMs: number }[], atMs: number): void {
  const kept = list.findIndex((entry) => entry.atMs >= atMs)
  if (kept > 0) list.splice(0, kept)
}
