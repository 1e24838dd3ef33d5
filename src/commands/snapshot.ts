import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand, type Daemon, type GlobalOptions } from '../cli/base-command.ts'
import { type SimOptions, simFlags } from '../cli/sim-flags.ts'
import { writeWhole } from '../cli/snapshot-file.ts'
import type { Snapshot as ClusterSnapshot } from '../lib/snapshot/snapshot.ts'
import { collectSnapshot } from '../transport/collect/snapshot.ts'
import { jsonText } from '../ui/json.ts'
import { visible } from '../ui/visible.ts'

export default class Snapshot extends CtdbtsCommand {
  static override summary = 'write down all that is to be known of the cluster, as JSON'
  static override description =
    `Every daemon is asked, all at once, and the kernels and files of the machines that can be reached: this one, or over SSH (--host) all.
What does not answer is noted as such.
The file can be given to "ip", "status", "verify" and "takeover-run --dry-run" (--from FILE) in place of the live cluster.`
  static override examples = ['<%= config.bin %> snapshot -o before.json', '<%= config.bin %> ip all --from before.json']
  static override flags = {
    ...simFlags,
    'daemons-only': Flags.boolean({ summary: 'only what the daemons say: nothing of kernels and files' }),
    output: Flags.string({ char: 'o', helpValue: 'FILE', summary: 'where to write it [default: standard output]' }),
  }

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

const lookThroughDaemon = ({ client, pnn, timeoutMs }: Daemon): Promise<ClusterSnapshot> =>
  collectSnapshot(client, pnn, { timeoutMs, now: new Date() })
