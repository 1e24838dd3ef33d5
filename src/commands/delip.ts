import * as Args from '@oclif/core/args'
import { publicAddressOf } from '../cli/address-words.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { adding, CtdbtsError, saidByCtdb } from '../lib/errors.ts'
import { deleteIp } from '../transport/administer/public-addresses.ts'

export default class Delip extends MirrorCommand {
  static override summary = 'remove a public address from a node, until its files are reloaded'
  static override usage = 'delip <ip>'
  static override description =
    `Only the one node is told. An address that it holds goes with the next takeover run ("ipreallocate" asks for one).
One that it does not know is no error.`
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
        // It has told already that it could not list the addresses.
        if (error instanceof CtdbtsError && error.code === 'NO_PUBLIC_IPS') throw error
        return adding('NOT_DELETED', `Failed to delete public IP from node ${pnn}`)(error)
      })
      return { pnn, deleted, address: address.address }
    })
    if (!deleted) {
      const line = `Node does not know about IP address ${address}`
      this.tellProblem(flags, saidByCtdb('NO_CHANGE', line))
    } else this.tell(flags, `Node ${pnn} forgets ${address}: at once, or, if it holds it, with the next takeover run`)
    return await this.show(flags, {
      ctdb: () => '',
      json: () => ({ formatVersion: 1, pnn, publicIp: address, deleted }),
    })
  }
}
