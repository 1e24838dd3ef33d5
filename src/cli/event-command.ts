import { saidByCtdb } from '../lib/errors.ts'
import type { EventReport } from '../lib/event/event-report.ts'
import { ctdbEventStatusText } from '../ui/ctdb/event-status.ts'
import { eventReportJson } from '../ui/event-json.ts'
import { eventReport } from './event/ask-daemon.ts'
import { eventDaemonOf } from './event/locations.ts'
import { helperStatus } from './helper-status.ts'
import { MirrorCommand } from './mirror-command.ts'
import type { Views } from './output-forms.ts'
import type { GlobalOptions } from './run-options.ts'
import { withMachine } from './with-machine.ts'

/** `ctdb` runs a helper program for `event`, and turns its exit status into its own. */
const TITLE = 'event daemon helper'

/** A command about the event daemon and its scripts. It does not ask ctdbd. */
export abstract class EventCommand extends MirrorCommand {
  protected override readonly asksDaemon = false

  /** Shows the result of the last run of an event. @returns what oclif prints under --json, and the exit status of `event status`. */
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

  /** Shows a result, and ends as the helper program of `ctdb` does. */
  protected async showEnding(flags: GlobalOptions, views: Views, exitStatus: number): Promise<unknown> {
    const document = await this.show(flags, views)
    process.exitCode = this.endHelper(flags, exitStatus)
    return document
  }

  /** Prints what `ctdb` prints about the exit status of its helper program. @returns the exit status of `ctdb` itself. */
  private endHelper(flags: GlobalOptions, exitStatus: number): number {
    const { status, line } = helperStatus(TITLE, exitStatus)
    if (line !== undefined) this.reportProblem(flags, saidByCtdb('HELPER_FAILED', line))
    return status
  }
}

const statusOf = ({ result, summary }: EventReport): number => Math.abs(result === 0 ? summary : result)
