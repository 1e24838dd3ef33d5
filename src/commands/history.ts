import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand } from '../cli/base-command.ts'
import { globalFlags } from '../cli/options.ts'
import { simFlags, wantsSim } from '../cli/sim-flags.ts'
import { wholeNumber } from '../cli/whole-number.ts'

export default class History extends CtdbtsCommand {
  static override readonly group = 'cluster'
  static override summary = 'Show what happened, from logs or recordings'
  static override description =
    `Prints one line per event, as \`watch\` does: which node took or released which address, why, and how long it was away; takeover runs,
recoveries, elections, bans, failed scripts, and daemons that started or ended.

Reads CTDB's own log files of all versions, syslog and the output of journalctl, also quoted in a mail, with lines of other programs in
between, or compressed (gzip; zstd if Node reads it; xz and bzip2 with their programs). Finds out which node each log is from, and estimates how far
the clocks differ. Also reads recordings of \`record\` and \`watch --record\`, alone or beside logs; they count more than logs.

Without files, fetches the logs of all nodes: with --host, naming one node is enough; without it, reads the log of this machine. ctdb.conf of
each node says where its log is: a file, which is read with its rotated parts, or syslog, which is read from the journal. Only the time between
--since and --until is fetched, and an hour before it for the causes. Recordings may be given too.

Names a cause only if the logs show it. CTDB logs when it begins to take or release an address, not when it is done: times are those of the
beginning, and --explain shows how long it took at most.

Times without a zone are in the zone of this machine. Exit status: 1 if a log could not be read.`
  static override examples = [
    '<%= config.bin %> history node0.log node1.log node2.log',
    '<%= config.bin %> history --host prod --since "2 hours ago"',
    '<%= config.bin %> history 0=log.ctdb.a 1=log.ctdb.b --since "2 hours ago" --address 10.0.0.31',
    'journalctl -u ctdb -o short-iso-precise | <%= config.bin %> history 0=-',
    '<%= config.bin %> history *.log --at "2026-11-28 18:53"',
    '<%= config.bin %> history *.log --explain 12',
    '<%= config.bin %> history *.log --since 03:00 --until 04:00 --html night.html',
    '<%= config.bin %> history tonight.jsonl --summary',
    '<%= config.bin %> history tonight.jsonl node*.log',
    '<%= config.bin %> history --host prod --since 03:00 tonight.jsonl',
  ]
  static override strict = false
  static override args = {
    file: Args.string({
      description: 'a log, NODE=FILE with the PNN of its node, a recording, or a folder of `record`; - for standard input',
    }),
  }
  static override baseFlags: typeof globalFlags = {
    ...globalFlags,
    node: { ...globalFlags.node, summary: 'Only what concerns this node (a PNN)' },
    maxruntime: {
      ...globalFlags.maxruntime,
      summary: 'Total time limit for fetching logs, in seconds [default: CTDB_TIMEOUT, or a day]',
    },
    json: { ...globalFlags.json, summary: 'Print JSON documents with a formatVersion, one per line' },
  }
  static override flags = {
    ...simFlags,
    since: Flags.string({ helpValue: 'TIME', summary: 'Only events since then: `2 hours ago`, a date, ISO 8601' }),
    until: Flags.string({ helpValue: 'TIME', summary: 'Only events until then' }),
    address: Flags.string({
      helpValue: 'IP',
      multiple: true,
      multipleNonGreedy: true,
      summary: 'Only what concerns this public address',
    }),
    at: Flags.string({
      helpValue: 'TIME',
      exclusive: ['summary', 'explain', 'unknown'],
      summary: 'Show who owned which address then',
    }),
    summary: Flags.boolean({
      exclusive: ['explain', 'unknown'],
      summary: 'Show numbers: moves and time away per address, health per node',
    }),
    explain: wholeNumber({
      helpValue: 'ENTRY',
      exclusive: ['unknown'],
      summary: 'Show the log lines behind this entry, and what they mean',
    }),
    unknown: Flags.boolean({
      exclusive: ['json'],
      summary: 'Show the messages of CTDB that are not known, and how often each came',
    }),
    html: Flags.string({
      helpValue: 'FILE',
      exclusive: ['json', 'at', 'summary', 'explain', 'unknown'],
      summary: 'Write a page for a browser: a picture of who owned what, and the events',
    }),
    'no-pager': Flags.boolean({ summary: 'Do not use a pager. On a terminal, the one in PAGER is used, or `less`' }),
    'max-bytes': Flags.string({
      helpValue: 'SIZE',
      default: '64M',
      summary: 'How much to fetch of the log of each node, the latest: `500K`, `64M`, `2G`',
    }),
  }
  /** It filters by it. */
  protected override readonly handlesNode = true

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(History)
    if (wantsSim(flags) && argv.length > 0)
      throw this.doesNotTake('files together with --sim and its options', 'leave out one of them')
    const { runHistory } = await import('../cli/history/run.ts')
    await runHistory(argv as string[], flags)
  }
}
