import { rmSync, writeFileSync } from 'node:fs'
import type { TimelineEntry } from '../../lib/watch/timeline.ts'
import { jsonLine } from '../../ui/json.ts'
import { entryJson } from '../../ui/watch/entry-json.ts'

/**
 * Writes timeline entries to a new file, as JSON lines. A failure leaves no file behind.
 * @throws Error when the file exists or cannot be written.
 */
export function exportTimeline(path: string, entries: readonly TimelineEntry[]): void {
  const text = entries.map((entry) => `${jsonLine(entryJson(entry))}\n`).join('')
  try {
    writeFileSync(path, text, { flag: 'wx' })
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST'
    if (!exists) rmSync(path, { force: true })
    throw exists ? new Error(`${path} already exists`) : error
  }
}
