import * as Args from '@oclif/core/args'
import { publicAddressOf } from '../cli/address-words.ts'
import { interruptible } from '../cli/interruptible.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { carryOutMove } from '../cli/moveip/carry-out.ts'
import { judgeMove, lookAtAddress } from '../cli/moveip/look.ts'
import { leadingDecimal } from '../lib/address/decimal.ts'
import { type Pnn, UNKNOWN_PNN } from '../lib/cluster/node.ts'
import { saidByCtdb } from '../lib/errors.ts'
import { askedNode } from '../transport/asked-node.ts'
import { visible } from '../ui/visible.ts'

export default class Moveip extends MirrorCommand {
  static override summary = 'move a public address to a node, where it stays until a takeover run wants it elsewhere'
  static override usage = 'moveip <ip> <node>'
  static override description =
    `Takeover runs are disabled meanwhile, and enabled again whatever happens: Ctrl-C waits for that. A move that fails is tried up to
five times.

With -v, with --json, and when standard error is a terminal, the outcome is looked at: it fails when the node does not own the address
afterwards, and warns when the next takeover run would take the address away again, and why. Else it prints and returns what ctdb does.`
  static override examples = ['<%= config.bin %> moveip 10.0.0.1 2', '<%= config.bin %> -v moveip 10.0.0.1 2']
  static override args = {
    ip: Args.string({ required: true, ignoreStdin: true, description: 'the public address' }),
    node: Args.string({ required: true, ignoreStdin: true, description: 'the PNN of the node that shall own it' }),
  }
  protected override readonly remote = false

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Moveip)
    const looks = flags.verbose || flags.json || process.stderr.isTTY === true
    const { address, to, outlook } = await this.withNode(flags, async (node) => {
      const address = publicAddressOf(args.ip)
      const to = pnnOf(args.node)
      // A daemon that hangs says not even its PNN. Nothing is under way then.
      await node.localPnn
      await interruptible((interruption) =>
        carryOutMove(node, {
          word: args.ip,
          address,
          to,
          interruption,
          tell: (line) => this.tell(flags, line),
          onProblem: (problem) => this.tellProblem(flags, problem),
          // Should the connection be lost, another one enables takeover runs again.
          again: (use) => this.withDaemon(flags, (daemon) => use(askedNode(daemon, undefined))),
        }),
      )
      return { address: address.address, to, outlook: looks ? await lookAtAddress(node, address.address) : undefined }
    })
    const warnings = outlook ? judgeMove(outlook, address, to) : []
    for (const line of warnings) process.stderr.write(`ctdbts: ${visible(line)}\n`)
    return await this.show(flags, {
      ctdb: () => '',
      json: () => ({
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
  throw saidByCtdb('BAD_PNN', line, { hint: 'name the node by its PNN: see `ctdbts status`' })
}
