import type { Era } from '../../lib/cluster/era.ts'
import type { ClusterNode, Pnn } from '../../lib/cluster/node.ts'
import type { TunableValues } from '../../lib/cluster/tunables.ts'
import type { NodeDisk } from '../databases/node-disk.ts'
import type { Program } from '../process/program.ts'
import type { DaemonNetwork } from './daemon-network.ts'
import type { EventScripts } from './event-scripts.ts'
import type { Kernel } from './kernel.ts'
import type { Log } from './log.ts'

/** A configuration file of a node. `read` returns its current text. */
export interface NodeFile {
  readonly path: string
  read(): string
}

export interface DaemonOptions {
  readonly pnn: Pnn
  /** The nodes of the nodes file. */
  readonly nodes: readonly ClusterNode[]
  readonly era: Era
  readonly program: Program
  readonly kernel: Kernel
  readonly scripts: EventScripts
  readonly network: DaemonNetwork
  readonly log: Log
  readonly nodesFile: NodeFile
  readonly publicAddressesFile: NodeFile
  /** Where its databases are. */
  readonly disk: NodeDisk
  /** The path of the cluster lock that the daemon reports. */
  readonly lockPath: string
  /** Setting CTDB_PARTIALLY_ONLINE_INTERFACES. */
  readonly partiallyOnline: boolean
  /** Tunables that differ from their defaults. */
  readonly tunables: TunableValues
  /** Called once during start-up, when the daemon needs its recovery daemon. */
  startRecoveryDaemon(): void
  /** Called when the daemon ends by its own decision. */
  ended(): void
}
