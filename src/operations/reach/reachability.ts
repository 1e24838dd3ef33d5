import { hasFlag, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import type { CtdbtsError } from '../../lib/errors.ts'
import type { CtdbClient } from '../../transport/client/client.ts'
import type { HostIdentity } from './host-sample.ts'
import { type Hosts, isConnected } from './hosts.ts'
import type { DaemonConnection } from './reached-host.ts'

/** The two parts of a node that can be reached, or stop answering. */
export type NodePart = 'daemon' | 'host'

/** Errors that mean that no daemon runs there, or that it does not work. Other errors concern the connection to the machine. */
const DAEMON_IS_DOWN: ReadonlySet<string> = new Set(['NO_SOCKET', 'NOBODY_LISTENS', 'TIMEOUT', 'DISCONNECTED'])

/**
 * Which daemons and machines of a cluster can be asked at the moment. A part that has stopped answering is silent: it is not asked until
 * it is found to answer again.
 */
export class Reachability {
  readonly hosts: Hosts
  private readonly silent = { daemon: new Map<Pnn, CtdbtsError>(), host: new Map<Pnn, CtdbtsError>() }

  constructor(hosts: Hosts) {
    this.hosts = hosts
  }

  /** Why a part of a node counts as silent; undefined when it does not. */
  silence(part: NodePart, pnn: Pnn): CtdbtsError | undefined {
    return this.silent[part].get(pnn)
  }

  markSilent(part: NodePart, pnn: Pnn, error: CtdbtsError): void {
    this.silent[part].set(pnn, error)
  }

  markAnswering(part: NodePart, pnn: Pnn): void {
    this.silent[part].delete(pnn)
  }

  /** The nodes of which a part is silent. */
  silentNodes(part: NodePart): Pnn[] {
    return [...this.silent[part].keys()]
  }

  /** The client of a node's own daemon, as long as the connection is open. */
  clientOf(pnn: Pnn): CtdbClient | undefined {
    const client = this.hosts.get(pnn)?.daemon?.client
    return client?.isOpen ? client : undefined
  }

  /** Whether there is a connection to a node's own daemon, and the daemon answers. */
  answers(pnn: Pnn): boolean {
    return this.clientOf(pnn) !== undefined && !this.silence('daemon', pnn)
  }

  /** The daemons that answer. Those that are part of the cluster come first, as they know it best; then in the order of the entries. */
  answeringDaemons(): DaemonConnection[] {
    const daemons = this.hosts.all.flatMap(([, { daemon }]) => daemon ?? [])
    return daemons
      .filter(({ pnn }) => this.answers(pnn))
      .toSorted((a, b) => Number(this.isCutOff(a.pnn)) - Number(this.isCutOff(b.pnn)))
  }

  /** Whether a node's daemon runs, as far as is known. */
  isDaemonRunning(pnn: Pnn): boolean {
    const { daemon, problem } = this.hosts.get(pnn) ?? {}
    if (daemon) return this.answers(pnn)
    return problem !== undefined && !DAEMON_IS_DOWN.has(problem.code)
  }

  /**
   * What a node's machine has to show.
   * @param checksHost whether it may be another machine even if the node's daemon was reached there.
   */
  identityOf(pnn: Pnn, checksHost: boolean | undefined): HostIdentity {
    return {
      privateAddress: this.hosts.privateAddressOf(pnn),
      // A daemon that was reached there has said which node it is.
      needsProof: !this.hosts.get(pnn)?.daemon || checksHost === true,
      isDaemonRunning: () => this.isDaemonRunning(pnn),
    }
  }

  get hasDaemon(): boolean {
    return this.answeringDaemons().length > 0
  }

  /** Whether any machine can be examined. */
  get hasMachine(): boolean {
    return this.hosts.all.some(([pnn, host]) => isConnected(host) && !this.silence('host', pnn))
  }

  private isCutOff(pnn: Pnn): boolean {
    const node = this.hosts.nodeMap.find((candidate) => candidate.pnn === pnn)
    return node !== undefined && hasFlag(node, NODE_FLAG.DISCONNECTED | NODE_FLAG.BANNED)
  }
}
