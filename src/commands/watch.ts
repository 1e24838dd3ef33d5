import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand } from '../cli/base-command.ts'
import { globalFlags } from '../cli/options.ts'
import { simFlags } from '../cli/sim-flags.ts'
import { formOf, intervalMsOf, refuseIgnored } from '../cli/watch/settings.ts'

/** What `watch` refuses, or has no use for: its help does not offer it. */
const hidden = <T extends object>(flag: T): T & { readonly hidden: true } => ({ ...flag, hidden: true })

export default class Watch extends CtdbtsCommand {
  static override summary = 'see live who owns which address, what happens, and why'
  static override description =
    `On the whole terminal: nodes, addresses and what becomes of them; ? shows all keys, q ends it. Nodes and addresses can be imagined
to be otherwise (w), and takeover runs, disable, enable and moves asked for (a): each shows what it will bring, and asks. Over SSH nothing
can be changed unless --no-read-only says so.

With --plain, and by itself where there is no terminal that could show it (a pipe, TERM=dumb, CI): what happens, one line each. With --json one
document a line: how things stand first, then what happens. Ctrl-C ends that.

What daemons tell is heard at once; besides, all nodes are looked at every --interval seconds, and after each event.`
  static override examples = [
    '<%= config.bin %> watch',
    '<%= config.bin %> watch --host node1 --sudo',
    '<%= config.bin %> watch --plain | tee ctdb.log',
    '<%= config.bin %> watch --once',
    '<%= config.bin %> watch --sim --sim-nodes 4 --sim-addresses 20',
  ]
  static override baseFlags: typeof globalFlags = {
    ...globalFlags,
    node: hidden(globalFlags.node),
    maxruntime: {
      ...globalFlags.maxruntime,
      summary: 'with --once: give up after so many seconds in all [default: CTDB_TIMEOUT, or 120]',
    },
    verbose: { ...globalFlags.verbose, summary: 'with --sim: the log of its daemons too, where there are lines' },
    'machine-readable': hidden(globalFlags['machine-readable']),
    'machine-parsable': hidden(globalFlags['machine-parsable']),
    separator: hidden(globalFlags.separator),
    'ctdb-json': hidden(globalFlags['ctdb-json']),
    table: hidden(globalFlags.table),
    json: { ...globalFlags.json, summary: 'JSON documents, one a line, with a formatVersion' },
  }
  static override flags = {
    ...simFlags,
    sim: { ...simFlags.sim, summary: 'watch a simulated cluster, made for just this command' },
    'sim-scenario': { ...simFlags['sim-scenario'], summary: 'what happens to it, from the first look on' },
    'sim-at': {
      ...simFlags['sim-at'],
      summary: 'begin so long after it was ready: what the scenario has until then has happened [default: 0]',
    },
    interval: Flags.string({ helpValue: 'SECONDS', default: '2', summary: 'how often to look at all nodes, whatever is heard' }),
    'read-only': Flags.boolean({
      allowNo: true,
      summary: 'nothing can be changed from the screen [default: over SSH yes, else no]',
    }),
    light: Flags.boolean({
      allowNo: true,
      summary: 'colours for a light background [default: as COLORFGBG of the terminal says, else for a dark one]',
    }),
    once: Flags.boolean({ summary: 'look once: print what the screen would show, or with --json one document' }),
    plain: Flags.boolean({ summary: 'lines, on a terminal too' }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Watch)
    this.checkOutput(flags, { ctdbJson: false, machineReadable: false })
    refuseIgnored(flags)
    intervalMsOf(flags)
    // Loaded here, as every command would pay for it otherwise.
    if (flags.once) {
      const { runOnce } = await import('../cli/watch/run-once.ts')
      await runOnce(flags)
    } else if (formOf(flags, process) === 'screen') {
      const { runScreen } = await import('../cli/watch/run-screen.ts')
      await runScreen(flags)
    } else {
      const { runLines } = await import('../cli/watch/run-lines.ts')
      await runLines(flags)
    }
  }
}
