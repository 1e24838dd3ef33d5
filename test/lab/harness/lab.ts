import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunResult } from '../../support/program.ts'
import { type Interface, setCable } from './network.ts'
import { inside, mustRunOn, runOn } from './node-commands.ts'
import { type LabNode, TUNABLES } from './node-files.ts'
import { childrenOf, kill, nameOf } from './processes.ts'
import { waitUntil } from './wait.ts'

/** A running lab, as it can be handed from the process that started it to those that use it. */
export interface LabDescription {
  readonly labId: string
  readonly directory: string
  readonly nodes: readonly LabNode[]
}

const BUSY_LEADER = 'Failed to disable takeover runs'
const ATTEMPTS = 10

/** A running cluster, and what can be done with it. */
export class Lab {
  readonly nodes: readonly LabNode[]
  private readonly description: LabDescription

  constructor(description: LabDescription) {
    this.description = description
    this.nodes = description.nodes
  }

  get pnns(): number[] {
    return this.nodes.map(({ pnn }) => pnn)
  }

  /** The folder of all that the lab writes. */
  get directory(): string {
    return this.description.directory
  }

  /** A file on a node, as it can be opened from outside: `run/ctdb/ctdbd.socket`, `log/log.ctdb`, `etc/public_addresses`. */
  path(pnn: number, file: string): string {
    return join(this.node(pnn).directory, file)
  }

  /** ctdbd's socket; it can be connected to from outside too. */
  socketPath(pnn: number): string {
    return this.path(pnn, 'run/ctdb/ctdbd.socket')
  }

  /** The key that lets root in on every node; sshd listens on the private addresses. */
  get sshKeyPath(): string {
    return join(this.description.directory, 'keys/client')
  }

  /** Runs an argument vector on a node, in its namespaces; paths have to be absolute. */
  async exec(pnn: number, argv: readonly string[], { env = {} }: { env?: Record<string, string> } = {}): Promise<RunResult> {
    return await runOn(this.node(pnn), argv, env)
  }

  /** As `exec`, for what has to succeed; tried again where `ctdb` fails over a takeover run that the leader does by itself just then. */
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

  /** The real tool. */
  async ctdb(pnn: number, ...argv: string[]): Promise<RunResult> {
    return await this.exec(pnn, ['ctdb', ...argv])
  }

  /** The words that start the program as it was built when the lab started. */
  get program(): readonly string[] {
    return [process.execPath, join(this.directory, 'program/bin/run.js')]
  }

  /** An argument vector that runs another on a node, from outside of its namespaces. */
  argv(pnn: number, argv: readonly string[]): readonly string[] {
    return ['nsenter', ...inside(this.node(pnn)), ...argv]
  }

  /** That program. */
  async ctdbts(pnn: number, ...argv: string[]): Promise<RunResult> {
    const env = { XDG_CACHE_HOME: join(this.directory, 'cache'), HOME: join(this.directory, 'home') }
    return await this.exec(pnn, [...this.program, ...argv], { env })
  }

  /** PNN of the leader. */
  async leader(): Promise<number> {
    return Number(await this.must(0, 'ctdb', 'leader'))
  }

  /** Sets a tunable of all daemons. */
  async setTunable(name: string, value: number): Promise<void> {
    for (const pnn of this.pnns) await this.must(pnn, 'ctdb', 'setvar', name, String(value))
  }

  /** Whether a node that is silent counts as disconnected before long, as it should, or not for the next ten minutes. */
  async noticeSilence(notice: boolean): Promise<void> {
    await this.setTunable('KeepaliveLimit', notice ? TUNABLES.KeepaliveLimit : 600)
  }

  /** Starts ctdbd; again, when it gave up at once, as what is left of a killed one may still hold the lock on its pid file. */
  async startDaemon(pnn: number): Promise<void> {
    // A daemon that was told to end removes its socket well before it is gone: a new one finds the pid file locked until then.
    await waitUntil(`the last ctdbd of node ${pnn} is gone`, async () => (this.daemonRuns(pnn) ? 'it still runs' : undefined))
    const runs = async () => (this.daemonRuns(pnn) ? undefined : 'it does not')
    await waitUntil(`ctdbd runs on node ${pnn}`, async () => {
      await this.must(pnn, 'ctdbd')
      return await waitUntil(`ctdbd has written its pid file on node ${pnn}`, runs, 2_000).then(() => undefined, String)
    })
  }

  private daemonRuns(pnn: number): boolean {
    try {
      // A process that has ended and was not waited for yet has none.
      return readFileSync(`/proc/${this.daemonPid(pnn)}/cmdline`, 'utf8') !== ''
    } catch {
      return false
    }
  }

  /** Sends a signal to a node's daemon, or to its recovery daemon alone. */
  signal(pnn: number, whom: 'ctdbd' | 'recoverd', signal: 'SIGSTOP' | 'SIGCONT'): void {
    const daemon = this.daemonPid(pnn)
    const pid = whom === 'ctdbd' ? daemon : childrenOf(daemon).find((child) => nameOf(child) === 'ctdb_recoverd')
    if (pid === undefined) throw new Error(`node ${pnn} has no recovery daemon`)
    process.kill(pid, signal)
  }

  /** Kills a node's daemon (SIGKILL), and its children, which would keep a new one from starting for some seconds. */
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

  /** The end of a node's log, for errors. */
  lastLogLines(pnn: number): string {
    const lines = readFileSync(this.path(pnn, 'log/log.ctdb'), 'utf8').trimEnd().split('\n')
    return [`log of node ${pnn}:`, ...lines.slice(-10)].join('\n')
  }

  private daemonPid(pnn: number): number {
    return Number(readFileSync(this.path(pnn, 'run/ctdb/ctdbd.pid'), 'utf8'))
  }

  private node(pnn: number): LabNode {
    const node = this.nodes[pnn]
    if (!node) throw new Error(`the lab has no node ${pnn}`)
    return node
  }
}
