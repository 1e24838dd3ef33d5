import { Command } from '@oclif/core/command'
import type { Input, ParserOutput } from '@oclif/core/interfaces'
import type { ClusterNode, Pnn } from '../lib/cluster/node.ts'
import { CtdbtsError, saidByCtdb } from '../lib/errors.ts'
import { collectNodeMap, requireReachable } from '../operations/collect/node-map.ts'
import { type TargetNode, targetNode } from '../operations/target-node.ts'
import { jsonText } from '../ui/json.ts'
import type { CommandGroup } from './command-groups.ts'
import { type DaemonSession, withDaemonSession } from './daemon-session.ts'
import { isUsageError, readUsageError, unwrapped } from './oclif-errors.ts'
import { globalFlags, optionShapes } from './options.ts'
import { dropOclifListener } from './output.ts'
import { checkOutputForms, showViews, type Views } from './output-forms.ts'
import { beforeEnd, cutCommandLine } from './popt.ts'
import { type ErrorStyle, errorStyleOf, reportError, reportProblems } from './report-error.ts'
import type { GlobalOptions } from './run-options.ts'
import type { SimOptions } from './sim-flags.ts'
import type { Refuse } from './snapshot-file.ts'

/**
 * What of a command oclif needs for these options: it takes a while over each flag that it is told of, and most are rarely given. Flags with a
 * default have a value without being given.
 */
function withFlagsOf<
  I extends Pick<Input<never, never, never>, 'enableJsonFlag'> & { readonly flags?: object; readonly baseFlags?: object },
>(options: readonly string[], command: I | undefined): I | undefined {
  if (!command) return undefined
  const given = new Set(options.map((option) => option.slice('--'.length).split('=', 1)[0]))
  const needed = (flags: object = {}) =>
    Object.fromEntries(
      Object.entries(flags).filter(([name, flag]) => given.has(name) || given.has(`no-${name}`) || flag.default !== undefined),
    )
  const { enableJsonFlag } = command
  return { ...command, enableJsonFlag, flags: needed(command.flags), baseFlags: needed(command.baseFlags) }
}

/** What all commands share: the options and the grammar of `ctdb`, the connection, the forms of output, and the reporting of errors. */
export abstract class CtdbtsCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = globalFlags
  /** Where help and docs/reference/commands.md list it. Hidden commands have none. */
  static readonly group: CommandGroup | undefined = undefined
  /** Whether it has JSON as `ctdb -j` prints it. Its views include `ctdbJson` then. */
  protected readonly ctdbJson: boolean = false
  /** Whether it accepts -X and -Y, for output with separators. */
  protected readonly machineReadable: boolean = false
  /** Whether it handles -n itself: it asks that node, or refuses in words of its own. Other commands refuse -n. */
  protected readonly handlesNode: boolean = false
  /** Whether -n may name another node than the local one. */
  protected readonly remote: boolean = true
  /** What to do instead of giving -n, where that is refused. */
  protected readonly nodeHint: string = `leave it out: ${this.ctor.id} looks at all nodes`

  /** The options that were given, once they are known. */
  protected options: (GlobalOptions & SimOptions) | undefined
  /** The words behind the name of the command that are no options, once they are known. */
  protected words: readonly string[] = []

  /** oclif's own looks for deprecated names of commands, of which there are none, and loads its help for that. */
  protected override async init(): Promise<void> {
    dropOclifListener()
  }

  /** The PNN given with -n; -1 means none, as in `ctdb`. */
  protected nodeOf({ node }: GlobalOptions): number | undefined {
    return node === undefined || node === -1 ? undefined : node >>> 0
  }

  /** See {@link withDaemonSession}. */
  protected withDaemon<T>(options: GlobalOptions & SimOptions, use: (session: DaemonSession) => Promise<T>): Promise<T> {
    return withDaemonSession(options, use)
  }

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

  /** Reports the problems and prints the result in the form that the options want. @returns what oclif prints under --json. */
  protected async show(options: GlobalOptions, views: Views, problems: readonly CtdbtsError[] = []): Promise<unknown> {
    reportProblems(problems, errorStyleOf(options))
    return await showViews(options, views)
  }

  /** Refuses output options that the command does not have. @throws CtdbtsError OUTPUT_FORM. */
  protected checkOutput(options: GlobalOptions): void {
    const { ctdbJson, machineReadable } = this
    checkOutputForms(this.ctor.id, options, { ctdbJson, machineReadable })
  }

  /** Notes the options that were given. @throws CtdbtsError for those that the command does not have. */
  protected takeOptions(options: GlobalOptions): void {
    this.options = options
    this.checkOutput(options)
    this.checkNodeOption(options)
  }

  private checkNodeOption({ node }: GlobalOptions): void {
    if (node !== undefined && !this.handlesNode) throw this.doesNotTake('-n', this.nodeHint)
  }

  /** The error LOCAL_ONLY in the words of `ctdb`, which end with the command. */
  protected refuseNode(reason: string): CtdbtsError {
    const line = `${reason} ${this.id}`
    return saidByCtdb('LOCAL_ONLY', line, {
      hint: 'leave out -n, or run the command on that node with --host',
    })
  }

  /** Refuses an option that would be ignored: whoever gives it expects something of it. */
  protected readonly doesNotTake: Refuse = (what, hint) => new CtdbtsError('USAGE', `${this.id} does not take ${what}`, { hint })

  protected override async parse<F extends object, B extends object, A extends object>(
    options?: Input<F, B, A>,
    argv: string[] = this.argv,
  ): Promise<ParserOutput<F, B, A>> {
    // In development, oclif warns about commands that did not parse. An error that occurs before that is enough.
    this.parsed = true
    const { options: optionWords, words } = cutCommandLine(argv, optionShapes({ ...this.ctor.baseFlags, ...this.ctor.flags }))
    this.words = words
    // Words that look like options can only come from after a `--`.
    const parsed = await super
      .parse(withFlagsOf(optionWords, options), [...optionWords, '--', ...words])
      .catch(async (error: unknown) => {
        // As with ctdb, options come before words.
        const { flags: own, baseFlags, enableJsonFlag } = this.ctor
        const { flags } = await super.parse({ flags: own, baseFlags, enableJsonFlag, args: {} }, [...optionWords])
        this.takeOptions(flags as unknown as GlobalOptions)
        throw error
      })
    // Here, as a command that had to ask for it would crash with -j, or ignore -X or -n, if its author forgot.
    this.takeOptions(parsed.flags as unknown as GlobalOptions)
    return parsed
  }

  /** oclif asks this before anything is parsed. */
  override jsonEnabled(): boolean {
    return beforeEnd(this.argv).includes('--json')
  }

  protected override logJson(document: unknown): void {
    // The command has written its own documents already.
    if (document === undefined) return
    process.stdout.write(`${jsonText(document)}\n`)
  }

  protected override async catch(error: unknown): Promise<void> {
    const style: ErrorStyle = this.jsonEnabled() ? 'json' : this.argv.includes('--table') ? 'own' : 'ctdb'
    if (error instanceof CtdbtsError) return reportError(unwrapped(error, this.helpHint), style)
    if (!isUsageError(error)) return reportError(error, style)
    const { message, isOfWords } = readUsageError(error)
    reportError(isOfWords ? this.usageError(message) : this.optionError(message), style)
  }

  private get helpHint(): string {
    return `see \`ctdbts ${this.id} --help\``
  }

  /** A wrong number of arguments, or an invalid one. */
  protected usageError(message: string): CtdbtsError {
    return this.optionError(message)
  }

  /** Options that exclude each other, or an invalid value: in our own words, as this happens only with our own options. */
  protected optionError(message: string): CtdbtsError {
    return new CtdbtsError('USAGE', `${this.id}: ${message}`, { hint: this.helpHint })
  }

  /** Reports a problem that does not end the command. */
  protected reportProblem(options: GlobalOptions, problem: CtdbtsError): void {
    reportProblems([problem], errorStyleOf(options))
  }
}
