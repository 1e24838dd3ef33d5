import { CtdbtsError } from '../lib/errors.ts'
import type { TargetNode } from '../operations/target-node.ts'
import { visible } from '../ui/visible.ts'
import { CtdbtsCommand } from './base-command.ts'
import type { DaemonSession } from './daemon-session.ts'
import { wantsHost } from './host-flags.ts'
import { type Interruption, interruptible } from './interruptible.ts'
import { isUsageError, readUsageError } from './oclif-errors.ts'
import { whenOutputCloses } from './output.ts'
import type { SelectionOptions } from './record-selection.ts'
import { type GlobalOptions, runTimeLeft } from './run-options.ts'
import { type SimOptions, wantsSim } from './sim-flags.ts'

/**
 * A command that `ctdb` has too: with its text, its exit status and its grammar. A wrong number of arguments prints the command's usage on
 * stdout.
 */
export abstract class MirrorCommand extends CtdbtsCommand {
  /** `ctdb` accepts -X and -Y everywhere; they change nothing where it has no such output. */
  protected override readonly machineReadable: boolean = true
  protected override readonly handlesNode: boolean = true
  /** Whether it works with the daemon. Other commands refuse -n in the words of `ctdb`. */
  protected readonly asksDaemon: boolean = true

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
   * Carries out the command by the `ctdb` of the machine that --host names, as the file that it works on is there.
   * @param ask asks the user first, if need be.
   * @throws CtdbtsError FILE_ELSEWHERE for options that `ctdb` does not have, and when it asks another daemon than we do; NO_CTDB;
   * HELPER_FAILED, with its exit status.
   */
  protected async runThere(
    options: GlobalOptions & SimOptions & SelectionOptions,
    ask?: (node: TargetNode, daemon: DaemonSession) => Promise<void>,
  ): Promise<void> {
    const { json, table, key, limit } = options
    if (json || table || key !== undefined || limit !== undefined) {
      throw new CtdbtsError('FILE_ELSEWHERE', 'with --host, the `ctdb` of that machine does it, and prints its text only', {
        hint: 'leave out --json, --table, --key and --limit, or run the command on the node itself',
      })
    }
    const { checkSameDaemon, ctdbWords, runCtdbOn } = await import('./ctdb-there.ts')
    const left = runTimeLeft(options)
    const words = () => ctdbWords([String(this.id), ...this.words], { maxRuntime: left(), timeLimit: options.timelimit })
    if (!this.asksDaemon) {
      const { withMachine } = await import('./with-machine.ts')
      return await withMachine(options, (access) => runCtdbOn(access, words()))
    }
    await this.withNodeInterruptibly(options, async (node, { signal }, daemon) => {
      const access = await daemon.host()
      if ((access.socketPath ?? options.socket) !== undefined) await checkSameDaemon(access, node, daemon.timeoutMs)
      await ask?.(node, daemon)
      await runCtdbOn(access, words(), signal)
    })
  }

  /** Prints what was done, with -v. */
  protected tell({ verbose }: GlobalOptions, line: string): void {
    if (verbose) process.stderr.write(`${visible(line)}\n`)
  }

  protected override takeOptions(options: GlobalOptions): void {
    super.takeOptions(options)
    if (!this.asksDaemon && this.nodeOf(options) !== undefined) throw this.refuseNode('Cannot specify node for command')
  }

  /** As with ctdb, a node that cannot be asked is reported before wrong words. */
  protected override async catch(error: unknown): Promise<void> {
    const { options } = this
    if (!options || this.nodeOf(options) === undefined || !this.isAboutWords(error)) return await super.catch(error)
    try {
      // Nobody is asked in ways that ctdb does not have.
      if (!wantsHost(options) && !wantsSim(options)) await this.withNode(options, async () => {})
    } catch (problem) {
      return await super.catch(problem)
    }
    await super.catch(error)
  }

  private isAboutWords(error: unknown): boolean {
    if (error instanceof CtdbtsError) return error.code === 'USAGE' && error.ctdbText?.stdout !== undefined
    return isUsageError(error) && readUsageError(error).isOfWords
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
