import { expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import type { TimelineEntry } from '../../../src/lib/watch/timeline.ts'
import { SmallWorld } from '../../support/sim-world.ts'
import { WatchedWorld } from '../../support/watched-world.ts'

const LOST = '172.16.146.133'

/** A cluster like that of the seed article, where the node that has .133 does not lead; looked at once, and then twice a second. */
function watched() {
  for (let seed = 1; ; seed++) {
    const small = new SmallWorld({ seed }).comeUp()
    const [holder = -1] = small.holdersOf(LOST)
    if (holder !== small.leader.pnn) return { watch: new WatchedWorld(small), small, holder }
  }
}

const aboutIt = (timeline: readonly TimelineEntry[]) => timeline.filter(({ addresses }) => addresses.includes(LOST))

it('the story of the seed article: an address is wiped, missed, found, and back', () => {
  const { watch, small, holder } = watched()
  watch.look()
  expect(watch.timeline.map(({ text }) => text)).toEqual([
    `watching 3 nodes and 3 addresses; node ${small.leader.pnn} is the leader`,
  ])
  expect(watch.address(LOST)).toMatchObject({ owner: holder, kernel: 'held', sinceMs: null, awaySinceMs: null })

  small.do(`restart-network ${holder}`)
  const wipedMs = watch.nowMs
  const samples = [watch.look()].flatMap((each) => each ?? [])
  expect(watch.address(LOST)).toMatchObject({ owner: holder, kernel: 'missing', awaySinceMs: wipedMs })
  watch.pass(200)
  samples.push(...[watch.look()].flatMap((each) => each ?? []))
  const observed = watch.observe({ kind: 'audited', atMs: watch.nowMs, report: auditSamples(samples) })
  expect(observed.some(({ what, check }) => what === 'appeared' && check === 'ip-missing')).toBe(true)
  watch.pass(5_000)
  const back = watch.happened.find(({ event, address }) => event === 'TAKE_IP' && address === LOST)
  const good = [watch.look(), watch.look()].flatMap((each) => each ?? [])
  watch.observe({ kind: 'audited', atMs: watch.nowMs, report: auditSamples(good) })

  const away = (back?.atMs ?? 0) - wipedMs
  expect(aboutIt(watch.timeline)).toMatchObject([
    {
      kind: 'kernel',
      what: 'missing',
      atMs: wipedMs,
      text: `${LOST} is missing in the kernel of node ${holder}, which owns it`,
      tone: 'error',
    },
    { kind: 'finding', what: 'appeared', check: 'ip-missing' },
    {
      kind: 'address',
      what: 'taken',
      atMs: back?.atMs,
      text: `node ${holder} took ${LOST} again`,
      from: holder,
      to: holder,
      cause: `it was missing in the kernel of node ${holder}; a takeover run put it back`,
      awayMs: away,
    },
    { kind: 'finding', what: 'cleared', check: 'ip-missing' },
  ])
  expect(watch.address(LOST)).toMatchObject({ owner: holder, kernel: 'held', awaySinceMs: null })
})

it('is reported with the takeover run that restores the address, and its cause', () => {
  const { watch, small, holder } = watched()
  watch.look()
  watch.observe({
    kind: 'done',
    atMs: watch.nowMs,
    text: `restart-network ${holder}`,
    isFault: true,
    pnns: [holder],
    addresses: [],
  })
  small.do(`restart-network ${holder}`)
  watch.look()
  watch.pass(5_000)
  expect(watch.timeline.slice(1)).toMatchObject([
    { kind: 'action', text: `restart-network ${holder}` },
    { kind: 'kernel', what: 'missing' },
    { kind: 'takeover-run', what: 'started', cause: `${LOST} was missing in the kernel of node ${holder}` },
    { kind: 'address', what: 'taken', text: `node ${holder} took ${LOST} again` },
    { kind: 'takeover-run', what: 'finished' },
  ])
})

it('is reported even when only one poll has seen it', () => {
  const { watch, small, holder } = watched()
  watch.look()
  small.do(`restart-network ${holder}`)
  watch.look()
  expect(aboutIt(watch.timeline)).toEqual([])
  watch.pass(5_000)
  watch.look()
  expect(aboutIt(watch.timeline).map(({ what }) => what)).toEqual(['missing', 'taken'])
})

it('is reported by the event alone when no poll has seen it', () => {
  const { watch, small, holder } = watched()
  watch.look()
  watch.pass(3_000)
  small.do(`restart-network ${holder}`)
  watch.pass(5_000)
  watch.look()
  expect(aboutIt(watch.timeline)).toMatchObject([
    {
      text: `node ${holder} took ${LOST} again`,
      cause: `it was missing in the kernel of node ${holder}; a takeover run put it back`,
    },
  ])
})
