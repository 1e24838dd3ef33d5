import * as Args from '@oclif/core/args'
import { errnoOf } from '../cli/errno-of.ts'
import { wantsHost } from '../cli/host-flags.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { lenientInt } from '../lib/c-number.ts'
import { saidByCtdb } from '../lib/errors.ts'
import type { ChecktcpportDocument } from '../ui/documents/daemon.ts'

export default class Checktcpport extends MirrorCommand {
  static override readonly group = 'services'
  static override summary = 'Check whether a TCP port is free'
  static override usage = 'checktcpport <port>'
  static override description =
    'Fails if a program on this machine uses the port on any IPv4 address, or if the user may not. Prints nothing if it is free.'
  static override examples = ['<%= config.bin %> checktcpport 445']
  static override args = { port: Args.string({ required: true, ignoreStdin: true, description: 'the port' }) }
  protected override readonly asksDaemon = false

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Checktcpport)
    if (wantsHost(flags)) return await this.runThere(flags)
    const { bindError } = await import('../transport/local/tcp-port.ts')
    // ctdb reads the number and cuts it as C does.
    const number = lenientInt(args.port) >>> 0
    const port = number & 0xffff
    const code = await bindError(port)
    if (code !== undefined) {
      throw saidByCtdb('PORT_IN_USE', `Failed to bind to TCP port ${number}`, { exitStatus: errnoOf({ code }) })
    }
    return await this.show(flags, { ctdb: () => '', json: (): ChecktcpportDocument => ({ formatVersion: 1, port, free: true }) })
  }
}
