import * as Args from '@oclif/core/args'
import { publicAddressOf } from '../cli/address-arguments.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { adding, CtdbtsError, saidByCtdb } from '../lib/errors.ts'
import { deleteIp } from '../operations/administer/public-addresses.ts'
import type { DelipDocument } from '../ui/documents/addresses.ts'

export default class Delip extends MirrorCommand {
  static override readonly group = 'addresses'
  static override summary = 'Remove a public address from a node until it reloads'
  static override usage = 'delip <ip>'
  static override description =
    `Changes this node only. If the node holds the address, the next takeover run releases it ("ipreallocate" requests one).
An address that the node does not know is not an error.`
  static override examples = ['<%= config.bin %> delip 10.0.0.9', '<%= config.bin %> -n 1 delip fd00::9']
  static override args = {
    ip: Args.string({ required: true, ignoreStdin: true, description: 'the public address' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Delip)
    const { pnn, deleted, address } = await this.withNode(flags, async (node) => {
      const address = publicAddressOf(args.ip)
      const pnn = await node.pnn
      const deleted = await deleteIp(node, address).catch((error: unknown) => {
        // That message already says that the addresses could not be listed.
        if (error instanceof CtdbtsError && error.code === 'NO_PUBLIC_IPS') throw error
        return adding('NOT_DELETED', `Failed to delete public IP from node ${pnn}`)(error)
      })
      return { pnn, deleted, address: address.address }
    })
    if (!deleted) {
      const line = `Node does not know about IP address ${address}`
      this.reportProblem(flags, saidByCtdb('NO_CHANGE', line))
    } else this.tell(flags, `Node ${pnn} forgets ${address}: at once, or at the next takeover run if it holds the address`)
    return await this.show(flags, {
      ctdb: () => '',
      json: (): DelipDocument => ({ formatVersion: 1, pnn, publicIp: address, deleted }),
    })
  }
}
