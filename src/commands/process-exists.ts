import * as Args from '@oclif/core/args'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { lenientInt, unsignedNumber } from '../lib/c-number.ts'
import { processStatus } from '../operations/collect/process.ts'
import type { ProcessExistsDocument } from '../ui/documents/daemon.ts'

export default class ProcessExists extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = 'Check whether a process is connected to ctdbd'
  static override usage = 'process-exists <pid> [<srvid>]'
  static override description =
    `Fails if it is not, or has not registered for SRVID. Asking a stopped or banned node disconnects the process.`
  static override examples = [
    '<%= config.bin %> process-exists 4711',
    '<%= config.bin %> -n 1 process-exists 4711 0xf101000000000000',
  ]
  static override args = {
    pid: Args.string({ required: true, ignoreStdin: true, description: 'its process ID on that node' }),
    srvid: Args.string({ ignoreStdin: true, description: 'the SRVID that it must be registered for' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ProcessExists)
    const pid = lenientInt(args.pid)
    const { pnn, srvid, status } = await this.withNode(flags, async (node) => {
      const srvid = args.srvid === undefined ? 0n : unsignedNumber(args.srvid, 'the srvid')
      return { pnn: await node.pnn, srvid, status: await processStatus(node, pid, srvid) }
    })
    const exists = status === 0
    // The daemon's own status; -1 becomes 1, as always.
    process.exitCode = status === -1 ? 1 : status & 0xff
    const srvidText = `0x${srvid.toString(16)}`
    return await this.show(flags, {
      ctdb: () => `PID ${pid}${srvid === 0n ? '' : ` with SRVID ${srvidText}`} ${exists ? 'exists' : 'does not exist'}\n`,
      json: (): ProcessExistsDocument => ({ formatVersion: 1, pnn, pid, srvid: srvid === 0n ? null : srvidText, exists }),
    })
  }
}
