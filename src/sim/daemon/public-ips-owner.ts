import type { Pnn } from '../../lib/cluster/node.ts'
import type { MessageKind } from '../../lib/wire/messages.ts'
import type { EventScripts } from './event-scripts.ts'
import type { Kernel } from './kernel.ts'
import type { Log } from './log.ts'

/** What the public addresses of a node need from its daemon. */
export interface PublicIpsOwner {
  readonly pnn: Pnn
  readonly kernel: Kernel
  readonly scripts: EventScripts
  readonly log: Log
  /** Tunable EventScriptTimeout. */
  scriptLimitMs(): number
  /** Whether the node may host anything: it runs, and is neither inactive nor disabled nor unhealthy. */
  mayHost(): boolean
  banSelf(): void
  /** Sends REBALANCE_NODE: the leader may then give this node addresses in the next takeover run, although it has some already. */
  askForAddresses(): void
  /** Sends a message to the clients of this node. */
  announce(kind: MessageKind<string>, address: string): void
}
