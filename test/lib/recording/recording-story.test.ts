import { describe, expect, it } from 'vitest'
import { ownersAt } from '../../../src/lib/history/owners.ts'
import { summaryOf } from '../../../src/lib/history/summary.ts'
import { RecordingStory } from '../../../src/lib/recording/recording-story.ts'
import { RecordingWriter } from '../../../src/lib/recording/writer.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import type { Observation } from '../../../src/lib/watch/observation.ts'
import { summaryText } from '../../../src/ui/history/text.ts'
import { healthyCluster } from '../../support/audit-cluster.ts'
import { ABOUT } from '../../support/recorded-world.ts'
import { at, flagged, given } from '../../support/watch.ts'

const cluster = healthyCluster()
const [first = { address: '' }] = cluster.nodes[0]?.known ?? []
const ADDRESS = first.address
const on = (pnn: number) => given(cluster, ADDRESS, pnn)

const seen = (second: number, snapshot: Snapshot): Observation => ({
  kind: 'seen',
  atMs: at(second),
  beganMs: at(second),
  snapshot,
  heard: [0, 1, 2],
  everyMs: 2_000,
})

/** The lines of a recording. */
function recorded(id: string, ...observations: readonly Observation[]): string[] {
  const writer = new RecordingWriter({ ...ABOUT, id })
  return [writer.header(observations[0]?.atMs ?? 0), ...observations.map((each) => writer.line(each))]
}

function told(...lines: readonly string[]) {
  const story = new RecordingStory()
  for (const line of lines) story.read(line)
  const history = story.end()
  const owner = (second: number) => ownersAt(history.owners, at(second)).find(({ address }) => address === ADDRESS)
  return { history, texts: history.entries.map(({ text }) => text), owner }
}

describe('the history of a recording', () => {
  it('has the entries of the watch, and who owned what when', () => {
    const { history, texts, owner } = told(...recorded('a', seen(0, on(0)), seen(2, on(0)), seen(4, on(1)), seen(6, on(1))))
    expect(texts).toEqual([expect.stringMatching(/^watching 3 nodes/), `${ADDRESS} moved from node 0 to node 1`])
    expect(history).toMatchObject({ fromMs: at(0), toMs: at(6), nodes: [{ pnn: 0 }, { pnn: 1 }, { pnn: 2 }] })
    expect(owner(3)).toEqual({ address: ADDRESS, owner: 0, sinceMs: undefined })
    expect(owner(5)).toEqual({ address: ADDRESS, owner: 1, sinceMs: at(4) })
    expect([owner(-1)?.owner, owner(7)?.owner]).toEqual([undefined, undefined])
  })

  it('counts how long a node could not host addresses, from the beginning on', () => {
    const { history } = told(...recorded('a', seen(0, flagged(cluster, 1, 4)), seen(2, flagged(cluster, 1, 4)), seen(4, cluster)))
    expect(summaryOf(history).nodes).toMatchObject([
      { unfitMs: 0 },
      { unfitMs: 4_000, scriptFailures: undefined },
      { unfitMs: 0 },
    ])
  })

  it('knows nothing of the time between two recordings, and says what has changed meanwhile', () => {
    const { history, texts, owner } = told(
      ...recorded('a', seen(0, on(0)), seen(2, on(0))),
      ...recorded('b', { kind: 'told', atMs: at(99), pnn: 1, event: 'RECONFIGURE' }, seen(100, on(1)), seen(102, on(1))),
    )
    expect(texts.filter((text) => text.startsWith('watching'))).toHaveLength(1)
    expect(texts).toContain(`${ADDRESS} moved from node 0 to node 1`)
    expect(texts.join('\n')).toMatch(/^no sample for .*, though one is due every 2.0 s/m)
    expect([owner(1)?.owner, owner(50)?.owner, owner(101)]).toEqual([
      0,
      undefined,
      { address: ADDRESS, owner: 1, sinceMs: undefined },
    ])
    expect(history.entries.map(({ id }) => id)).toEqual(history.entries.map((_, index) => index + 1))
  })

  it('does not mix clusters', () => {
    const other: Snapshot = {
      ...cluster,
      nodeMap: cluster.nodeMap.map((node, index) => ({ ...node, address: `172.16.9.${index}` })),
    }
    const { texts } = told(...recorded('a', seen(0, on(0))), ...recorded('b', seen(100, given(other, ADDRESS, 1))))
    expect(texts).toHaveLength(2)
    expect(texts[1]).toMatch(/^watching/)
  })

  it('goes on from file to file of one recording', () => {
    const writer = new RecordingWriter(ABOUT)
    const file = (...observations: readonly Observation[]) => [writer.header(0), ...observations.map((each) => writer.line(each))]
    const lines = [...file(seen(0, on(0)), seen(2, on(0))), ...file(seen(4, on(1)), seen(6, on(1)))]
    const { texts, owner } = told(...lines)
    expect(texts).toEqual([expect.stringMatching(/^watching/), `${ADDRESS} moved from node 0 to node 1`])
    expect(owner(5)?.sinceMs).toBe(at(4))
  })

  it('shows in numbers for how much of the time the owner is not known', () => {
    const summary = (...lines: readonly string[]) => summaryOf(told(...lines).history)
    const gap = summary(...recorded('a', seen(0, on(0)), seen(1, on(0))), ...recorded('b', seen(98, on(1)), seen(100, on(1))))
    const [address] = gap.addresses
    expect(address?.shares.map(({ share }) => Math.round(share * 100))).toEqual([1, 2])
    expect(Math.round((address?.unknownShare ?? 0) * 100)).toBe(97)
    expect(summaryText(gap)).toContain('node 0: 1 %, node 1: 2 %, not known: 97 %')
    const twice = summary(...recorded('a', seen(10, on(0)), seen(20, on(0)), seen(10, on(1)), seen(20, on(1))))
    const shares = twice.addresses[0]?.shares.map(({ share }) => Math.round(share * 100))
    expect(shares).toEqual([50, 50])
    expect(summaryText(twice)).not.toContain('not known')
  })

  it('says that the clock was set back, and gives no durations across that', () => {
    const disabled = flagged(cluster, 1, 4)
    const before = [seen(7_200, cluster), seen(7_202, disabled), seen(7_204, disabled)]
    const { history, texts, owner } = told(...recorded('a', ...before, seen(6, disabled), seen(8, cluster)))
    expect(texts.slice(2)).toEqual([
      'the clock of the machine that records was set back by at least 1 h 59 min',
      expect.stringMatching(/^watching 3 nodes/),
      'node 1 became OK; it was DISABLED',
    ])
    expect(history).toMatchObject({ fromMs: at(6), toMs: at(7_204) })
    expect(summaryOf(history).nodes[1]?.unfitMs).toBe(4_000)
    expect([owner(7)?.owner, owner(9)?.owner, owner(7_203)?.owner]).toEqual([2, undefined, 2])
    const last = told(...recorded('a', ...before, { kind: 'sighted', atMs: at(6), what: 'daemon' })).history
    expect(last.nodes.map(({ pnn }) => pnn)).toEqual([0, 1, 2])
  })

  it('does not know the owner at a moment that is there twice, with another one', () => {
    const { owner } = told(
      ...recorded('a', ...[10, 12, 14].map((second) => seen(second, on(0))), seen(8, on(1)), seen(12, on(1))),
    )
    expect([9, 11, 13].map((second) => owner(second)?.owner)).toEqual([1, undefined, 0])
  })

  it('is empty where there is no sample', () => {
    const { history } = told('garbage', ...recorded('a', { kind: 'sighted', atMs: 5, what: 'daemon' }))
    expect(history).toMatchObject({ entries: [], fromMs: undefined, toMs: undefined, nodes: [] })
  })
})
