import type { LogEvent, LogSource } from './log-event.ts'

/**
 * Lines without host names may be from several nodes, as when somebody puts excerpts into one text. The process ids tell: two daemons that both
 * go on writing are two nodes, and a recovery daemon has a somewhat higher number than its daemon, which started it.
 */
export function splitHostless(source: LogSource): readonly LogSource[] {
  if (source.host !== '' || source.given !== undefined) return [source]
  const daemons = daemonsAtOnce(source.events)
  const headings = headingsOf(source.events)
  if (daemons.length < 2) return [withHeading(source, source.events, headings)]
  const parentOf = (pid: number) => daemons.findLast((daemon) => daemon <= pid) ?? daemons[0] ?? pid
  const groups = Map.groupBy(source.events, ({ program, pid }) =>
    program === 'ctdbd' && daemons.includes(pid) ? pid : parentOf(pid),
  )
  return [...groups].map(([pid, events]) => withHeading(source, events, headings, pid))
}

function withHeading(
  source: LogSource,
  events: readonly LogEvent[],
  headings: ReadonlyMap<number, string>,
  pid?: number,
): LogSource {
  const heading = pid === undefined ? onlyOne(headings) : headings.get(pid)
  const given = heading !== undefined && /^\d+$/.test(heading) ? Number(heading) : undefined
  const part: LogSource = { ...source, given, host: heading ?? (pid === undefined ? '' : `pid ${pid}`), events: [] }
  part.events = events.map((event) => ({ ...event, source: part }))
  return part
}

const onlyOne = (headings: ReadonlyMap<number, string>): string | undefined => {
  const names = [...new Set(headings.values())]
  return names.length === 1 ? names[0] : undefined
}

/** The process ids of daemons of which one writes before and after another does. Ascending. */
function daemonsAtOnce(events: readonly LogEvent[]): readonly number[] {
  const spans = new Map<number, { fromMs: number; toMs: number }>()
  for (const { program, pid, rawMs } of events) {
    if (program !== 'ctdbd') continue
    const span = spans.get(pid) ?? { fromMs: rawMs, toMs: rawMs }
    spans.set(pid, { fromMs: Math.min(span.fromMs, rawMs), toMs: Math.max(span.toMs, rawMs) })
  }
  const all = [...spans]
  const overlaps = ([pid, { fromMs, toMs }]: (typeof all)[number]) =>
    all.some(([other, span]) => other !== pid && span.fromMs <= toMs && span.toMs >= fromMs)
  return all
    .filter(overlaps)
    .map(([pid]) => pid)
    .sort((a, b) => a - b)
}

/** What headings call each process. */
function headingsOf(events: readonly LogEvent[]): ReadonlyMap<number, string> {
  const named = events.flatMap(({ pid, heading }) => (heading === undefined ? [] : [[pid, heading] as const]))
  // The first heading counts: text between excerpts may end the scope of one without saying so.
  return new Map(named.reverse())
}
