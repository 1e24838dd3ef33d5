import type { Duplex, Readable } from 'node:stream'
import type { HostAccess, HostRoute } from './host-access.ts'

/** A command that has been started on a machine, with its standard streams. */
export interface RunningCommand {
  /** Its standard input and output. It passes on the end of its input; `destroy` does not end the command. */
  readonly stream: Duplex
  readonly stderr: Readable
  /** Known once the command has ended; null when a signal ended it, or when the connection to it ended. */
  readonly exitStatus: Promise<number | null>
  /** Ends it, as far as that is possible from here, and drops what it still prints. */
  kill(): void
}

/** A machine on which commands can be started whose streams stay connected. */
export interface CommandMachine extends HostAccess {
  /**
   * Starts a command, given as its words; no shell interprets them.
   * @throws CtdbtsError when it cannot be started.
   */
  start(argv: readonly [string, ...string[]]): Promise<RunningCommand>
}

/** A route to such a machine. */
export interface CommandRoute extends HostRoute {
  reach(): Promise<CommandMachine>
}
