import { runEvent } from '../cli/event/ask-daemon.ts'
import { eventDaemonOf, scriptFoldersOf } from '../cli/event/locations.ts'
import { type EventRequest, parseEventRequest } from '../cli/event/request.ts'
import { EventCommand } from '../cli/event-command.ts'
import { interruptible } from '../cli/interruptible.ts'
import { withInterruptionReport } from '../cli/interruption-report.ts'
import type { GlobalOptions } from '../cli/run-options.ts'
import { withMachine } from '../cli/with-machine.ts'
import { ERRNO } from '../lib/errno.ts'
import { saidByCtdb } from '../lib/errors.ts'
import { findScripts, scriptPath, switchScript } from '../transport/host/event-scripts.ts'
import { ctdbScriptListText, ctdbSwitchText } from '../ui/ctdb/event-scripts.ts'
import { ctdbEventRunText } from '../ui/ctdb/event-status.ts'
import type { EventRunDocument, EventScriptsDocument, EventSwitchDocument } from '../ui/documents/daemon.ts'

type Run = Extract<EventRequest, { kind: 'run' }>
type Switch = Extract<EventRequest, { kind: 'enable' | 'disable' }>

export default class Event extends EventCommand {
  static override readonly group = 'services'
  static override summary = 'Run events, show their results, and switch event scripts'
  static override usage = 'event run|status|script list|script enable|script disable …'
  static override description = `event run TIMEOUT COMPONENT EVENT [ARGUMENT…]: runs an event and waits for its end
event status COMPONENT EVENT: shows the results of the last run; exits with their status
event script list COMPONENT: lists the scripts of CTDB, then local ones; a star marks those that are enabled
event script enable|disable COMPONENT SCRIPT: enables or disables a script
The component of CTDB's own scripts is called legacy. With --host, all this happens on that host.`
  static override examples = [
    '<%= config.bin %> event status legacy monitor',
    '<%= config.bin %> event script enable legacy 50.samba --host node1',
  ]
  static override strict = false

  async run(): Promise<unknown> {
    const { flags, argv } = await this.parse(Event)
    const request = parseEventRequest(argv.map(String))
    switch (request.kind) {
      case 'status': {
        const { document, status } = await this.showStatus(flags, request.component, request.event)
        process.exitCode = status
        return document
      }
      case 'run':
        return await this.runEvent(flags, request)
      case 'list':
        return await this.listScripts(flags, request.component)
      default:
        return await this.switchScript(flags, request)
    }
  }

  private async runEvent(flags: GlobalOptions, { kind: _, ...request }: Run): Promise<unknown> {
    // As in ctdb, for its own tests.
    const runAll = process.env.CTDB_TEST_MODE !== undefined && process.env.CTDB_EVENT_RUN_ALL !== undefined
    const { component, event } = request
    const result = await withMachine(flags, (access) =>
      interruptible(({ signal }) =>
        withInterruptionReport(
          signal,
          runEvent(eventDaemonOf(flags, access), { ...request, flags: runAll ? 1 : 0 }, signal),
          () => `the event ${event} was started and continues; see \`ctdbts event status ${component} ${event}\``,
        ),
      ),
    )
    const views = {
      ctdb: () => ctdbEventRunText({ component, event, result }),
      json: (): EventRunDocument => ({ formatVersion: 1, component, event, result }),
    }
    if (result === 0) this.tell(flags, `the event ${event} was run; all its scripts succeeded`)
    return await this.showEnding(flags, views, Math.abs(result))
  }

  private async listScripts(flags: GlobalOptions, component: string): Promise<unknown> {
    const { scripts } = await withMachine(flags, async (access) => {
      const folders = scriptFoldersOf(flags, access)
      const found = await findScripts(folders, component)
      const failed = (line: string) => saidByCtdb('NO_SCRIPTS', line, { exitStatus: ERRNO.ENOENT })
      if (found.dataFolder === undefined) {
        throw failed(`Unable to find event script installation directory: ${folders.data[0]}/events/${component}`)
      }
      if (!found.scripts) throw failed(`Command script list finished with result=${ERRNO.ENOENT}`)
      return { scripts: found.scripts }
    })
    return await this.show(flags, {
      ctdb: () => ctdbScriptListText(scripts),
      json: (): EventScriptsDocument => ({ formatVersion: 1, component, scripts }),
      table: async () => {
        const { table } = await import('../ui/table.ts')
        const rows = scripts.map(({ name, enabled, origin }) => [name, enabled ? 'yes' : 'no', origin])
        return table(['Script', 'Enabled', 'From'], rows)
      },
    })
  }

  private async switchScript(flags: GlobalOptions, { kind, component, script }: Switch): Promise<unknown> {
    const { outcome, path } = await withMachine(flags, async (access) => {
      const folders = scriptFoldersOf(flags, access)
      return { outcome: await switchScript(folders, kind, component, script), path: scriptPath(folders, component, script) }
    })
    const { text, status } = ctdbSwitchText(outcome, { component, script, path })
    if (status === 0) this.tell(flags, `${path}: ${kind}d (${outcome})`)
    const document = (): EventSwitchDocument => ({ formatVersion: 1, component, script, [`${kind}d`]: status === 0, outcome })
    return await this.showEnding(flags, { ctdb: () => text, json: document }, status)
  }
}
