import { saidByCtdb } from '../lib/errors.ts'
import type { EventReport } from '../lib/event/event-report.ts'
import { ctdbEventStatusText } from '../ui/ctdb/event-status.ts'
import { eventReportJson } from '../ui/event-json.ts'
import type { GlobalOptions, Views } from './base-command.ts'
import { eventReport } from './event/ask-daemon.ts'
import { eventDaemonOf } from './event/places.ts'
import { helperStatus } from './helper-status.ts'
import { MirrorCommand } from './mirror-command.ts'
import { reportProblems } from './report-error.ts'
import { withMachine } from './with-machine.ts'

/** The real tool lets a program of its own answer; what that ends with comes to us through it. */
const TITLE = 'event daemon helper'

/** A command about the event daemon and its scripts. No ctdbd is asked. */
export abstract class EventCommand extends MirrorCommand {
  /** Asks how the last run of an event went, and shows it. @returns what oclif prints under --json, and the exit status of `event status`. */
  protected async showStatus(
    flags: GlobalOptions,
    component: string,
    event: string,
  ): Promise<{ document: unknown; status: number }> {
    const report = await withMachine(flags, (access) => eventReport(eventDaemonOf(flags, access), { component, event }))
    const document = await this.show(flags, {
      ctdb: () => ctdbEventStatusText(report),
      json: () => eventReportJson(report),
      table: async (coloured) => {
        const [{ eventTable }, { painter }] = await Promise.all([import('../ui/event-table.ts'), import('../ui/table.ts')])
        return eventTable(report, painter(coloured))
      },
    })
    return { document, status: this.endHelper(flags, statusOf(report)) }
  }

  /** Shows a result, and ends as the real tool's program does. */
  protected async showEnding(flags: GlobalOptions, views: Views, exitStatus: number): Promise<unknown> {
    const document = await this.show(flags, views)
    process.exitCode = this.endHelper(flags, exitStatus)
    return document
  }

  /** Says what the real tool says of what its program ended with. @returns what it ends with itself. */
  private endHelper({ json, table }: GlobalOptions, exitStatus: number): number {
    const { status, line } = helperStatus(TITLE, exitStatus)
    if (line !== undefined) {
      reportProblems([saidByCtdb('HELPER_FAILED', line)], json || table ? 'own' : 'ctdb')
    }
    return status
  }
}

const statusOf = ({ result, summary }: EventReport): number => Math.abs(result === 0 ? summary : result)
