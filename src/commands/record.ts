import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand } from '../cli/base-command.ts'
import { simFlags } from '../cli/sim-flags.ts'
import { intervalMsOf } from '../cli/watch/settings.ts'
import { wholeNumber } from '../cli/whole-number.ts'
import { CtdbtsError } from '../lib/errors.ts'

export default class Record extends CtdbtsCommand {
  static override readonly group = 'cluster'
  static override summary = 'Record a cluster, day and night, for history'
  static override description =
    `Watches the cluster as \`watch\` does, without a screen, and appends what it hears and sees to files in a folder, as JSON lines. \`history\` and
\`watch --replay\` read them. Begins a new file each day, and when a file is larger than --max-size; keeps the last --keep files.

If the disk is full, it prints an error and continues when there is room. Nothing that was written is lost, however it ends. Ends on SIGTERM or
Ctrl-C, with status 0.`
  static override examples = [
    '<%= config.bin %> record -o /var/lib/ctdbts',
    '<%= config.bin %> record --host prod -o /var/lib/ctdbts/prod --keep 90',
    '<%= config.bin %> history /var/lib/ctdbts/prod/*.jsonl --since "8 hours ago"',
  ]
  static override flags = {
    ...simFlags,
    output: Flags.string({ char: 'o', helpValue: 'DIR', summary: 'The folder (required); created if needed' }),
    interval: Flags.string({ helpValue: 'SECONDS', default: '2', summary: 'How often to look at all nodes' }),
    'max-size': Flags.string({ helpValue: 'SIZE', default: '32M', summary: 'How large a file may become: `500K`, `64M`, `2G`' }),
    keep: wholeNumber({ helpValue: 'COUNT', default: 30, min: 1, summary: 'How many files to keep' }),
  }
  protected override readonly nodeHint = 'leave it out: record looks at all nodes'

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Record)
    for (const form of ['json', 'table'] as const) {
      if (flags[form]) throw this.doesNotTake(`--${form}`, 'leave it out; `ctdbts watch --json` prints what happens')
    }
    if (flags.maxruntime !== undefined) throw this.doesNotTake('-T', 'to limit it, use `timeout 60 ctdbts record …`')
    intervalMsOf(flags)
    const { output } = flags
    if (output === undefined) throw new CtdbtsError('USAGE', 'record needs a folder', { hint: 'name it with -o DIR' })
    const { runRecord } = await import('../cli/recording/run-record.ts')
    await runRecord({ ...flags, output })
    return undefined
  }
}
