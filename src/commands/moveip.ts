import * as Args from '@oclif/core/args'
import { publicAddressOf } from '../cli/address-words.ts'
import type { GlobalOptions } from '../cli/base-command.ts'
import { type Interruption, interruptible } from '../cli/interruptible.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { tellingWhatStands } from '../cli/what-stands.ts'
import { leadingDecimal } from '../lib/address/decimal.ts'
import type { SocketAddress } from '../lib/address/socket-address.ts'
import { type Pnn, UNKNOWN_PNN } from '../lib/cluster/node.ts'
import { CtdbtsError } from '../lib/errors.ts'
import type { Outlook } from '../lib/takeover/outlook.ts'
import { type MoveStep, moveIp } from '../transport/administer/move-ip.ts'
import { type AskedNode, askedNode } from '../transport/asked-node.ts'
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
      await interruptible((interruption) => this.move(flags, node, { word: args.ip, address, to, interruption }))
      return { address: address.address, to, outlook: looks ? await look(node, address.address) : undefined }
    })
    if (outlook) judge(outlook, address, to)
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

  private async move(flags: GlobalOptions, node: AskedNode, { word, address, to, interruption }: Move): Promise<void> {
    const words: Record<MoveStep, string> = {
      'runs disabled': 'Takeover runs are disabled',
      released: `The other nodes have released ${address.address}`,
      taken: `Node ${to} has taken ${address.address}`,
      'runs enabled': 'Takeover runs are enabled again',
    }
    const { signal, leaves } = interruption
    const done = new Set<MoveStep>()
    let runs = ''
    const onLeaves: Interruption['leaves'] = (what) => {
      runs = ''
      leaves(what)
    }
    const onStep = (step: MoveStep) => {
      done.add(step)
      this.tell(flags, words[step])
    }
    const onEnabled = () => {
      runs = 'takeover runs are enabled again; '
    }
    const onProblem = (problem: CtdbtsError) => this.tellProblem(flags, problem)
    const givingUp = `Failed to move IP ${word} to node ${to}`
    const moving = moveIp(node, address, to, {
      signal,
      leaves: onLeaves,
      onEnabled,
      // Should the connection be lost, another one enables takeover runs again.
      again: (use) => this.withDaemon(flags, (daemon) => use(askedNode(daemon, undefined))),
      onStep,
      onProblem,
      givingUp,
    })
    await tellingWhatStands(signal, moving, () => `${runs}${whatStands(done, address.address, to)}`)
  }
}

interface Move {
  /** The address as it was given. */
  readonly word: string
  readonly address: SocketAddress
  readonly to: Pnn
  readonly interruption: Interruption
}

/** What has been done of a move that was ended before its end. */
function whatStands(done: ReadonlySet<MoveStep>, address: string, to: Pnn): string {
  if (done.has('taken')) return `node ${to} has taken ${address}; not all nodes may have been told of it`
  const back = '`ctdbts ipreallocate` gives it back to one'
  if (done.has('released')) return `the other nodes have released ${address}, node ${to} may not have taken it; ${back}`
  if (done.has('runs disabled')) return `which nodes have released ${address} is not known; should none own it, ${back}`
  return 'nothing was moved'
}

function pnnOf(word: string): Pnn {
  const pnn = leadingDecimal(word)
  if ('value' in pnn && pnn.value !== UNKNOWN_PNN) return pnn.value
  const line = `Invalid PNN ${word}`
  throw new CtdbtsError('BAD_PNN', line, { hint: 'name the node by its PNN: see `ctdbts status`', ctdbText: { stderr: [line] } })
}

async function look({ client, localPnn, timeoutMs }: AskedNode, address: string): Promise<Outlook> {
  const [{ collectSnapshot }, { outlookFor }] = await Promise.all([
    import('../transport/collect/snapshot.ts'),
    import('../lib/takeover/outlook.ts'),
  ])
  return outlookFor(await collectSnapshot(client, localPnn, { timeoutMs, now: new Date() }), address)
}

/** @throws CtdbtsError NOT_MOVED. */
function judge({ owner, next, unknown }: Outlook, address: string, to: Pnn): void {
  if (owner !== to) {
    const now = owner === null ? 'nobody owns it' : `node ${owner} owns it`
    throw new CtdbtsError('NOT_MOVED', `node ${to} took ${address}, but now ${now}`, {
      hint: 'a takeover run may have moved it back at once: see the log of the leader',
    })
  }
  const warn = (line: string) => process.stderr.write(`ctdbts: ${visible(line)}\n`)
  if (unknown !== undefined) warn(`what the next takeover run will do with ${address} cannot be foreseen: ${unknown}`)
  if (!next || next.pnn === to) return
  const where = next.pnn === null ? `take ${address} away` : `move ${address} to node ${next.pnn}`
  warn(`the next takeover run will ${where}: ${next.reason}`)
}
