import type { TimelineEntry } from '../../lib/watch/timeline.ts'
import { jsonLine } from '../../ui/json.ts'
import { painter } from '../../ui/table.ts'
import { entryJson } from '../../ui/watch/entry-json.ts'
import { entryLine } from '../../ui/watch/entry-line.ts'
import type { WatchLine } from '../lines.ts'
import { wantsColour } from '../output.ts'

/** How a watch without a screen writes an entry of the timeline, without a newline. */
export function entryFormat({ json }: { readonly json: boolean }): (entry: TimelineEntry) => string {
  if (json) return (entry) => jsonLine({ event: 'entry', ...entryJson(entry) } satisfies WatchLine)
  const paint = painter(wantsColour(process.stdout, process.env))
  return (entry) => entryLine(entry, { now: new Date(), paint })
}
