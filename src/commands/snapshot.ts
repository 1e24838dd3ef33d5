import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand } from '../cli/base-command.ts'
import { simFlags } from '../cli/sim-flags.ts'
import { writeWhole } from '../cli/snapshot-file.ts'
import { collectSnapshot } from '../transport/collect/snapshot.ts'
import { jsonText } from '../ui/json.ts'

export default class Snapshot extends CtdbtsCommand {
  static override summary = 'write down all that the daemons know of the cluster, as JSON'
  static override description =
    `Every node is asked through the local daemon, all at once; a node that does not answer is noted as such.
The file can be given to "ip", "status" and "takeover-run --dry-run" (--from FILE) in place of the live cluster.`
  static override examples = ['<%= config.bin %> snapshot -o before.json', '<%= config.bin %> ip all --from before.json']
  static override flags = {
    ...simFlags,
    output: Flags.string({ char: 'o', helpValue: 'FILE', summary: 'where to write it [default: standard output]' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Snapshot)
    const snapshot = await this.withDaemon(flags, ({ client, pnn, timeoutMs }) =>
      collectSnapshot(client, pnn, { timeoutMs, now: new Date() }),
    )
    const text = `${jsonText(snapshot)}\n`
    if (flags.output === undefined) process.stdout.write(text)
    else writeWhole(flags.output, text)
    for (const { pnn, missing } of snapshot.nodes) {
      for (const { fact, message } of missing) process.stderr.write(`ctdbts: node ${pnn}, ${fact}: ${message}\n`)
    }
    return undefined
  }
}
