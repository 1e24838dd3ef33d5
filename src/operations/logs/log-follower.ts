import type { Pnn } from '../../lib/cluster/node.ts'
import type { LogText } from '../../lib/history/log-text.ts'
import { factsOf, type Snapshot } from '../../lib/snapshot/snapshot.ts'
import type { Cluster, ExaminedMachine } from '../reach/cluster.ts'
import { LogTail } from './log-tail.ts'

/** Logs are looked at so often. */
const EVERY_MS = 5_000

/** A line of the log of a node. */
export interface NodeLogText extends LogText {
  readonly pnn: Pnn
}

export interface LogFollowOptions {
  readonly cluster: () => Cluster | undefined
  /** The last sample of all nodes. */
  readonly snapshot: () => Snapshot | undefined
  readonly fromLocal: (localMs: number) => number
  /** Called with new lines of a node. */
  readonly onLines: (lines: readonly NodeLogText[]) => void
}

/** Reads what is new in the logs of all nodes whose machines are reached, as long as it is on. What keeps a log from being read is a line of it. */
export class LogFollower implements Disposable {
  private readonly options: LogFollowOptions
  private readonly closing = new AbortController()
  private readonly tails = new Map<Pnn, LogTail>()
  /** Why the log of a node cannot be read at present. */
  private readonly problems = new Map<Pnn, string>()
  private timer: NodeJS.Timeout | undefined
  /** Nodes whose logs are being read. */
  private readonly busy = new Set<Pnn>()

  constructor(options: LogFollowOptions) {
    this.options = options
  }

  /** Begins to read the logs, or ends. What was read before is not read again. */
  turn(isOn: boolean): void {
    clearInterval(this.timer)
    this.timer = isOn ? setInterval(this.look, EVERY_MS) : undefined
    if (isOn) this.look()
  }

  [Symbol.dispose](): void {
    this.turn(false)
    this.closing.abort()
  }

  /** A node that hangs does not hold up the others. */
  private readonly look = (): void => {
    const cluster = this.options.cluster()
    const snapshot = this.options.snapshot()
    if (!cluster || !snapshot) return
    for (const pnn of cluster.present) if (!this.busy.has(pnn)) void this.lookAt(cluster, snapshot, pnn)
  }

  private async lookAt(cluster: Cluster, snapshot: Snapshot, pnn: Pnn): Promise<void> {
    this.busy.add(pnn)
    const lines = await this.read(cluster, snapshot, pnn)
    this.busy.delete(pnn)
    if (lines.length > 0 && !this.closing.signal.aborted) this.options.onLines(lines)
  }

  private async read(cluster: Cluster, snapshot: Snapshot, pnn: Pnn): Promise<readonly NodeLogText[]> {
    try {
      const machine = machineIn(cluster, snapshot, pnn)
      if (typeof machine === 'string') return this.problem(pnn, machine)
      const lines = await this.tailOf(pnn, cluster.timeoutMs).read(machine)
      this.problems.delete(pnn)
      return lines.map((line) => ({ ...line, pnn }))
    } catch (error) {
      return this.problem(pnn, (error as Error).message)
    }
  }

  private tailOf(pnn: Pnn, timeoutMs: number): LogTail {
    const known = this.tails.get(pnn)
    if (known) return known
    const tail = new LogTail({ timeoutMs, signal: this.closing.signal, fromLocal: this.options.fromLocal })
    this.tails.set(pnn, tail)
    return tail
  }

  /** A problem is a line of the log once. */
  private problem(pnn: Pnn, why: string): readonly NodeLogText[] {
    if (this.problems.get(pnn) === why) return []
    this.problems.set(pnn, why)
    return [{ pnn, atMs: Date.now(), text: `ctdbts: log not read: ${why}` }]
  }
}

/** The machine of a node, as it was sampled; or why nothing can be read there. */
function machineIn(cluster: Cluster, snapshot: Snapshot, pnn: Pnn): ExaminedMachine | string {
  if (!cluster.hasRouteTo(pnn)) return 'needs --host: no commands reach this node'
  const access = cluster.accessTo(pnn)
  const facts = factsOf(snapshot, pnn)?.host
  return access && facts ? { access, facts } : 'no commands reach this node'
}
