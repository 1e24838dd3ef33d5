import { rmSync, writeFileSync } from 'node:fs'
import type { TimelineEntry } from '../../lib/watch/timeline.ts'
import { jsonLine } from '../../ui/json.ts'
import { entryJson } from '../../ui/watch/entry-json.ts'

/**
 * Writes entries of the timeline to a new file, as JSON lines; there is no such file when that fails.
 * @throws Error when there is one already, or it cannot be written.
 */
export function exportTimeline(path: string, entries: readonly TimelineEntry[]): void {
  const text = entries.map((entry) => `${jsonLine(entryJson(entry))}\n`).join('')
  try {
    writeFileSync(path, text, { flag: 'wx' })
  } catch (error) {
    const isOthers = (error as NodeJS.ErrnoException).code === 'EEXIST'
    if (!isOthers) rmSync(path, { force: true })
    throw isOthers ? new Error(`${path} is there already, and is left as it is`) : error
  }
}
