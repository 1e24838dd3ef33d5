import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunResult } from '../../support/program.ts'
import { HostedProgram } from './hosted-program.ts'
import { type Interface, setCable } from './network.ts'
import { inside, mustRunOn, runOn } from './node-commands.ts'
import { type LabNode, TUNABLES } from './node-files.ts'
import { childrenOf, kill, nameOf } from './processes.ts'
import { waitUntil } from './wait.ts'

/** A running lab, in a form that can be passed from the process that started it to the processes that use it. */
export interface LabDescription {
  readonly labId: string
  readonly directory: string
  readonly nodes: readonly LabNode[]
}

/** Commands that leave their output to a script, which inherits it: that of a thread cannot be inherited. */
const RUN_SCRIPTS: ReadonlySet<string> = new Set(['natgw', 'lvs'])
const BUSY_LEADER = 'Failed to disable takeover runs'
const ATTEMPTS = 10

/** A running cluster and the operations on it. */
export class Lab {
  readonly nodes: readonly LabNode[]
  private readonly description: LabDescription
  private readonly hosted: readonly HostedProgram[]

  constructor(description: LabDescription) {
    this.description = description
    this.nodes = description.nodes
    this.hosted = this.nodes.map((node) => new HostedProgram(node, this.programRoot, this.programEnv))
  }

  get pnns(): number[] {
    return this.nodes.map(({ pnn }) => pnn)
  }

  /** The names of its namespaces begin with it. */
  get id(): string {
    return this.description.labId
  }

  /** The folder that contains all files of the lab. */
  get directory(): string {
    return this.description.directory
  }

  /** The path of a node's file outside of its namespaces: `run/ctdb/ctdbd.socket`, `log/log.ctdb`, `etc/public_addresses`. */
  path(pnn: number, file: string): string {
    return join(this.node(pnn).directory, file)
  }

  /** The socket of ctdbd; processes outside of the node's namespaces can connect to it too. */
  socketPath(pnn: number): string {
    return this.path(pnn, 'run/ctdb/ctdbd.socket')
  }

  /** The key with which root can log in on every node; sshd listens on the private addresses. */
  get sshKeyPath(): string {
    return join(this.description.directory, 'keys/client')
  }

  /** Runs an argument vector in the namespaces of a node. Paths have to be absolute. */
  async exec(pnn: number, argv: readonly string[], { env = {} }: { env?: Record<string, string> } = {}): Promise<RunResult> {
    return await runOn(this.node(pnn), argv, env)
  }

  /**
   * Runs an argument vector that has to succeed. Retries when `ctdb` fails because the leader is in the middle of a takeover run.
   * @returns its standard output.
   */
  async must(pnn: number, ...argv: string[]): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await mustRunOn(this.node(pnn), argv)
      } catch (error) {
        if (attempt === ATTEMPTS || !String(error).includes(BUSY_LEADER)) throw error
        await sleep(1_000)
      }
    }
  }

  /** Runs the real tool, `ctdb`. */
  async ctdb(pnn: number, ...argv: string[]): Promise<RunResult> {
    return await this.exec(pnn, ['ctdb', ...argv])
  }

  /** The argument vector that starts `ctdbts` as it was built when the lab started. */
  get program(): readonly string[] {
    return [process.execPath, join(this.programRoot, 'bin/run.js')]
  }

  /** The argument vector that runs another one on a node, from outside of its namespaces. */
  argv(pnn: number, argv: readonly string[]): readonly string[] {
    return ['nsenter', ...inside(this.node(pnn)), ...argv]
  }

  /**
   * Runs `ctdbts` on a node, in a thread of a process there: most tests compare what it prints, and starting a process for each run takes
   * twenty times as long.
   */
  async ctdbts(pnn: number, ...argv: string[]): Promise<RunResult> {
    if (argv.some((word) => RUN_SCRIPTS.has(word))) return await this.ctdbtsProcess(pnn, ...argv)
    return await this.hosted[this.node(pnn).pnn]!.run([...this.program, ...argv])
  }

  /** Runs `ctdbts` on a node in a process of its own, as a user would. */
  async ctdbtsProcess(pnn: number, ...argv: string[]): Promise<RunResult> {
    return await this.exec(pnn, [...this.program, ...argv], { env: this.programEnv })
  }

  /** The PNN of the leader. */
  async leader(): Promise<number> {
    return Number(await this.must(0, 'ctdb', 'leader'))
  }

  /** Sets a tunable on all nodes. */
  async setTunable(name: string, value: number): Promise<void> {
    for (const pnn of this.pnns) await this.must(pnn, 'ctdb', 'setvar', name, String(value))
  }

  /** Chooses whether a silent node soon counts as disconnected (the default), or not within the next ten minutes. */
  async noticeSilence(notice: boolean): Promise<void> {
    await this.setTunable('KeepaliveLimit', notice ? TUNABLES.KeepaliveLimit : 600)
  }

  /** Starts ctdbd. Retries when it gives up at once: children of a killed daemon may still hold the lock on the pid file. */
  async startDaemon(pnn: number): Promise<void> {
    // A daemon that shuts down removes its socket long before it ends, and keeps the pid file locked until then.
    await this.untilDaemonEnds(pnn)
    const runs = async () => (this.daemonRuns(pnn) ? undefined : 'it does not')
    await waitUntil(`ctdbd runs on node ${pnn}`, async () => {
      await this.must(pnn, 'ctdbd')
      return await waitUntil(`ctdbd has written its pid file on node ${pnn}`, runs, 2_000).then(() => undefined, String)
    })
  }

  /** Also waits for its event daemon, which looks every 5 s whether ctdbd still runs, and until then keeps the next one from starting. */
  async untilDaemonEnds(pnn: number): Promise<void> {
    await waitUntil(`the last ctdbd of node ${pnn} has ended`, async () =>
      this.daemonRuns(pnn)
        ? 'it is still running'
        : this.hasProcess(pnn, 'eventd')
          ? 'its event daemon is still running'
          : undefined,
    )
  }

  private daemonRuns(pnn: number): boolean {
    return this.hasProcess(pnn, 'ctdbd')
  }

  private hasProcess(pnn: number, name: 'ctdbd' | 'eventd'): boolean {
    try {
      // A zombie has no command line, and a stale number may be another's by now.
      return readFileSync(`/proc/${this.pidOf(pnn, name)}/cmdline`, 'utf8').includes(name)
    } catch {
      return false
    }
  }

  /** Sends a signal to the ctdbd of a node, or only to its recovery daemon. */
  signal(pnn: number, whom: 'ctdbd' | 'recoverd', signal: 'SIGSTOP' | 'SIGCONT'): void {
    process.kill(whom === 'ctdbd' ? this.daemonPid(pnn) : this.recoverdPid(pnn), signal)
  }

  private pidOf(pnn: number, name: 'ctdbd' | 'eventd'): number {
    return Number(readFileSync(this.path(pnn, `run/ctdb/${name}.pid`), 'utf8'))
  }

  /** The process id of a node's ctdbd. */
  daemonPid(pnn: number): number {
    return this.pidOf(pnn, 'ctdbd')
  }

  /** The process id of a node's recovery daemon, which is a client of its ctdbd. */
  recoverdPid(pnn: number): number {
    const pid = childrenOf(this.daemonPid(pnn)).find((child) => nameOf(child) === 'ctdb_recoverd')
    if (pid === undefined) throw new Error(`node ${pnn} has no recovery daemon`)
    return pid
  }

  /** Ends the SSH connections to a node. Processes are seen across network namespaces: those of other nodes and labs are left alone. */
  async cutSshConnections(pnn: number): Promise<void> {
    const { holderPid } = this.node(pnn)
    await this.must(pnn, 'pkill', '--ns', String(holderPid), '--nslist', 'net', '-f', '^sshd: root')
  }

  /** Kills (SIGKILL) the ctdbd of a node, and its children, which would keep a new daemon from starting for some seconds. */
  killDaemon(pnn: number): void {
    const daemon = this.daemonPid(pnn)
    for (const pid of [daemon, ...childrenOf(daemon)]) kill(pid)
  }

  async plug(pnn: number, name: Interface): Promise<void> {
    await setCable(this.description.labId, pnn, name, 'plugged')
  }

  async pull(pnn: number, name: Interface): Promise<void> {
    await setCable(this.description.labId, pnn, name, 'pulled')
  }

  /** Remembers where the nodes' logs end. @returns reads what a node has logged since. */
  logsFromNow(): (pnn: number) => string {
    const pathOf = (pnn: number) => this.path(pnn, 'log/log.ctdb')
    const ends = new Map(this.pnns.map((pnn) => [pnn, statSync(pathOf(pnn)).size]))
    return (pnn) => readFileSync(pathOf(pnn)).subarray(ends.get(pnn)).toString()
  }

  /** The last lines of a node's log, for error messages. */
  lastLogLines(pnn: number): string {
    const lines = readFileSync(this.path(pnn, 'log/log.ctdb'), 'utf8').trimEnd().split('\n')
    return [`log of node ${pnn}:`, ...lines.slice(-10)].join('\n')
  }

  private get programRoot(): string {
    return join(this.directory, 'program')
  }

  private get programEnv(): Record<string, string> {
    return { XDG_CACHE_HOME: join(this.directory, 'cache'), HOME: join(this.directory, 'home') }
  }

  private node(pnn: number): LabNode {
    const node = this.nodes[pnn]
    if (!node) throw new Error(`the lab has no node ${pnn}`)
    return node
  }
}
