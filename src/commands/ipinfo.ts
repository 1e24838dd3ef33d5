import * as Args from '@oclif/core/args'
import { publicAddressOf } from '../cli/address-arguments.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { simFlags } from '../cli/sim-flags.ts'
import { UNKNOWN_PNN } from '../lib/cluster/node.ts'
import { retell } from '../lib/errors.ts'
import { controls } from '../lib/wire/controls.ts'
import { publicIpInterfacesOf } from '../operations/collect/ip.ts'
import { ask, type TargetNode } from '../operations/target-node.ts'
import { ControlFailedError } from '../transport/client/errors.ts'
import { ctdbIpInfoText } from '../ui/ctdb/interfaces.ts'
import type { IpinfoDocument } from '../ui/documents/addresses.ts'
import { visible } from '../ui/visible.ts'

export default class Ipinfo extends MirrorCommand {
  static override readonly group = 'addresses'
  static override summary = 'Show the owner and the interfaces of a public address'
  static override usage = 'ipinfo <ip>'
  static override description = 'Shows what one node believes; that may be out of date for an address of another node.'
  static override examples = ['<%= config.bin %> ipinfo 10.0.0.1', '<%= config.bin %> -n 1 ipinfo 10.0.0.1 --json']
  static override flags = { ...simFlags }
  static override args = {
    ip: Args.string({ required: true, ignoreStdin: true, description: 'the public address' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Ipinfo)
    const [pnn, info] = await this.withNode(flags, (node) => look(node, args.ip))
    const interfaces = publicIpInterfacesOf(info)
    return await this.show(flags, {
      ctdb: () => ctdbIpInfoText(pnn, { ...info.ip, interfaces }),
      json: (): IpinfoDocument => ({
        formatVersion: 1,
        asked: pnn,
        publicIp: info.ip.address.address,
        pnn: info.ip.pnn === UNKNOWN_PNN ? null : info.ip.pnn,
        activeInterface: interfaces.active,
        interfaces: interfaces.configured,
      }),
    })
  }
}

async function look(node: TargetNode, word: string) {
  const data = publicAddressOf(word)
  const info = ask(node, controls.getPublicIpInfo, data)
  info.catch(() => {})
  const pnn = await node.pnn
  try {
    return [pnn, await info] as const
  } catch (error) {
    if (!(error instanceof ControlFailedError) || error.status !== -1) throw error
    const line = `Node ${pnn} does not know about IP ${visible(word)}`
    return retell(error, { code: 'UNKNOWN_ADDRESS', context: line, exitStatus: 1, stdout: `${line}\n` })
  }
}
