import type { Input, ParserOutput } from '@oclif/core/interfaces'
import type { ClusterNode } from '../lib/cluster/node.ts'
import { CtdbtsError, saidByCtdb } from '../lib/errors.ts'
import { type AskedNode, askedNode } from '../transport/asked-node.ts'
import { collectNodeMap, requireReachable } from '../transport/collect/node-map.ts'
import { visible } from '../ui/visible.ts'
import { CtdbtsCommand, type Daemon, type GlobalOptions } from './base-command.ts'
import { type Interruption, interruptible } from './interruptible.ts'
import { whenOutputCloses } from './output.ts'
import type { SimOptions } from './sim-flags.ts'

/**
 * A command that `ctdb` has too: with its text, its exit status and its grammar, in which a wrong number of words shows the command's
 * usage on stdout.
 */
export abstract class MirrorCommand extends CtdbtsCommand {
  /** Whether -n may name another node than the local one. */
  protected readonly remote: boolean = true
  /** Whether the real tool has JSON (-j) for it. */
  protected readonly ctdbJson: boolean = false

  /**
   * Connects for the time of `use`, and makes sure before that the node that -n names can be asked.
   * @throws CtdbtsError NO_SUCH_NODE, NODE_AWAY, LOCAL_ONLY, in the real tool's words; and as `withDaemon`.
   */
  protected async withNode<T>(
    options: GlobalOptions & SimOptions,
    use: (node: AskedNode, daemon: Daemon) => Promise<T>,
  ): Promise<T> {
    return await this.withDaemon(options, async (daemon) => {
      const nodeMap = await this.checkNode(options, daemon)
      return await use(askedNode(daemon, this.nodeOf(options), nodeMap), daemon)
    })
  }

  /** As `withNode`, for what changes something, and is not to end just anywhere: see `interruptible`. */
  protected async withNodeInterruptibly<T>(
    options: GlobalOptions & SimOptions,
    use: (node: AskedNode, interruption: Interruption, daemon: Daemon) => Promise<T>,
  ): Promise<T> {
    whenOutputCloses('go on')
    return await this.withNode(options, async (node, daemon) => {
      // A daemon that hangs says not even its PNN. Nothing is under way then.
      await node.localPnn
      return await interruptible((interruption) => use(node, interruption, daemon))
    })
  }

  /**
   * Makes sure that the node that -n names can be asked.
   * @returns the node map, if it had to be asked for.
   * @throws CtdbtsError NO_SUCH_NODE, NODE_AWAY, LOCAL_ONLY.
   */
  protected async checkNode(
    options: GlobalOptions,
    { client, pnn }: Pick<Daemon, 'client' | 'pnn'>,
  ): Promise<ClusterNode[] | undefined> {
    const named = this.nodeOf(options)
    if (named === undefined) return undefined
    const nodeMap = await collectNodeMap(client, pnn)
    requireReachable(nodeMap, named)
    if (!this.remote && named !== (await pnn)) throw this.refuseNode('Node cannot be specified for command')
    return nodeMap
  }

  /** For a command that asks no daemon. */
  protected refuseAnyNode(options: GlobalOptions): void {
    if (this.nodeOf(options) !== undefined) throw this.refuseNode('Cannot specify node for command')
  }

  /** What was done, for those who asked to be told more (-v). */
  protected tell({ verbose }: GlobalOptions, line: string): void {
    if (verbose) process.stderr.write(`${visible(line)}\n`)
  }

  protected override async parse<F extends object, B extends object, A extends object>(
    options?: Input<F, B, A>,
    argv?: string[],
  ): Promise<ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv)
    this.checkOutput(parsed.flags as unknown as GlobalOptions, { ctdbJson: this.ctdbJson })
    return parsed
  }

  protected override usageError(message: string): CtdbtsError {
    return new CtdbtsError('USAGE', `${this.id}: ${message}`, {
      hint: `see \`ctdbts ${this.id} --help\``,
      ctdbText: { stderr: [], stdout: this.usageText() },
    })
  }

  /** As the real tool shows it, but for the options: those that are ours too are told by --help. */
  private usageText(): string {
    const { usage, summary } = this.ctor
    const [name = '', ...words] = String(usage ?? this.id).split(' ')
    return `Usage: ctdbts [OPTION...]\n\nCommands:\n  ${name.padEnd(15)} ${words.join(' ').padEnd(27)}  ${summary}\n`
  }

  private refuseNode(reason: string): CtdbtsError {
    const line = `${reason} ${this.id}`
    return saidByCtdb('LOCAL_ONLY', line, {
      hint: 'leave out -n, or run the command on that node (--host)',
    })
  }
}
