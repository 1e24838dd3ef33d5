import type { Duplex } from 'node:stream'
import type { Pnn } from '../lib/cluster/node.ts'

/** The result of a command on a host. */
export interface ExecResult {
  /** Null when a signal ended the command. */
  readonly exitStatus: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

/** When a command on a host is stopped. */
export interface ExecLimits {
  /** Milliseconds after which the command is stopped. */
  readonly timeoutMs: number
  /** The command is stopped as soon as its output is longer than this. */
  readonly maxBytes: number
  readonly signal?: AbortSignal | undefined
  /**
   * Gets standard output as it comes, without a limit; the result has none of it. No more comes until what it returns is settled; that must
   * not reject. Only machines that are reached over something do so; others return it in the result as usual.
   */
  readonly onStdout?: ((chunk: Buffer) => Promise<void> | undefined) | undefined
}

/** Access to a machine: this one, or another one over SSH. */
export interface HostAccess {
  /** Name for reports: `locally`, or `ssh root@node1:22`. Messages call the first one `this machine`. */
  readonly name: string
  /** What messages call it, where that is not its name. */
  readonly label?: string | undefined
  /** Where the daemon's socket is there, if that is configured. */
  readonly socketPath?: string | undefined
  /** The folder of CTDB's configuration there, if that is configured. */
  readonly configFolder?: string | undefined
  /** The machine in whose kernel the node's addresses are, if commands here run in front of another one. */
  readonly kernel?: HostAccess | undefined
  /** The PNN of the node that must be there, if the way leads to a node by its number. */
  readonly expectedPnn?: Pnn | undefined
  /** Aborts when the connection ends; its reason is a CtdbtsError. Absent where there is no connection that could end. */
  readonly ended?: AbortSignal | undefined
  /**
   * Runs a command, given as its words; no shell interprets them. With --sudo the command runs as root.
   * @throws CtdbtsError EXEC_TIMEOUT, EXEC_OUTPUT (too much output), or the error that ended the connection. An exit status other than 0
   * does not throw.
   */
  exec(argv: readonly [string, ...string[]], limits: ExecLimits): Promise<ExecResult>
  /**
   * Connects to a Unix socket on the machine: the first of these paths that exists.
   * @throws CtdbtsError NO_SOCKET when none exists, NOBODY_LISTENS, NO_PERMISSION, or the error that ended the connection.
   */
  connect(socketPaths: readonly string[]): Promise<Duplex>
}

/** A machine that can be connected to. */
export interface HostRoute {
  /** Name of the machine as given by the user, the configuration or the cluster. */
  readonly name: string
  /** @throws CtdbtsError when the machine cannot be reached. */
  reach(): Promise<HostAccess>
}

/** The `name` of the HostAccess of this machine. */
export const LOCALLY = 'locally'

/** The name of this machine in messages. */
export const THIS_MACHINE = 'this machine'

/** What messages call a machine: `this machine`, `ssh root@node1:22`, or "the machine behind `podman exec -i ctdb`". */
export const machineOf = ({ name, label }: Pick<HostAccess, 'name' | 'label'>): string =>
  label ?? (name === LOCALLY ? THIS_MACHINE : name)

/** Where a peer (a machine, or the path of a socket) is: `on this machine`, `at /run/ctdb/ctdbd.socket`. */
export const locationOf = (peer: string): string => (peer.startsWith('/') ? `at ${peer}` : `on ${peer}`)
