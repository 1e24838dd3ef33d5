import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand } from '../cli/base-command.ts'
import { globalFlags } from '../cli/options.ts'
import { simFlags } from '../cli/sim-flags.ts'
import { intervalMsOf, refuseCluster, refuseIgnoredOptions, watchOutputOf } from '../cli/watch/settings.ts'

/** Leaves an option out of the help: `watch` refuses it, or has no use for it. */
const hidden = <T extends object>(flag: T): T & { readonly hidden: true } => ({ ...flag, hidden: true })

export default class Watch extends CtdbtsCommand {
  static override readonly group = 'cluster'
  static override summary = 'Watch nodes, addresses and events live'
  static override description =
    `Shows nodes, addresses and events on the whole terminal; ? lists all keys, q quits. What-if changes (w) show their effect without
making them. Actions (a) request takeover runs, disable and enable nodes, and move addresses: each shows its effect and asks for
confirmation. Over SSH, actions need --no-read-only.

With --plain, and where no terminal can show the screen (a pipe, TERM=dumb, CI), prints one line per event. With --json, prints one
document per line: the current state first, then the events. Ctrl-C ends both.

With --replay, shows a recording on the same screen: ] goes to the next event, @ to a time, p plays it. What-if changes work at any moment;
no cluster is reached. Without a screen, prints all of its events and ends.

Receives what daemons announce at once, and looks at all nodes every --interval seconds and after each event.`
  static override examples = [
    '<%= config.bin %> watch',
    '<%= config.bin %> watch --host node1 --sudo',
    '<%= config.bin %> watch --plain | tee ctdb.log',
    '<%= config.bin %> watch --once',
    '<%= config.bin %> watch --host prod --record tonight.jsonl',
    '<%= config.bin %> watch --replay tonight.jsonl',
    '<%= config.bin %> watch --sim --sim-nodes 4 --sim-addresses 20',
  ]
  static override baseFlags: typeof globalFlags = {
    ...globalFlags,
    node: hidden(globalFlags.node),
    maxruntime: {
      ...globalFlags.maxruntime,
      summary: 'With --once: total time limit in seconds [default: CTDB_TIMEOUT, or 120]',
    },
    verbose: { ...globalFlags.verbose, summary: 'With --sim, also print the log of its daemons, unless on a screen' },
    'machine-readable': hidden(globalFlags['machine-readable']),
    'machine-parsable': hidden(globalFlags['machine-parsable']),
    separator: hidden(globalFlags.separator),
    'ctdb-json': hidden(globalFlags['ctdb-json']),
    table: hidden(globalFlags.table),
    json: { ...globalFlags.json, summary: 'Print JSON documents with a formatVersion, one per line' },
  }
  static override flags = {
    ...simFlags,
    sim: { ...simFlags.sim, summary: 'Watch a simulated cluster, made for this command only' },
    'sim-scenario': { ...simFlags['sim-scenario'], summary: 'What happens to it, from the first look on' },
    'sim-at': {
      ...simFlags['sim-at'],
      summary: 'Start this long after the cluster is ready; earlier steps of the scenario have happened [default: 0]',
    },
    interval: Flags.string({ helpValue: 'SECONDS', default: '2', summary: 'How often to look at all nodes' }),
    'read-only': Flags.boolean({
      allowNo: true,
      summary: 'Allow no actions [default: yes over SSH, else no]',
    }),
    light: Flags.boolean({
      allowNo: true,
      summary: 'Use colours for a light background [default: by COLORFGBG, else for a dark one]',
    }),
    once: Flags.boolean({ summary: 'Look once, and print what the screen would show, or with --json one document' }),
    plain: Flags.boolean({ summary: 'Print lines, on a terminal too' }),
    record: Flags.string({
      helpValue: 'FILE',
      summary: 'Also record everything to this file, for --replay and `history`; appended to, if it is a recording',
    }),
    replay: Flags.string({
      helpValue: 'FILE|DIR|-',
      summary: 'Show a recording instead of a cluster; on the screen, keys go to any moment of it',
    }),
  }
  /** See {@link refuseIgnoredOptions}. */
  protected override readonly handlesNode = true

  async run(): Promise<void> {
    const { flags } = await this.parse(Watch)
    refuseIgnoredOptions(flags)
    intervalMsOf(flags)
    // Loaded here, as every command would pay for it otherwise.
    if (flags.replay !== undefined) {
      refuseCluster(flags)
      const { runReplay } = await import('../cli/replay/run-replay.ts')
      await runReplay({ ...flags, replay: flags.replay })
    } else if (flags.once) {
      const { runOnce } = await import('../cli/watch/run-once.ts')
      await runOnce(flags)
    } else if (watchOutputOf(flags, process) === 'screen') {
      const { runScreen } = await import('../cli/watch/run-screen.ts')
      await runScreen(flags)
    } else {
      const { runLines } = await import('../cli/watch/run-lines.ts')
      await runLines(flags)
    }
  }
}
