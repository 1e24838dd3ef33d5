import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand } from '../cli/base-command.ts'
import { globalFlags } from '../cli/options.ts'

export default class History extends CtdbtsCommand {
  static override readonly group = 'cluster'
  static override summary = 'Tell what happened, from the logs of the nodes'
  static override description =
    `Reads logs of CTDB in any shape: its own files of all versions, syslog, the output of journalctl, quoted in a mail, with lines of other
programs in between, and compressed (gzip, and zstd where Node reads it). Finds out which node each is from, estimates how far the clocks
differ, and prints one line per event, as \`watch\` does: who took and released which address, why, and how long it was away; takeover runs,
recoveries, elections, bans, scripts that failed, daemons that started and ended.

A cause is only named if the logs show it. CTDB logs that it begins to take or release an address, not that it has done so: times are those
of the beginning, and --explain says how long it took at most.

Times without a zone are those of this machine. Exit status: 1 if a file could not be read.`
  static override examples = [
    '<%= config.bin %> history node0.log node1.log node2.log',
    '<%= config.bin %> history 0=log.ctdb.a 1=log.ctdb.b --since "2 hours ago" --address 10.0.0.31',
    'journalctl -u ctdb -o short-iso-precise | <%= config.bin %> history 0=-',
    '<%= config.bin %> history *.log --at "2026-11-28 18:53"',
    '<%= config.bin %> history *.log --explain 12',
  ]
  static override strict = false
  static override args = {
    file: Args.string({ description: 'a log, or NODE=FILE with the PNN of its node; - for standard input' }),
  }
  static override baseFlags: typeof globalFlags = {
    ...globalFlags,
    node: { ...globalFlags.node, summary: 'Only what concerns this node (a PNN)' },
    json: { ...globalFlags.json, summary: 'Print JSON documents with a formatVersion, one per line' },
  }
  static override flags = {
    since: Flags.string({ helpValue: 'TIME', summary: 'Only what happened since then: `2 hours ago`, a date, ISO 8601' }),
    until: Flags.string({ helpValue: 'TIME', summary: 'Only what happened until then' }),
    address: Flags.string({
      helpValue: 'IP',
      multiple: true,
      multipleNonGreedy: true,
      summary: 'Only what concerns this public address',
    }),
    at: Flags.string({ helpValue: 'TIME', summary: 'Show who owned which address then' }),
    summary: Flags.boolean({ summary: 'Show numbers: moves and time away per address, health per node' }),
    explain: Flags.integer({ helpValue: 'ENTRY', summary: 'Show the log lines on which this entry rests, and what they mean' }),
    unknown: Flags.boolean({ summary: 'Show the messages of CTDB that are not known, and how often each came' }),
  }
  /** It filters by it. */
  protected override readonly handlesNode = true

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(History)
    const { runHistory } = await import('../cli/history/run.ts')
    await runHistory(argv as string[], flags)
  }
}
