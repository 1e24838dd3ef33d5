import { describe, expect, it } from 'vitest'
import { Coverage } from '../../../../src/lib/recording/coverage.ts'
import { placeOf, seenSpans, unseenOf } from '../../../../src/lib/recording/with-logs/span.ts'

const CLOCK = { file: 'x', heardMs: new Map(), seen: [], offsetMs: 0, uncertaintyMs: undefined, pairs: 0 }

function spansOf(...times: readonly (readonly [number, number])[]) {
  const coverage = new Coverage()
  for (const [fromMs, toMs] of times) {
    coverage.begin(fromMs, CLOCK)
    coverage.see([], toMs)
    coverage.end()
  }
  return seenSpans(coverage.segments, 0)
}

describe('what a log tells', () => {
  it('is only perhaps in a recording, if no sample was taken since', () => {
    const coverage = new Coverage()
    for (const atMs of [0, 60_000]) coverage.begin(atMs, CLOCK)
    coverage.see([], 110_000)
    coverage.end()
    const spans = seenSpans(coverage.segments, 0)
    const places = [30_000, 70_000, 300_000].map((ms) => placeOf({ atMs: ms, endMs: ms }, spans))
    expect(places).toEqual(['seen', 'edge', 'unseen'])
  })
})

describe('a time of which a recorder saw a part', () => {
  it.each([
    ['all of it', [], 100],
    [
      'what is before, between and after',
      [
        [10, 20],
        [30, 40],
      ],
      80,
    ],
    [
      'nothing of what was seen twice, as the clock was set back',
      [
        [0, 60],
        [40, 100],
      ],
      0,
    ],
    [
      'a part in a part once',
      [
        [0, 90],
        [10, 20],
      ],
      10,
    ],
    [
      'what is beside it',
      [
        [-50, -10],
        [200, 300],
      ],
      100,
    ],
  ] as const)('has so much that was not seen: %s', (_, times, unseenMs) => {
    expect(unseenOf([0, 100], spansOf(...times))).toBe(unseenMs)
  })
})
