import { type EventReport, scriptState, scriptsOfLastRun } from '../lib/event/event-report.ts'
import { ctdbEventStatusText } from './ctdb/event-status.ts'
import { ctime } from './ctdb/time.ts'
import { type Paint, table } from './table.ts'
import { visible } from './visible.ts'

const STYLES = { OK: 'good', ERROR: 'bad', TIMEDOUT: 'bad', DISABLED: 'quiet', 'CANNOT RUN': 'bad' } as const

/** `event status` as a table for people. */
export function eventTable(report: EventReport, paint: Paint): string {
  if (report.result !== 0) return ctdbEventStatusText(report)
  const rows = scriptsOfLastRun(report.scripts).map((script) => {
    const state = scriptState(script)
    const seconds = state === 'OK' || state === 'ERROR' ? (script.end - script.begin).toFixed(3) : ''
    const output = script.output.trimEnd().split('\n').map(visible).join('\n')
    return [visible(script.name), paint(STYLES[state], state), seconds, state === 'DISABLED' ? '' : ctime(script.begin), output]
  })
  return table(['Script', 'State', 'Seconds', 'Began', 'Output'], rows)
}
