import * as Args from '@oclif/core/args'
import { publicAddressOf } from '../cli/address-arguments.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { simFlags } from '../cli/sim-flags.ts'
import { leadingDecimal } from '../lib/address/decimal.ts'
import { adding, CtdbtsError } from '../lib/errors.ts'
import { controls } from '../lib/wire/controls.ts'
import { ask } from '../operations/target-node.ts'
import { ctdbTicklesText } from '../ui/ctdb/interfaces.ts'
import type { GetticklesDocument } from '../ui/documents/addresses.ts'

export default class Gettickles extends MirrorCommand {
  static override readonly group = 'services'
  static override summary = 'Show the TCP connections to tickle when an address moves'
  static override usage = 'gettickles <ip> [<port>]'
  static override examples = ['<%= config.bin %> gettickles 10.0.0.1', '<%= config.bin %> -X gettickles 10.0.0.1 445']
  static override flags = { ...simFlags }
  static override args = {
    ip: Args.string({ required: true, ignoreStdin: true, description: 'the public address' }),
    port: Args.string({ ignoreStdin: true, description: 'only connections to this port [default: all]' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Gettickles)
    const tickles = await this.withNode(flags, (node) => {
      const port = portOf(args.port ?? '0')
      return ask(node, controls.getTcpTickleList, { ...publicAddressOf(args.ip), port }).catch(
        adding('NO_TICKLES', 'Failed to get list of connections'),
      )
    })
    return await this.show(flags, {
      ctdb: (style) => ctdbTicklesText(tickles, style),
      json: (): GetticklesDocument => ({
        formatVersion: 1,
        publicIp: tickles.address.address,
        connections: tickles.connections.map(({ source, destination }) => ({
          source: { address: source.address, port: source.port },
          destination: { address: destination.address, port: destination.port },
        })),
      }),
      table: async () => (await import('../ui/interfaces-table.ts')).ticklesTable(tickles.connections),
    })
  }
}

/** @throws CtdbtsError BAD_PORT: ctdb exits with an errno then, and says nothing. */
function portOf(word: string): number {
  const port = leadingDecimal(word)
  if ('value' in port) return port.value & 0xffff
  throw new CtdbtsError('BAD_PORT', `${JSON.stringify(word)} is not a port`, { exitStatus: port.errno, ctdbText: { stderr: [] } })
}
