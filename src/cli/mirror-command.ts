import type { ClusterNode, Pnn } from '../lib/cluster/node.ts'
import { CtdbtsError, saidByCtdb } from '../lib/errors.ts'
import { collectNodeMap, requireReachable } from '../operations/collect/node-map.ts'
import { type TargetNode, targetNode } from '../operations/target-node.ts'
import { visible } from '../ui/visible.ts'
import { CtdbtsCommand } from './base-command.ts'
import type { DaemonSession } from './daemon-session.ts'
import { type Interruption, interruptible } from './interruptible.ts'
import { whenOutputCloses } from './output.ts'
import type { GlobalOptions } from './run-options.ts'
import type { SimOptions } from './sim-flags.ts'

/**
 * A command that `ctdb` has too: with its text, its exit status and its grammar. A wrong number of arguments prints the command's usage on
 * stdout.
 */
export abstract class MirrorCommand extends CtdbtsCommand {
  /** Whether -n may name another node than the local one. */
  protected readonly remote: boolean = true
  /** `ctdb` accepts -X and -Y everywhere; they change nothing where it has no such output. */
  protected override readonly machineReadable: boolean = true
  protected override readonly handlesNode: boolean = true

  /**
   * Connects for the time of `use`, and makes sure before that the node that -n names can be asked.
   * @throws CtdbtsError NO_SUCH_NODE, NODE_AWAY, LOCAL_ONLY, in the words of `ctdb`; and as `withDaemon`.
   */
  protected async withNode<T>(
    options: GlobalOptions & SimOptions,
    use: (node: TargetNode, daemon: DaemonSession) => Promise<T>,
  ): Promise<T> {
    return await this.withDaemon(options, async (daemon) => {
      const nodeMap = await this.checkNode(options, daemon)
      return await use(targetNode(daemon, this.nodeOf(options), nodeMap), daemon)
    })
  }

  /** The PNN of the node that is asked, and its answer. @throws as `withNode`. */
  protected async fromNode<T>(options: GlobalOptions & SimOptions, look: (node: TargetNode) => Promise<T>): Promise<[Pnn, T]> {
    return await this.withNode(options, (node) => Promise.all([node.pnn, look(node)]))
  }

  /** Like `withNode`, for changes that must not be left half done: see `interruptible`. */
  protected async withNodeInterruptibly<T>(
    options: GlobalOptions & SimOptions,
    use: (node: TargetNode, interruption: Interruption, daemon: DaemonSession) => Promise<T>,
  ): Promise<T> {
    whenOutputCloses('go on')
    return await this.withNode(options, async (node, daemon) => {
      // A daemon that hangs does not even report its PNN. Nothing has been started then.
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
    { client, pnn }: Pick<DaemonSession, 'client' | 'pnn'>,
  ): Promise<readonly ClusterNode[] | undefined> {
    const named = this.nodeOf(options)
    if (named === undefined) return undefined
    const nodeMap = await collectNodeMap(client, pnn)
    requireReachable(nodeMap, named)
    if (!this.remote && named !== (await pnn)) throw this.refuseNode('Node cannot be specified for command')
    return nodeMap
  }

  /** For a command that asks no daemon. @throws CtdbtsError LOCAL_ONLY when -n names a node. */
  protected refuseAnyNode(options: GlobalOptions): void {
    if (this.nodeOf(options) !== undefined) throw this.refuseNode('Cannot specify node for command')
  }

  /** Prints what was done, with -v. */
  protected tell({ verbose }: GlobalOptions, line: string): void {
    if (verbose) process.stderr.write(`${visible(line)}\n`)
  }

  protected override usageError(message: string): CtdbtsError {
    return new CtdbtsError('USAGE', `${this.id}: ${message}`, {
      hint: `see \`ctdbts ${this.id} --help\``,
      ctdbText: { stderr: [], stdout: this.usageText() },
    })
  }

  /** The usage in the form in which `ctdb` prints it, without the options, which --help lists together with ours. */
  private usageText(): string {
    const { usage, summary = '' } = this.ctor
    const [name = '', ...words] = String(usage ?? this.id).split(' ')
    // ctdb's descriptions begin with a small letter, those of our --help do not.
    const description = `${summary.slice(0, 1).toLowerCase()}${summary.slice(1)}`
    return `Usage: ctdbts [OPTION...]\n\nCommands:\n  ${name.padEnd(15)} ${words.join(' ').padEnd(27)}  ${description}\n`
  }

  private refuseNode(reason: string): CtdbtsError {
    const line = `${reason} ${this.id}`
    return saidByCtdb('LOCAL_ONLY', line, {
      hint: 'leave out -n, or run the command on that node with --host',
    })
  }
}
