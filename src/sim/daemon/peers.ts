import { type ClusterNode, hasFlag, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import type { PeerCall } from '../databases/packets.ts'
import type { Program } from '../process/program.ts'
import type { ControlCall, ControlOutcome, DaemonNetwork } from './daemon-network.ts'
import type { Log } from './log.ts'

/** What {@link Peers} needs from its daemon. */
export interface PeersOwner {
  readonly pnn: Pnn
  readonly program: Program
  readonly network: DaemonNetwork
  readonly log: Log
  tunable(name: 'KeepaliveInterval' | 'KeepaliveLimit'): number
}

const SHORTEST_PAUSE_MS = 100

interface PendingControl {
  readonly to: Pnn
  settle(outcome: ControlOutcome): void
}

interface Peer extends ClusterNode {
  flags: number
  /** Keepalive intervals since the last packet from it. */
  silentFor: number
}

const disconnected = (pnn: Pnn): ControlOutcome => ({ ok: false, status: -1, text: `node ${pnn} is disconnected` })

/** The nodes as one daemon sees them: their flags, whether they are connected, and the controls that they have not answered yet. */
export class Peers {
  private readonly owner: PeersOwner
  private readonly peers: readonly Peer[]
  private readonly pending = new Map<number, PendingControl>()
  private lastId = 0

  constructor(owner: PeersOwner, nodes: readonly ClusterNode[]) {
    this.owner = owner
    this.peers = nodes.map((node) => {
      const deleted = node.flags & NODE_FLAG.DELETED
      const initial = node.pnn === owner.pnn ? NODE_FLAG.UNHEALTHY : NODE_FLAG.DISCONNECTED | NODE_FLAG.UNHEALTHY
      return { ...node, flags: deleted ? NODE_FLAG.DELETED | NODE_FLAG.DISCONNECTED : initial, silentFor: 0 }
    })
  }

  /** The node map. */
  nodes(): ClusterNode[] {
    return this.peers.map(({ pnn, flags, address }) => ({ pnn, flags, address }))
  }

  flagsOf(pnn: Pnn): number {
    return this.peer(pnn)?.flags ?? NODE_FLAG.DELETED
  }

  setFlags(pnn: Pnn, flags: number): void {
    const peer = this.peer(pnn)
    if (peer) peer.flags = flags
  }

  /** The other nodes that are connected. */
  connectedOthers(): Pnn[] {
    return this.peers.filter((peer) => peer.pnn !== this.owner.pnn && isConnected(peer)).map(({ pnn }) => pnn)
  }

  /** Sends a control to another node. `settle` is called once, or never when that node hangs. */
  control(to: Pnn, call: ControlCall | PeerCall, settle: (outcome: ControlOutcome) => void): void {
    const peer = this.peer(to)
    if (!peer || !isConnected(peer)) {
      settle(disconnected(to))
      return
    }
    this.lastId += 1
    this.pending.set(this.lastId, { to, settle })
    this.owner.network.send(to, { kind: 'control', id: this.lastId, call })
  }

  replied(id: number, outcome: ControlOutcome): void {
    const pending = this.pending.get(id)
    this.pending.delete(id)
    pending?.settle(outcome)
  }

  connected(pnn: Pnn): void {
    const peer = this.peer(pnn)
    if (!peer || isConnected(peer)) return
    peer.flags &= ~NODE_FLAG.DISCONNECTED
    peer.silentFor = 0
    this.owner.log('ctdbd', 'connected', this.addressOf(this.owner.pnn), this.addressOf(pnn), this.connectedOthers().length)
  }

  disconnected(pnn: Pnn): void {
    const peer = this.peer(pnn)
    if (!peer || !isConnected(peer)) return
    peer.flags |= NODE_FLAG.DISCONNECTED | NODE_FLAG.UNHEALTHY
    const { log } = this.owner
    log('ctdbd', 'tearingDown', pnn)
    log('ctdbd', 'dead', this.addressOf(this.owner.pnn), this.addressOf(pnn), this.connectedOthers().length)
    for (const [id, { to }] of [...this.pending]) if (to === pnn) this.replied(id, disconnected(pnn))
  }

  /** Notes that a packet came from this node, so it is alive. */
  heardOf(pnn: Pnn): void {
    const peer = this.peer(pnn)
    if (peer) peer.silentFor = 0
  }

  /** Sends keepalives to the other nodes, and disconnects those that have been silent for too long. */
  startKeepalive(): void {
    const { program, network } = this.owner
    // The tunable may be 0; a daemon that only sent keepalives would block the simulation.
    const pauseMs = () => Math.max(SHORTEST_PAUSE_MS, this.owner.tunable('KeepaliveInterval') * 1000)
    const beat = () => {
      for (const pnn of this.connectedOthers()) {
        const peer = this.peer(pnn) as Peer
        if (peer.silentFor >= this.owner.tunable('KeepaliveLimit')) {
          this.disconnected(pnn)
          network.hangUp(pnn)
          continue
        }
        peer.silentFor += 1
        network.send(pnn, { kind: 'keepalive' })
      }
      program.after(pauseMs(), beat)
    }
    program.after(pauseMs(), beat)
  }

  private addressOf(pnn: Pnn): string {
    const { address, port } = (this.peer(pnn) as Peer).address
    return `${address}:${port}`
  }

  private peer(pnn: Pnn): Peer | undefined {
    return this.peers[pnn]
  }
}

const isConnected = (peer: ClusterNode): boolean => !hasFlag(peer, NODE_FLAG.DISCONNECTED)
