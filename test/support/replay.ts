import { ReplayIndex } from '../../src/lib/recording/replay-index.ts'
import { SampleLines } from '../../src/lib/recording/sample-lines.ts'

/** The index of a recording. The offset of a line is its number. @param isWhole whether nothing more will come. */
export function indexOf(lines: readonly string[], isWhole = true): ReplayIndex {
  const index = new ReplayIndex()
  for (const [offset, text] of lines.entries()) index.read(text, { file: 0, offset, length: text.length })
  if (isWhole) index.story.end()
  return index
}

/** What is shown at a moment, from the lines of the samples. */
export function shownAt(index: ReplayIndex, moment: number, lines: readonly string[]) {
  const sample = index.sampleAt(moment)
  const places = index.placesOf(index.wholeBefore(sample), sample)
  const reader = new SampleLines()
  const [sight] = places.map(({ offset }) => reader.read(lines[offset] ?? '')).slice(-1)
  if (!sight) throw new Error(`no sample at the moment ${moment}`)
  return { state: index.stateAt(moment, sight), timeline: index.timeline(moment, Number.POSITIVE_INFINITY) }
}
