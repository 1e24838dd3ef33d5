import { type Pnn, UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import type { Observation, ToldEvent } from '../../lib/watch/observation.ts'
import type { ValueOf } from '../../lib/wire/codec.ts'
import { type MessageKind, messages } from '../../lib/wire/messages.ts'
import type { disableRequest, takeoverRunRequest } from '../../lib/wire/structs.ts'
import type { CtdbClient } from '../../transport/client/client.ts'
import type { Subscription } from '../../transport/client/subscription.ts'

/** Leader broadcasts arrive about every second (4.16 on). */
const SILENCE_MS = 2_500
/** On a busy machine they may be late. A daemon itself gives a leader 5 s (`leader timeout` in ctdb.conf) before it calls an election. */
const LEADER_TIMEOUT_MS = 6_000
/** Older broadcasts are forgotten, as a listener may run for weeks. */
export const MEMORY_MS = 60_000

/** A broadcast of a daemon: an address was taken or released, a takeover run or a recovery ended. */
export interface Activity {
  /** The daemon that sent it. */
  readonly pnn: Pnn
  readonly event: ToldEvent
  /** Only in TAKE_IP and RELEASE_IP. */
  readonly address?: string
  /** Milliseconds since 1970. */
  readonly atMs: number
}

/** What a listener receives: an activity or, about every second, a leader broadcast. */
export type Broadcast = Extract<Observation, { readonly kind: 'told' | 'leader' }>

/**
 * Listens to the broadcasts of one daemon. They are the only source for anything that starts and ends between two samples.
 */
export class Listener implements Disposable {
  private readonly pnn: Pnn
  private readonly onBroadcast: ((broadcast: Broadcast) => void) | undefined
  private readonly subscriptions: Subscription<unknown>[] = []
  private readonly leaders: { readonly pnn: Pnn; readonly atMs: number }[] = []
  private readonly activities: Activity[] = []
  private readonly firstLeader = Promise.withResolvers<void>()
  private readonly silence: NodeJS.Timeout
  private hasWaited = false

  private constructor(pnn: Pnn, onBroadcast: ((broadcast: Broadcast) => void) | undefined) {
    this.pnn = pnn
    this.onBroadcast = onBroadcast
    this.silence = setTimeout(() => this.endWaiting(), SILENCE_MS)
  }

  /**
   * @param onBroadcast called with each broadcast at once, in order of arrival.
   * @throws as `CtdbClient.subscribe`.
   */
  static async start(client: CtdbClient, pnn: Pnn, onBroadcast?: (broadcast: Broadcast) => void): Promise<Listener> {
    const listener = new Listener(pnn, onBroadcast)
    const subscribe = async <D>(kind: MessageKind<D>, note: (data: D) => void) => {
      const subscription = await client.subscribe(kind, { onMessage: ({ data }) => note(data) })
      listener.subscriptions.push(subscription as Subscription<unknown>)
    }
    const noteAddress = (event: 'TAKE_IP' | 'RELEASE_IP') => (address: string) => listener.note(event, address)
    const noteEvent = (event: ToldEvent) => () => listener.note(event)
    try {
      await Promise.all([
        subscribe(messages.leader, (leader) => listener.noteLeader(leader)),
        subscribe(messages.takeIp, noteAddress('TAKE_IP')),
        subscribe(messages.releaseIp, noteAddress('RELEASE_IP')),
        subscribe(messages.ipReallocated, noteEvent('IPREALLOCATED')),
        subscribe(messages.startIpReallocate, noteEvent('START_IPREALLOCATE')),
        subscribe(messages.reconfigure, noteEvent('RECONFIGURE')),
        subscribe(messages.disableTakeoverRuns, (request) => listener.noteDisabledRuns(request)),
        subscribe(messages.takeoverRun, (request) => listener.noteRunRequest(request)),
      ])
    } catch (error) {
      listener[Symbol.dispose]()
      throw error
    }
    return listener
  }

  /** The leaders announced recently, the latest last. Waits until a first announcement should have arrived. */
  async recentLeaders(): Promise<Pnn[]> {
    await this.firstLeader.promise
    return this.latestLeaders()
  }

  /** The same without waiting; undefined while it is too early to conclude that there is no leader. */
  currentLeaders(): Pnn[] | undefined {
    const leaders = this.latestLeaders()
    return leaders.length > 0 || this.hasWaited ? leaders : undefined
  }

  /** The activities since then, at most those of the last minute. */
  activitySince(atMs: number): Activity[] {
    return this.activities.filter((activity) => activity.atMs >= atMs)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.silence)
    this.firstLeader.resolve()
    for (const subscription of this.subscriptions) subscription.close()
  }

  /** Those of the last moments; if there was none, the last one, unless its time is up. */
  private latestLeaders(): Pnn[] {
    const nowMs = Date.now()
    const recent = this.leadersSince(nowMs - SILENCE_MS)
    return recent.length > 0 ? recent : this.leadersSince(nowMs - LEADER_TIMEOUT_MS).slice(-1)
  }

  private leadersSince(sinceMs: number): Pnn[] {
    const announced = this.leaders.filter(({ atMs }) => atMs >= sinceMs).map(({ pnn }) => pnn)
    return announced.filter((pnn, index) => announced.lastIndexOf(pnn) === index)
  }

  private noteLeader(leader: number): void {
    const atMs = Date.now()
    // UNKNOWN_PNN announces that there is no leader.
    const pnn = leader === UNKNOWN_PNN ? null : leader
    if (pnn !== null) {
      this.leaders.push({ pnn, atMs })
      forgetBefore(this.leaders, atMs - MEMORY_MS)
      this.endWaiting()
    }
    this.onBroadcast?.({ kind: 'leader', atMs, pnn, toldBy: this.pnn })
  }

  private endWaiting(): void {
    this.hasWaited = true
    this.firstLeader.resolve()
  }

  /** Not an activity: runs may be disabled for a long time while nothing moves. */
  private noteDisabledRuns({ pnn: by, replySrvid, timeoutSeconds: seconds }: ValueOf<typeof disableRequest>): void {
    const request = { event: 'DISABLE_TAKEOVER_RUNS', by, seconds, wantsAnswer: replySrvid !== 0n } as const
    this.onBroadcast?.({ kind: 'told', atMs: Date.now(), pnn: this.pnn, ...request })
  }

  /** Not an activity: it asks for one. */
  private noteRunRequest({ pnn: by, replySrvid }: ValueOf<typeof takeoverRunRequest>): void {
    const wantsAnswer = replySrvid !== 0n
    this.onBroadcast?.({ kind: 'told', atMs: Date.now(), pnn: this.pnn, event: 'TAKEOVER_RUN', by, wantsAnswer })
  }

  private note(event: ToldEvent, address?: string): void {
    const activity: Activity = { pnn: this.pnn, event, atMs: Date.now(), ...(address !== undefined && { address }) }
    this.activities.push(activity)
    forgetBefore(this.activities, activity.atMs - MEMORY_MS)
    this.onBroadcast?.({ kind: 'told', ...activity })
  }
}

/** Removes entries of an earlier time from a list in order of time. */
function forgetBefore(list: { readonly atMs: number }[], atMs: number): void {
  const kept = list.findIndex((entry) => entry.atMs >= atMs)
  if (kept > 0) list.splice(0, kept)
}
