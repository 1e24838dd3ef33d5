import type { Story } from '../../lib/watch/story.ts'
import type { TimelineEntry } from '../../lib/watch/timeline.ts'
import type { Held, Model } from './model.ts'
import { type Result, result } from './result.ts'

const MAX_ENTRIES = 10_000
const MAX_LINES = 2_000

/** Goes on with the story; while nothing moves on the screen, it is only kept. */
export function observe(model: Model, story: Story, entries: readonly TimelineEntry[]): Model {
  const { held } = model
  if (!held) return withStory(model, story, entries)
  const all = joined(held.entries, entries)
  const dropped = held.dropped + Math.max(0, all.length - MAX_ENTRIES)
  const kept = { ...held, story, entries: lastOf(all, MAX_ENTRIES), dropped }
  const isNewLook = story.seenAtMs !== held.story.seenAtMs
  return held.showsNextLook && isNewLook ? showHeld(model, kept) : { ...model, held: kept }
}

/** Adds lines of the daemons' log. */
export function addLines(model: Model, lines: readonly string[]): Model {
  const { held } = model
  if (lines.length === 0) return model
  return held ? { ...model, held: { ...held, lines: lastOf([...held.lines, ...lines], MAX_LINES) } } : withLines(model, lines)
}

/** Holds the screen still and polls no more; or goes on, with all that has come in meanwhile. */
export function togglePause(model: Model): Result {
  const { intervalMs, held, nowMs, story } = model
  if (!held) {
    const nothing: Held = { sinceMs: nowMs, story, entries: [], lines: [], dropped: 0, showsNextLook: false }
    return result({ ...model, isPaused: true, held: nothing }, { kind: 'poll', intervalMs, isPaused: true })
  }
  const { held: _, ...resumed } = showHeld(model, held)
  return result({ ...resumed, isPaused: false }, { kind: 'poll', intervalMs, isPaused: false }, { kind: 'look' })
}

/** Looks at the cluster now. While nothing moves on the screen, this one look is shown all the same. */
export function lookNow(model: Model): Result {
  const { held } = model
  return result(held ? { ...model, held: { ...held, showsNextLook: true } } : model, { kind: 'look' })
}

/** Shows what was held back, and goes on holding. */
function showHeld(model: Model, held: Held): Model {
  const shown = withLines(withStory(model, held.story, held.entries), held.lines)
  const nothing = { entries: [], lines: [], dropped: 0, showsNextLook: false, sinceMs: model.nowMs }
  return { ...shown, forgotten: shown.forgotten + held.dropped, held: { ...held, ...nothing } }
}

function withStory(model: Model, story: Story, entries: readonly TimelineEntry[]): Model {
  const all = joined(model.timeline, entries)
  const forgotten = model.forgotten + Math.max(0, all.length - MAX_ENTRIES)
  return { ...model, story, timeline: lastOf(all, MAX_ENTRIES), forgotten }
}

function withLines(model: Model, lines: readonly string[]): Model {
  const first = (model.log.at(-1)?.id ?? 0) + 1
  const added = lines.map((text, index) => ({ id: first + index, text }))
  return { ...model, log: lastOf(joined(model.log, added), MAX_LINES) }
}

/** Lists that are the same stay the same object, so that nobody works out anew what follows from them. */
const joined = <T>(before: readonly T[], more: readonly T[]): readonly T[] => (more.length === 0 ? before : [...before, ...more])
const lastOf = <T>(list: readonly T[], most: number): readonly T[] => (list.length > most ? list.slice(-most) : list)
