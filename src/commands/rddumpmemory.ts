import { MirrorCommand } from '../cli/mirror-command.ts'
import { message, messages } from '../lib/wire/messages.ts'
import { restText } from '../lib/wire/primitives.ts'
import type { TargetNode } from '../operations/target-node.ts'
import { nextReplySrvid } from '../transport/client/reply-srvid.ts'
import type { MemoryDocument } from '../ui/documents/daemon.ts'
import { visibleLines } from '../ui/visible.ts'

export default class Rddumpmemory extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = 'Show what the recovery daemon keeps in memory'
  static override usage = 'rddumpmemory'
  static override description =
    "The tree of the recovery daemon's allocations, for developers of CTDB. Waits for the answer, up to -T."
  static override examples = ['<%= config.bin %> rddumpmemory', '<%= config.bin %> -n 1 rddumpmemory']
  /** As `ctdb`, which ignores them. */
  static override strict = false

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Rddumpmemory)
    const [pnn, text] = await this.fromNode(flags, memoryOfRecoveryDaemon)
    return await this.show(flags, {
      ctdb: () => visibleLines(text),
      json: (): MemoryDocument => ({ formatVersion: 1, pnn, lines: text.trimEnd().split('\n') }),
    })
  }
}

async function memoryOfRecoveryDaemon({ client, localPnn, to }: TargetNode): Promise<string> {
  const replySrvid = nextReplySrvid()
  const answers = await client.subscribe(message(replySrvid, 'memory', restText), { maxQueuedBytes: 1 << 30 })
  client.send(messages.memDump, to, { pnn: await localPnn, replySrvid })
  return (await answers.next())?.data ?? ''
}
