import { type EventReport, type ScriptState, scriptState, scriptsOfLastRun } from '../lib/event/event-report.ts'
import type { ScriptRun } from '../lib/snapshot/host-facts.ts'
import type { Versioned } from './documents/common.ts'

/** The last run of an event. */
export interface EventStatus extends Omit<EventReport, 'scripts'> {
  /** In their order; those that have not run are left out. */
  readonly scripts: readonly (ScriptRun & { readonly state: ScriptState })[]
}

/** `event status` and `scriptstatus` as JSON; times in seconds since 1970. */
export const eventReportJson = (report: EventReport): Versioned & EventStatus => ({
  formatVersion: 1,
  component: report.component,
  event: report.event,
  result: report.result,
  summary: report.summary,
  scripts: scriptsOfLastRun(report.scripts).map((script) => ({ ...script, state: scriptState(script) })),
})
