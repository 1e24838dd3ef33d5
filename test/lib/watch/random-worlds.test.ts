import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { Random } from '../../../src/sim/world/random.ts'
import { drawCluster, drawFault, endsOf } from '../../sim/seeds/draw.ts'
import { SmallWorld } from '../../support/sim-world.ts'
import { type Happened, WatchedWorld } from '../../support/watched-world.ts'
import { replay } from './replay.ts'

/** WATCH_SEEDS=N takes so many; WATCH_SEED=S only that one. */
const only = process.env.WATCH_SEED === undefined ? undefined : Number(process.env.WATCH_SEED)
const count = Number(process.env.WATCH_SEEDS ?? 40)
/** Each has shown a bug that few others do. */
const HARD = [193, 816, 938, 1340]
const seeds = only === undefined ? [...new Set([...Array.from({ length: count }, (_, index) => index + 1), ...HARD])] : [only]

/** Does things to a cluster, and looks at it now and then. */
function watchedFaults(seed: number, drawLine: (random: Random, small: SmallWorld) => string) {
  const random = new Random(seed)
  const { layout, era, tunables, partiallyOnline } = drawCluster(random)
  const small = new SmallWorld({ layout, era, seed, tunables, partiallyOnline })
  small.world.start()
  small.world.settle(120_000)
  small.pass(10)
  const watch = new WatchedWorld(small, random)
  const lookSomehow = () => watch.look({ spreadMs: random.pick([0, 20, 300]), kernels: random.percent(80) })
  watch.look()
  const first = new Map(watch.tracker.state.addresses.map(({ address, owner }) => [address, owner]))
  const told = watch.timeline.length
  for (let faults = random.between(1, 8); faults > 0; faults--) {
    small.do(drawLine(random, small))
    for (let looks = random.between(0, 4); looks >= 0; looks--) {
      watch.pass(random.percent(50) ? random.between(0, 300) : random.between(0, 6_000))
      lookSomehow()
    }
  }
  return { watch, small, random, first, told }
}

/** What lasts, and then time for it to settle. */
function comeToRest({ small, watch }: Pick<ReturnType<typeof watchedFaults>, 'small' | 'watch'>): void {
  for (const line of endsOf(small.world)) small.do(line)
  watch.pass(60_000)
  watch.hearAll()
  for (let looks = 0; looks < 3; looks++) {
    watch.look()
    watch.pass(10)
  }
}

const deedsByNode = (deeds: readonly Pick<Happened, 'event' | 'pnn' | 'address'>[]): Map<string, string[]> => {
  const lists = new Map<string, string[]>()
  for (const { event, pnn, address } of deeds) {
    const key = `${address} on node ${pnn}`
    lists.set(key, [...(lists.get(key) ?? []), event])
  }
  return lists
}

/** Whether all of the first are in the second, in their order. */
function isSubsequence(these: readonly string[], those: readonly string[]): boolean {
  let at = 0
  for (const each of those) if (each === these[at]) at += 1
  return at === these.length
}

function checkOwners({ small, watch, first, told }: ReturnType<typeof watchedFaults>): void {
  const { state } = watch.tracker
  // With nobody to ask, the story is what it was.
  const isBlind = small.world.nodes.every(({ answers }) => !answers)
  const { owners } = replay(watch.timeline.slice(told), first)
  for (const { address, owner, claims } of state.addresses) {
    const claimed = small.world.nodes
      .filter(({ daemon, answers }) => answers && daemon?.publicIps.known().some((ip) => ip.address.address === address))
      .filter(({ pnn }) => small.believedOwner(pnn, address) === pnn)
      .map(({ pnn }) => pnn)
    const asked = state.snapshot?.nodes.filter(({ known }) => known).map(({ pnn }) => pnn) ?? []
    // A node of which nothing is known is taken to claim what it last did.
    const known = claims.filter((pnn) => !state.nodes.some((node) => node.pnn === pnn && node.isOutOfSight))
    if (!isBlind) expect(known, address).toEqual(claimed.filter((pnn) => asked.includes(pnn)))
    expect(owners.get(address) ?? null, `the timeline's owner of ${address}`).toBe(owner)
    if (claims.length === 0) expect(owner, address).toBe(null)
    else expect(claims, address).toContain(owner)
  }
}

function checkEntries({ watch, first, told }: ReturnType<typeof watchedFaults>): void {
  const { timeline, happened } = watch
  expect(timeline.map(({ id }) => id)).toEqual(timeline.map((_, index) => index + 1))
  const texts = timeline.map(({ atMs, kind, text }) => `${atMs} ${kind} ${text}`)
  expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([])
  const deeds = deedsByNode(replay(timeline.slice(told), first).deeds)
  for (const [key, events] of deedsByNode(happened)) {
    expect(isSubsequence(events, deeds.get(key) ?? []), `${key}: ${events.join()} in ${deeds.get(key)?.join()}`).toBe(true)
  }
}

/** What lets addresses go only by releases, of which the node tells. */
function drawChange(random: Random, small: SmallWorld): string {
  const { pnn, daemon } = random.pick(small.world.nodes)
  const flags = daemon?.ownFlags ?? 0
  return random.pick([
    'run',
    (flags & NODE_FLAG.DISABLED) === 0 ? `disable ${pnn}` : `enable ${pnn}`,
    (flags & NODE_FLAG.STOPPED) === 0 ? `stop ${pnn}` : `continue ${pnn}`,
    `link ${pnn} ${random.pick(['bond0', 'bond1'])} ${random.pick(['up', 'down'])}`,
    `ban ${pnn} ${random.between(1, 10)}`,
  ])
}

describe('the timeline of a random cluster', () => {
  it.each(seeds)('has only the moves where addresses move only as ordered (seed %i)', (seed) => {
    const watched = watchedFaults(seed, drawChange)
    comeToRest(watched)
    checkEntries(watched)
    checkOwners(watched)
    const { watch, first, told } = watched
    expect(deedsByNode(replay(watch.timeline.slice(told), first).deeds)).toEqual(deedsByNode(watch.happened))
  })

  it.each(seeds)('has every takeover and release, whatever happens, and the state is right in the end (seed %i)', (seed) => {
    const watched = watchedFaults(seed, (random, small) => drawFault(random, small.world))
    comeToRest(watched)
    checkEntries(watched)
    checkOwners(watched)
  })
})
