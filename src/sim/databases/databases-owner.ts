import type { Pnn } from '../../lib/cluster/node.ts'
import type { VnnMap } from '../../lib/cluster/report.ts'
import type { TunableName } from '../../lib/cluster/tunables.ts'
import type { Mailboxes } from '../daemon/mailboxes.ts'
import type { Program } from '../process/program.ts'
import type { Wait } from '../process/wait.ts'
import type { NodeDisk } from './node-disk.ts'
import type { PeerCallName, PeerCalls, RecordPacket } from './packets.ts'

/** What the databases of a node need from its daemon. */
export interface DatabasesOwner {
  readonly pnn: Pnn
  readonly program: Program
  readonly mailboxes: Mailboxes
  readonly disk: NodeDisk
  readonly vnnMap: VnnMap
  readonly recoveryMode: number
  /** Whether the node is stopped or banned. */
  readonly isInactive: boolean
  tunable(name: TunableName): number
  /** Starts a recovery. */
  enterRecovery(): void
  /** The other nodes that are connected. */
  connectedOthers(): Pnn[]
  /** Whether a node takes part in the cluster, as far as this one knows. */
  isActive(pnn: Pnn): boolean
  /** Asks a node, which may be this one. There is no time limit. Fails with a ControlFailure. */
  callPeer<N extends PeerCallName>(to: Pnn, name: N, request: PeerCalls[N][0]): Wait<PeerCalls[N][1]>
  /** The receiver, which may be this node, does not answer. */
  sendRecord(to: Pnn, packet: RecordPacket): void
}
