import * as Args from '@oclif/core/args'
import { publicAddressOf } from '../cli/address-arguments.ts'
import { interruptible } from '../cli/interruptible.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { carryOutMove } from '../cli/moveip/move.ts'
import { judgeMove, lookAtAddress } from '../cli/moveip/outlook.ts'
import { leadingDecimal } from '../lib/address/decimal.ts'
import { type Pnn, UNKNOWN_PNN } from '../lib/cluster/node.ts'
import { saidByCtdb } from '../lib/errors.ts'
import { targetNode } from '../operations/target-node.ts'
import type { MoveipDocument } from '../ui/documents/addresses.ts'
import { visible } from '../ui/visible.ts'

export default class Moveip extends MirrorCommand {
  static override readonly group = 'addresses'
  static override summary = 'Move a public address to another node'
  static override usage = 'moveip <ip> <node>'
  static override description =
    `The address stays there until a takeover run moves it. Disables takeover runs during the move, and always enables them again: Ctrl-C
waits for that. Retries a failed move up to five times.

With -v, with --json, and if standard error is a terminal, checks the result: fails if the node does not own the address afterwards, and
warns if the next takeover run would move the address again. Otherwise, output and exit status are those of ctdb.`
  static override examples = ['<%= config.bin %> moveip 10.0.0.1 2', '<%= config.bin %> -v moveip 10.0.0.1 2']
  static override args = {
    ip: Args.string({ required: true, ignoreStdin: true, description: 'the public address' }),
    node: Args.string({ required: true, ignoreStdin: true, description: 'the PNN of the new owner' }),
  }
  protected override readonly remote = false

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Moveip)
    const looks = flags.verbose || flags.json || process.stderr.isTTY === true
    const { address, to, outlook } = await this.withNode(flags, async (node) => {
      const address = publicAddressOf(args.ip)
      const to = pnnOf(args.node)
      // A daemon that hangs does not even report its PNN. Nothing has been started then.
      await node.localPnn
      await interruptible((interruption) =>
        carryOutMove(node, {
          word: args.ip,
          address,
          to,
          interruption,
          tell: (line) => this.tell(flags, line),
          onProblem: (problem) => this.reportProblem(flags, problem),
          // If the connection is lost, another one enables takeover runs again.
          reconnect: (use) => this.withDaemon(flags, (daemon) => use(targetNode(daemon, undefined))),
        }),
      )
      return { address: address.address, to, outlook: looks ? await lookAtAddress(node, address.address) : undefined }
    })
    const warnings = outlook ? judgeMove(outlook, address, to) : []
    for (const line of warnings) process.stderr.write(`ctdbts: ${visible(line)}\n`)
    return await this.show(flags, {
      ctdb: () => '',
      json: (): MoveipDocument => ({
        formatVersion: 1,
        publicIp: address,
        pnn: to,
        nextRun: outlook?.next ?? null,
        unknown: outlook?.unknown ?? null,
      }),
    })
  }
}

function pnnOf(word: string): Pnn {
  const pnn = leadingDecimal(word)
  if ('value' in pnn && pnn.value !== UNKNOWN_PNN) return pnn.value
  const line = `Invalid PNN ${word}`
  throw saidByCtdb('BAD_PNN', line, { hint: 'name the node by its PNN; see `ctdbts status`' })
}
