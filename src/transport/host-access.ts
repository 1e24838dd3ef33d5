import type { Duplex } from 'node:stream'

/** How a command on a host ended. */
export interface ExecResult {
  /** Null when a signal ended it. */
  readonly exitStatus: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

export interface ExecLimits {
  /** After so long it is given up. */
  readonly timeoutMs: number
  /** As soon as it has printed more than so much it is given up. */
  readonly maxBytes: number
  readonly signal?: AbortSignal | undefined
}

/** A way to a machine: this one, or another through SSH. */
export interface HostAccess {
  /** For reports: `locally`, or `ssh root@node1:22`. Messages have it from `machineOf`. */
  readonly name: string
  /** Aborts when the way is of no more use; its reason is a CtdbtsError. Absent for one that does not end by itself. */
  readonly ended?: AbortSignal
  /**
   * Runs a command, given as its words; no word is ever read by a shell. Under --sudo it runs as root.
   * @throws CtdbtsError EXEC_TIMEOUT, EXEC_OUTPUT (too much of it), or what ended the connection. Not for an exit status other than 0.
   */
  exec(argv: readonly [string, ...string[]], limits: ExecLimits): Promise<ExecResult>
  /**
   * Connects to a Unix socket there: the first of these paths at which there is one.
   * @throws CtdbtsError NO_SOCKET when there is none, NOBODY_LISTENS, NO_PERMISSION, or what ended the connection.
   */
  connect(socketPaths: readonly string[]): Promise<Duplex>
}
