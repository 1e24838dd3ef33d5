import { expect, onTestFinished } from 'vitest'
import { KNOWN_SOCKETS } from '../../../src/lib/cluster/paths.ts'
import type { Observation } from '../../../src/lib/watch/observation.ts'
import { Follower, type FollowOptions } from '../../../src/operations/follow/follower.ts'

type Kind = Observation['kind']
type Of<K extends Kind> = Extract<Observation, { readonly kind: K }>

/** A run may take its time on a machine that does other things too. */
const LONG = { timeout: 30_000, interval: 20 }

/** What a follower has observed so far. */
export class Following {
  readonly follower: Follower
  readonly all: Observation[] = []

  constructor(cluster: Partial<FollowOptions['cluster']> & Pick<FollowOptions['cluster'], 'entries'>, intervalMs: number) {
    this.follower = Follower.start({
      cluster: { socketPaths: KNOWN_SOCKETS, timeoutMs: 10_000, ...cluster },
      intervalMs,
      auditEveryMs: 60_000,
      observe: (observation) => this.all.push(observation),
    })
    onTestFinished(() => this.follower.close())
  }

  /** All of one kind that came since so many observations. */
  of<K extends Kind>(kind: K, since = 0): Of<K>[] {
    return this.all.slice(since).filter((each): each is Of<K> => each.kind === kind)
  }

  /** Waits for an observation. @param since how many had come before. */
  async until<K extends Kind>(kind: K, isIt: (observation: Of<K>) => boolean = () => true, since = 0): Promise<Of<K>> {
    const find = () => this.of(kind, since).find(isIt)
    await expect.poll(find, LONG).toBeDefined()
    return find() as Of<K>
  }
}

/** Follows a cluster; resolves after the first look and the first audit, so that nothing is due but at the interval. */
export async function followed(
  cluster: Partial<FollowOptions['cluster']> & Pick<FollowOptions['cluster'], 'entries'>,
  { intervalMs = 60_000 } = {},
): Promise<Following> {
  const following = new Following(cluster, intervalMs)
  await following.follower.firstSample
  await following.until('audited')
  return following
}
