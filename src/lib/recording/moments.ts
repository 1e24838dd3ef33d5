import type { ReplayIndex } from './replay-index.ts'

/** A moment, and the time that is looked at: its own, or later while nothing else was observed. */
export interface Look {
  readonly moment: number
  readonly atMs: number
}

/** The look at a moment, when it was. */
export const lookAt = (index: ReplayIndex, moment: number): Look => ({ moment, atMs: index.atMs(moment) })

/** The next or the previous moment at which a sample was seen; undefined if there is none. */
export const nextSample = (index: ReplayIndex, from: Look, by: 1 | -1): Look | undefined =>
  next(index, from, by, (moment) => index.isSample(moment))

/** The next or the previous moment at which something was reported; undefined if there is none. */
export const nextEvent = (index: ReplayIndex, from: Look, by: 1 | -1): Look | undefined =>
  next(index, from, by, (moment) => index.entryCount(moment) > (moment === 0 ? 0 : index.entryCount(moment - 1)))

function next(index: ReplayIndex, { moment, atMs }: Look, by: 1 | -1, isOne: (moment: number) => boolean): Look | undefined {
  // From between two moments, the first step back goes to the earlier of them.
  let at = by === -1 && atMs > index.atMs(moment) ? moment : moment + by
  while (at >= 0 && at < index.count && !isOne(at)) at += by
  return at >= 0 && at < index.count ? lookAt(index, at) : undefined
}

/** The look at a time: at the last moment until then; at the first one if there is none. Times that are there twice are those of the later moment. */
export function lookAtTime(index: ReplayIndex, atMs: number): Look {
  let found: number | undefined
  for (let moment = 0; moment < index.count; moment++) {
    const time = index.atMs(moment)
    if (time <= atMs && (found === undefined || time >= index.atMs(found))) found = moment
  }
  return found === undefined ? lookAt(index, 0) : { moment: found, atMs }
}

/** Clocks may go back by so much between two observations. */
const JITTER_MS = 500

/** The look after some time has passed. Where the clock was set back, time goes on from there. */
export function lookLater(index: ReplayIndex, { moment, atMs }: Look, passedMs: number): Look {
  let at = moment
  let time = atMs + passedMs
  while (at + 1 < index.count) {
    const nextMs = index.atMs(at + 1)
    if (nextMs > time) break
    if (nextMs < index.atMs(at) - JITTER_MS) time = nextMs
    at += 1
  }
  return { moment: at, atMs: at + 1 < index.count ? time : Math.min(time, Math.max(atMs, index.atMs(at))) }
}
