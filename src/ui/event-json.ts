import { type EventReport, scriptState, scriptsOfLastRun } from '../lib/event/event-report.ts'

/** `event status` and `scriptstatus` as JSON; times in seconds since 1970. */
export const eventReportJson = (report: EventReport) => ({
  formatVersion: 1 as const,
  component: report.component,
  event: report.event,
  result: report.result,
  summary: report.summary,
  scripts: scriptsOfLastRun(report.scripts).map((script) => ({ ...script, state: scriptState(script) })),
})
