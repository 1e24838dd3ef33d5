import type { Duplex } from 'node:stream'
import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'
import { GUARD_STARTED } from '../../lib/host/guard-script.ts'
import { execGuarded } from '../guarded-exec.ts'
import { type ExecLimits, type ExecResult, LOCALLY, machineOf } from '../host-access.ts'
import { quoteWords } from '../quote.ts'
import { endingOf, type RelayWay, relayCommand, relayOn } from '../relay.ts'
import { remoteText } from '../remote-text.ts'
import type { CommandMachine, RunningCommand } from '../running-command.ts'
import { Slots } from '../slots.ts'
import { SUDO, sudoRefusal } from '../sudo.ts'

type Words = readonly [string, ...string[]]

/** How a command leads to a machine. */
export interface PrefixOptions {
  /** The machine on which the prefix runs: this one, or a host that SSH reaches. */
  readonly from: CommandMachine
  /** The words before each command: `podman exec -i ctdb --`. */
  readonly prefix: Words
  /**
   * What the prefix does with the words after it: runs them as they are (`words`: podman, kubectl, nsenter), or hands them to a shell there
   * as one line (`line`: ssh).
   */
  readonly passes: 'words' | 'line'
  /** Whether to become root there with sudo. */
  readonly sudo: boolean
  /** How long it may take until a command runs there, in milliseconds. */
  readonly connectTimeoutMs: number
  /** Called with how a socket was reached. */
  readonly onNotice: (text: string) => void
}

/** Each command is a process here, and often a connection: as many at the same time as over one SSH connection. */
const MAX_COMMANDS = 4

/** A machine, container or namespace in which commands are run through another command. */
export class PrefixedMachine implements CommandMachine {
  readonly name: string
  readonly label: string
  private readonly options: PrefixOptions
  private readonly commands = new Slots(MAX_COMMANDS)

  constructor(options: PrefixOptions) {
    this.options = options
    const isRemote = options.from.name !== LOCALLY
    this.name = isRemote ? `${options.from.name}, ${this.line}` : this.line
    this.label = `the machine behind ${this.prefix}`
  }

  /** The machine on which the prefix runs. */
  get from(): CommandMachine {
    return this.options.from
  }

  private get line(): string {
    return this.options.prefix.join(' ')
  }

  /** The prefix, for messages. */
  private get prefix(): string {
    const { from } = this.options
    return from.name === LOCALLY ? `\`${this.line}\`` : `\`${this.line}\` on ${machineOf(from)}`
  }

  get ended(): AbortSignal | undefined {
    return this.options.from.ended
  }

  async start(argv: Words): Promise<RunningCommand> {
    const { from, prefix, passes, sudo } = this.options
    const words = sudo ? [...SUDO, ...argv] : argv
    return await from.start(passes === 'words' ? [...prefix, ...words] : [...prefix, quoteWords(words)])
  }

  async exec(argv: Words, limits: ExecLimits): Promise<ExecResult> {
    return await this.commands.run(() =>
      execGuarded(
        {
          machine: this.label,
          start: (words) => this.start(words),
          failed: (stderr, exitStatus, stdout) => this.failed(stderr, exitStatus, stdout),
          noInput: () => this.noInput(),
        },
        argv,
        limits,
      ),
    )
  }

  async connect(socketPaths: readonly string[]): Promise<Duplex> {
    const { connectTimeoutMs, onNotice } = this.options
    const signal = AbortSignal.timeout(connectTimeoutMs)
    const command = await this.start(relayCommand(socketPaths))
    try {
      const { stream, tool, path } = await relayOn(command, socketPaths, this.relayWay, signal)
      stream.once('close', () => command.kill())
      onNotice(`${this.name}: ${path} through ${tool}`)
      return stream
    } catch (error) {
      throw signal.aborted ? this.tooSlow(connectTimeoutMs) : error
    }
  }

  private get relayWay(): RelayWay {
    return {
      machine: this.label,
      noTool: () =>
        new CtdbtsError('NO_RELAY', `there is none of socat, nc (OpenBSD) and python3 behind ${this.prefix} to relay a socket`, {
          hint: 'install one of them there (socat is the smallest), or reach the socket from outside, as docs/ssh.md describes',
        }),
      noReport: (stderr, exitStatus) => this.failed(stderr, exitStatus),
      noInput: () => this.noInput(),
      hasTerminal: () => this.terminal(),
    }
  }

  /** The prefix ended without running anything: there is no such container, or no shell in it. */
  private failed(stderr: string, exitStatus: number | null, stdout?: Buffer): CtdbtsError {
    const refusal = this.options.sudo ? sudoRefusal(exitStatus, stderr, this.label) : undefined
    if (refusal) return refusal
    // With a terminal (-t), both outputs are one.
    if (stdout?.includes(GUARD_STARTED)) return this.terminal()
    return new CtdbtsError('WAY_FAILED', `${this.prefix} ran nothing: ${remoteText(endingOf(stderr, exitStatus))}`, {
      hint: `try \`${this.line} sh -c true\`: it must run a command there with its standard streams`,
    })
  }

  private terminal(): CtdbtsError {
    return new CtdbtsError('WAY_FAILED', `${this.prefix} gives commands a terminal, which mixes their outputs`, {
      hint: 'leave out its option for a terminal (-t)',
    })
  }

  private noInput(): CtdbtsError {
    return new CtdbtsError('WAY_FAILED', `${this.prefix} does not pass on standard input`, {
      hint: 'add its option for that: -i with podman, docker and kubectl',
    })
  }

  private tooSlow(timeoutMs: number): CtdbtsError {
    return new CtdbtsError('WAY_TIMEOUT', `${this.prefix} did not connect to the socket within ${timeoutMs / 1000} s`, {
      hint: 'check whether the machine or the container is hung or overloaded',
      exitStatus: EXIT_STATUS.timedOut,
    })
  }
}
