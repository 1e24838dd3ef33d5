import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand } from '../cli/base-command.ts'
import type { DaemonSession } from '../cli/daemon-session.ts'
import type { GlobalOptions } from '../cli/run-options.ts'
import { type SimOptions, simFlags } from '../cli/sim-flags.ts'
import { writeWhole } from '../cli/write-whole.ts'
import type { Snapshot as ClusterSnapshot } from '../lib/snapshot/snapshot.ts'
import { collectSnapshot } from '../operations/collect/snapshot.ts'
import { jsonText } from '../ui/json.ts'
import { visible } from '../ui/visible.ts'

export default class Snapshot extends CtdbtsCommand {
  static override readonly group = 'cluster'
  static override summary = 'Save the full cluster state as JSON'
  static override description =
    `Asks all daemons at once, and reads kernels and files of the machines that can be reached: this one, or all over SSH (--host).
Records what did not answer as missing.
"ip", "status", "verify", "home-nodes" and "takeover-run --dry-run" read such a file instead of the live cluster with --from FILE.`
  static override examples = ['<%= config.bin %> snapshot -o before.json', '<%= config.bin %> ip all --from before.json']
  static override flags = {
    ...simFlags,
    'daemons-only': Flags.boolean({ summary: 'Ask daemons only; omit kernels and files' }),
    output: Flags.string({ char: 'o', helpValue: 'FILE', summary: 'File to write [default: standard output]' }),
  }

  /** JSON is its only form, whatever the options of output ask for. */
  protected override checkOutput(): void {}

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Snapshot)
    const snapshot = flags['daemons-only'] ? await this.withDaemon(flags, lookThroughDaemon) : await lookEverywhere(flags)
    const text = `${jsonText(snapshot)}\n`
    if (flags.output === undefined) process.stdout.write(text)
    else writeWhole(flags.output, text)
    for (const { pnn, missing } of snapshot.nodes) {
      for (const { fact, message } of missing) process.stderr.write(`ctdbts: node ${pnn}, ${fact}: ${visible(message)}\n`)
    }
    return undefined
  }
}

async function lookEverywhere(options: GlobalOptions & SimOptions): Promise<ClusterSnapshot> {
  const { withCluster } = await import('../cli/with-cluster.ts')
  return await withCluster(options, (cluster) => cluster.sample())
}

const lookThroughDaemon = ({ client, pnn, timeoutMs }: DaemonSession): Promise<ClusterSnapshot> =>
  collectSnapshot(client, pnn, { timeoutMs, now: new Date() })
