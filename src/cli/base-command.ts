import { Command } from '@oclif/core/command'
import type { Input, ParserOutput } from '@oclif/core/interfaces'
import { CtdbtsError, EndedError, saidByCtdb } from '../lib/errors.ts'
import { MAX_TIMER_MS } from '../lib/timers.ts'
import type { CtdbClient } from '../transport/client.ts'
import type { HostAccess } from '../transport/host-access.ts'
import { openUnix } from '../transport/unix.ts'
import type { CtdbStyle } from '../ui/ctdb/style.ts'
import { jsonText } from '../ui/json.ts'
import { type HostOptions, wantsHost } from './host-flags.ts'
import { abortUnderWay } from './interruptible.ts'
import { isUsageError, readUsageError } from './oclif-errors.ts'
import { globalFlags, optionShapes } from './options.ts'
import { dropOclifListener, wantsColour } from './output.ts'
import { beforeEnd, cutCommandLine } from './popt.ts'
import { type ErrorStyle, reportError, reportProblems } from './report-error.ts'
import { type SimOptions, wantsSim } from './sim-flags.ts'

/** What the real tool does without -T and CTDB_TIMEOUT. */
const DEFAULT_MAX_RUNTIME_SECONDS = 120

/** The values of the options that every command has. */
export interface GlobalOptions extends HostOptions {
  readonly node: number | undefined
  readonly timelimit: number
  readonly maxruntime: number | undefined
  readonly verbose: boolean
  readonly 'machine-readable': boolean
  readonly 'machine-parsable': boolean
  readonly separator: string
  readonly 'ctdb-json': boolean
  readonly socket: string | undefined
  readonly table: boolean
  readonly json: boolean
}

/** A result in every form in which a command can show it; only the wanted one is made. */
export interface Views {
  /** As the real tool prints it. */
  ctdb(style: CtdbStyle): string
  /** As `ctdb -j` prints it; absent for a command of which it says that it cannot. */
  ctdbJson?(): unknown
  json(): unknown
  /** For what is not a list of things, the text is as good. */
  table?(coloured: boolean): Promise<string>
}

/** Which of the real tool's forms of output a command has. */
interface OutputForms {
  /** `-j`; without it, the real tool's refusal is given. */
  readonly ctdbJson: boolean
  /** `-X` and `-Y`. */
  readonly machineReadable?: boolean
}

/** The local daemon, and its PNN, which is on its way. */
export interface Daemon {
  readonly client: CtdbClient
  readonly pnn: Promise<number>
  /** The machine that it runs on. */
  readonly host: () => Promise<HostAccess>
  /** Time limit for each answer. */
  readonly timeoutMs: number
}

/** What all commands share: the real tool's options and grammar, the connection, the forms of output, the telling of errors. */
export abstract class CtdbtsCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = globalFlags

  protected override async init(): Promise<void> {
    await super.init()
    dropOclifListener()
  }

  /** PNN given with -n; -1 means none, as in the real tool. */
  protected nodeOf({ node }: GlobalOptions): number | undefined {
    return node === undefined || node === -1 ? undefined : node >>> 0
  }

  /** Connects to the local daemon for the time of `use`, and keeps to the time limits. */
  protected async withDaemon<T>(options: GlobalOptions & SimOptions, use: (daemon: Daemon) => Promise<T>): Promise<T> {
    const stopTimer = limitRunTime(options)
    const timeoutMs = timeoutMsOf(options)
    try {
      const { client, pnn, host, close } = await open(options, timeoutMs)
      pnn.catch(() => {})
      try {
        return await use({ client, pnn, host, timeoutMs })
      } finally {
        close()
      }
    } finally {
      stopTimer()
    }
  }

  /** Prints a result in the form that the options want; the return value is what oclif prints under --json. */
  protected async show(options: GlobalOptions, views: Views, problems: readonly CtdbtsError[] = []): Promise<unknown> {
    reportProblems(problems, this.errorStyle(options))
    if (options.json) return views.json()
    if (options.table && views.table) process.stdout.write(await views.table(wantsColour(process.stdout, process.env)))
    // The real tool ends its JSON without a newline.
    else if (options['ctdb-json']) process.stdout.write(jsonText(views.ctdbJson?.()))
    else process.stdout.write(views.ctdb(ctdbStyle(options)))
    return undefined
  }

  /** Refuses combinations of output options, in the real tool's words where it has some. */
  protected checkOutput(options: GlobalOptions, { ctdbJson, machineReadable = true }: OutputForms): void {
    const machine = options['machine-readable'] || options['machine-parsable']
    if (machine && !machineReadable) {
      throw new CtdbtsError('OUTPUT_FORM', `${this.id} has no output with separators`, { hint: 'use --json' })
    }
    if ((options.json || options['ctdb-json']) && machine) throw refusal('--json and -Y options are mutually exclusive')
    if (options['ctdb-json'] && !ctdbJson) throw refusal(`--json not supported by the ${this.id} subcommand`)
    const forms = [machine, options.table, options.json, options['ctdb-json']].filter(Boolean)
    if (forms.length > 1) {
      throw new CtdbtsError('OUTPUT_FORM', 'only one form of output can be had: --table, --json, -j or -X', {
        hint: 'leave all but one away',
      })
    }
  }

  protected override async parse<F extends object, B extends object, A extends object>(
    options?: Input<F, B, A>,
    argv: string[] = this.argv,
  ): Promise<ParserOutput<F, B, A>> {
    // For oclif, which in development warns of commands that did not; that they could not is said by the error.
    this.parsed = true
    const { options: given, words } = cutCommandLine(argv, optionShapes({ ...this.ctor.baseFlags, ...this.ctor.flags }))
    // Words that look like options only got here behind a `--`.
    return await super.parse(options, [...given, '--', ...words])
  }

  /** oclif asks this before anything is parsed. */
  override jsonEnabled(): boolean {
    return beforeEnd(this.argv).includes('--json')
  }

  protected override logJson(document: unknown): void {
    // Of a command that has written its own documents already.
    if (document === undefined) return
    process.stdout.write(`${jsonText(document)}\n`)
  }

  protected override async catch(error: unknown): Promise<void> {
    const style: ErrorStyle = this.jsonEnabled() ? 'json' : this.argv.includes('--table') ? 'own' : 'ctdb'
    if (error instanceof CtdbtsError || !isUsageError(error)) return reportError(error, style)
    const { message, isOfWords } = readUsageError(error)
    reportError(isOfWords ? this.usageError(message) : this.optionError(message), style)
  }

  /** A wrong number of words, or a wrong one. */
  protected usageError(message: string): CtdbtsError {
    return this.optionError(message)
  }

  /** Options that cannot be together, or a value that an option has not: told in our words, as only ours can be wrong like that. */
  protected optionError(message: string): CtdbtsError {
    return new CtdbtsError('USAGE', `${this.id}: ${message}`, { hint: `see \`ctdbts ${this.id} --help\`` })
  }

  /** Tells of something that went wrong and is not the end. */
  protected tellProblem(options: GlobalOptions, problem: CtdbtsError): void {
    reportProblems([problem], this.errorStyle(options))
  }

  private errorStyle(options: GlobalOptions): ErrorStyle {
    return options.json || options.table ? 'own' : 'ctdb'
  }
}

/** The time limit for each answer. The real tool takes a negative one as unsigned, and so as none. */
export const timeoutMsOf = ({ timelimit }: GlobalOptions): number => (timelimit < 0 ? MAX_TIMER_MS : timelimit * 1000)

/** The local daemon; that of another host, or the embedded cluster, where that is wanted. */
async function open(
  options: GlobalOptions & SimOptions,
  timeoutMs: number,
): Promise<Omit<Daemon, 'timeoutMs'> & { close: () => void }> {
  checkWhere(options)
  if (wantsHost(options)) {
    const { openHost } = await import('./open-host.ts')
    return await openHost(options, timeoutMs)
  }
  if (!wantsSim(options)) {
    const { client, pnn } = await openUnix({ socketPath: options.socket, timeoutMs }).catch(async (error: unknown) => {
      if (process.env.CTDB_TEST_MODE === undefined) throw error
      const { tellAsInTestMode } = await import('./unreachable-daemon.ts')
      return await tellAsInTestMode(error, options)
    })
    return { client, pnn, host: thisMachine, close: () => client.close() }
  }
  const { openSim } = await import('./open-sim.ts')
  const { client, host, close } = await openSim(options, timeoutMs)
  return {
    client,
    pnn: client.pnn(),
    host,
    close: () => {
      client.close()
      close()
    },
  }
}

/** This machine; loaded late, as few commands need it. */
export async function thisMachine(): Promise<HostAccess> {
  const { localHost } = await import('../transport/local-host.ts')
  return localHost()
}

/** @throws CtdbtsError USAGE when the options name two clusters. */
export function checkWhere(options: GlobalOptions & SimOptions): void {
  if (!wantsSim(options)) return
  const other = wantsHost(options) ? '--host' : options.socket === undefined ? undefined : '--socket'
  if (other === undefined) return
  throw new CtdbtsError('USAGE', `either a real cluster can be asked (${other}) or a simulated one`, {
    hint: `leave out ${other} or --sim`,
  })
}

const refusal = (line: string): CtdbtsError => saidByCtdb('OUTPUT_FORM', line)

function ctdbStyle(options: GlobalOptions): CtdbStyle {
  const machine = options['machine-readable'] || options['machine-parsable']
  return { verbose: options.verbose, ...(machine ? { separator: options.separator } : {}) }
}

/**
 * Ends the program when it takes longer than -T, CTDB_TIMEOUT, or 120 s; 0 counts as not given. What is interruptible may clean up first.
 * Returns what ends the limit.
 */
export function limitRunTime({ maxruntime, json }: GlobalOptions): () => void {
  const seconds = maxruntime || timeoutFromEnvironment() || DEFAULT_MAX_RUNTIME_SECONDS
  if (seconds < 0) return () => {}
  const timer = setTimeout(
    () => {
      const line = 'Maximum runtime exceeded - exiting'
      const error = new EndedError('MAX_RUNTIME', line, { ctdbText: { stderr: [line] } })
      if (abortUnderWay(error)) return
      reportError(error, json ? 'json' : 'ctdb')
      process.exit()
    },
    Math.min(seconds * 1000, MAX_TIMER_MS),
  )
  return () => clearTimeout(timer)
}

function timeoutFromEnvironment(): number | undefined {
  const text = process.env.CTDB_TIMEOUT
  if (text === undefined) return undefined
  if (/^\d+$/.test(text)) return Number(text)
  throw refusal('Invalid value CTDB_TIMEOUT')
}
