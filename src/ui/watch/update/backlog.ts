import type { ClusterState } from '../../../lib/watch/cluster-state.ts'
import type { TimelineEntry } from '../../../lib/watch/timeline.ts'
import { type Backlog, type LogLine, MAX_ENTRIES, type Model } from '../model/model.ts'
import { result, type UpdateResult, withNotice } from './result.ts'

const MAX_LINES = 2_000

/** Shows a new cluster state and its entries; while paused, only stores them. */
export function observe(model: Model, cluster: ClusterState, entries: readonly TimelineEntry[]): Model {
  const { backlog } = model
  if (!backlog) return withCluster(model, cluster, entries)
  const all = joined(backlog.entries, entries)
  const dropped = backlog.dropped + Math.max(0, all.length - MAX_ENTRIES)
  const kept = { ...backlog, cluster, entries: lastOf(all, MAX_ENTRIES), dropped }
  const isNewPoll = cluster.seenAtMs !== backlog.cluster.seenAtMs
  return backlog.showsNextPoll && isNewPoll ? showBacklog(model, kept) : { ...model, backlog: kept }
}

/** Adds lines to the log of the daemons. */
export function addLogLines(model: Model, lines: readonly LogLine[]): Model {
  const { backlog } = model
  if (lines.length === 0) return model
  return backlog
    ? { ...model, backlog: { ...backlog, lines: lastOf([...backlog.lines, ...lines], MAX_LINES) } }
    : withLines(model, lines)
}

/** Pauses polling and the screen, or a recording; or resumes and shows what has arrived meanwhile. */
export function togglePause(model: Model): UpdateResult {
  if (model.replay) return result(model, { kind: 'replay', move: { kind: 'play' } })
  const { intervalMs, backlog, nowMs, cluster } = model
  if (!backlog) {
    const nothing: Backlog = { sinceMs: nowMs, cluster, entries: [], lines: [], dropped: 0, showsNextPoll: false }
    return result({ ...model, isPaused: true, backlog: nothing }, { kind: 'poll', intervalMs, isPaused: true })
  }
  const { backlog: _, ...resumed } = showBacklog(model, backlog)
  return result({ ...resumed, isPaused: false }, { kind: 'poll', intervalMs, isPaused: false }, { kind: 'sample' })
}

/** Polls the cluster now. While paused, the result of this poll is shown all the same. */
export function sampleNow(model: Model): UpdateResult {
  if (model.replay) return result(withNotice(model, 'This is a recording: there is nothing to refresh', 'error'))
  const { backlog } = model
  return result(backlog ? { ...model, backlog: { ...backlog, showsNextPoll: true } } : model, { kind: 'sample' })
}

/** Shows the backlog, and stays paused. */
function showBacklog(model: Model, backlog: Backlog): Model {
  const shown = withLines(withCluster(model, backlog.cluster, backlog.entries), backlog.lines)
  const nothing = { entries: [], lines: [], dropped: 0, showsNextPoll: false, sinceMs: model.nowMs }
  return { ...shown, droppedEntries: shown.droppedEntries + backlog.dropped, backlog: { ...backlog, ...nothing } }
}

function withCluster(model: Model, cluster: ClusterState, entries: readonly TimelineEntry[]): Model {
  const all = joined(model.timeline, entries)
  const droppedEntries = model.droppedEntries + Math.max(0, all.length - MAX_ENTRIES)
  return { ...model, cluster, timeline: lastOf(all, MAX_ENTRIES), droppedEntries }
}

/** Logs of several nodes come one after the other, and are shown in the order of time. */
function withLines(model: Model, lines: readonly LogLine[]): Model {
  if (lines.length === 0) return model
  const first = model.log.reduce((most, { id }) => Math.max(most, id), 0) + 1
  const added = lines.map((line, index) => ({ ...line, id: first + index }))
  const all = [...model.log, ...added].sort((a, b) => a.atMs - b.atMs)
  return { ...model, log: lastOf(all, MAX_LINES) }
}

/** Returns the same object when nothing is added, so that memoized results stay valid. */
const joined = <T>(before: readonly T[], more: readonly T[]): readonly T[] => (more.length === 0 ? before : [...before, ...more])
const lastOf = <T>(list: readonly T[], most: number): readonly T[] => (list.length > most ? list.slice(-most) : list)
