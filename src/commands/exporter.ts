import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand } from '../cli/base-command.ts'
import { parseListen } from '../cli/exporter/server.ts'
import { globalFlags } from '../cli/options.ts'
import { simFlags } from '../cli/sim-flags.ts'
import { checkIds, choiceFlags, secondsOf } from '../cli/verify/choice.ts'

export default class Exporter extends CtdbtsCommand {
  static override readonly group = 'cluster'
  static override summary = 'Serve the metrics of verify to Prometheus'
  static override description =
    `Serves the metrics of \`verify --format prometheus\` at http://ADDRESS:PORT/metrics, with the success and the duration of the last audit.
A scrape starts a new audit if the last one is older than --interval. Only one audit runs at a time, for at most -T seconds (60); a scraper
that does not wait that long gets the previous one. With --host, naming one node is enough: ctdbts finds the others through it.

Has no TLS and no login: use a proxy if other machines are to reach it. Ends on SIGTERM or Ctrl-C.`
  static override examples = [
    '<%= config.bin %> exporter --host prod',
    '<%= config.bin %> exporter --listen 10.0.0.9:14379 --host node1 --sudo',
    '<%= config.bin %> exporter --sim',
  ]
  static override baseFlags: typeof globalFlags = {
    ...globalFlags,
    maxruntime: { ...globalFlags.maxruntime, summary: 'Time limit of each audit in seconds [default: 60]' },
  }
  static override flags = {
    ...simFlags,
    ...choiceFlags,
    listen: Flags.string({
      helpValue: 'ADDRESS:PORT',
      default: '127.0.0.1:14379',
      summary: 'Where to listen; [ADDRESS]:PORT for IPv6',
    }),
    interval: Flags.string({
      helpValue: 'SECONDS',
      default: '30',
      summary: 'How long to serve one audit before making the next',
    }),
  }
  protected override readonly nodeHint = 'leave it out: exporter looks at all nodes'

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Exporter)
    for (const form of ['json', 'table'] as const) {
      if (flags[form]) throw this.doesNotTake(`--${form}`, 'leave it out; `ctdbts verify` has it')
    }
    const { runExporter } = await import('../cli/exporter/run.ts')
    await runExporter(flags, checkIds(flags), { listen: parseListen(flags.listen), interval: secondsOf(flags.interval) })
    return undefined
  }
}
