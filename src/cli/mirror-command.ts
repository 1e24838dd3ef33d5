import { CtdbtsError } from '../lib/errors.ts'
import type { TargetNode } from '../operations/target-node.ts'
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
  /** `ctdb` accepts -X and -Y everywhere; they change nothing where it has no such output. */
  protected override readonly machineReadable: boolean = true
  protected override readonly handlesNode: boolean = true

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
}
