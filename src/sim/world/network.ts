import type { Pnn } from '../../lib/cluster/node.ts'
import type { DaemonNetwork, DaemonPacket, NetworkUser } from '../daemon/daemon-network.ts'
import type { Clock } from '../process/clock.ts'
import type { Program } from '../process/program.ts'
import type { Random } from './random.ts'

/** The pause between two attempts to set up a broken connection. */
const RECONNECT_MS = 1_000
/** The time until TCP retransmits a lost segment. */
const RETRANSMIT_MS = 200

/** The path from one node to another. The way back is a path of its own. */
export interface Path {
  /** Whether the path is cut: nothing that the first node sends reaches the second. */
  parted: boolean
  delayMs: number
  /** The percentage of packets that are lost and retransmitted. */
  lossPercent: number
}

interface Endpoint {
  readonly program: Program
  readonly user: NetworkUser
}

/** A TCP connection between two daemons. Its ends may disagree about its state, because an unreachable end does not learn about a change. */
interface Connection {
  /** The number of the connection. Packets of an older one are dropped. */
  epoch: number
  /** The ends that believe the connection is up, by PNN. */
  readonly standsFor: Set<Pnn>
  /** When the last packet of each sender arrives; packets must not overtake each other. */
  readonly lastArrivalMs: Map<Pnn, number>
  /** The number of packets sent. */
  sent: number
  /** Packets that wait until their path is no longer cut. */
  heldBack: Segment[]
}

/** A packet on its way. */
interface Segment {
  readonly from: Pnn
  readonly packet: DaemonPacket
  /** Its position in the connection. */
  readonly order: number
}

/**
 * The private network of a cluster: reliable connections over paths that delay and lose packets, or are cut. Two daemons have a connection
 * in each direction, so what is cut in one direction only, as by a packet filter for port 4379 on one node, still carries packets in the other.
 * They count as connected only while there are both.
 */
export class SimNetwork {
  private readonly clock: Clock
  private readonly random: Random
  private readonly size: number
  private readonly endpoints = new Map<Pnn, Endpoint>()
  private readonly paths = new Map<number, Path>()
  private readonly connections = new Map<number, Connection>()

  constructor(clock: Clock, random: Random, size: number, delayMs: number) {
    this.clock = clock
    this.random = random
    this.size = size
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) if (a !== b) this.paths.set(a * size + b, { parted: false, delayMs, lossPercent: 0 })
      for (let b = a + 1; b < size; b++) {
        this.connections.set(a * size + b, { epoch: 0, standsFor: new Set(), lastArrivalMs: new Map(), sent: 0, heldBack: [] })
      }
    }
  }

  /** Connects a daemon: it accepts connections, and tries to connect to the other nodes. */
  attach(pnn: Pnn, program: Program, user: NetworkUser): void {
    const endpoint = { program, user }
    this.endpoints.set(pnn, endpoint)
    const tryAll = () => {
      if (this.endpoints.get(pnn) !== endpoint) return
      for (let other = 0; other < this.size; other++) if (other !== pnn) this.connect(pnn, other)
      this.clock.after(RECONNECT_MS, tryAll)
    }
    this.clock.after(this.random.between(1, RECONNECT_MS), tryAll)
  }

  /** Disconnects a daemon that has ended. Its system closes the connections, unless (`silently`) it has lost its power. */
  detach(pnn: Pnn, { silently }: { silently: boolean }): void {
    this.endpoints.delete(pnn)
    for (let other = 0; other < this.size; other++) {
      if (other === pnn) continue
      const connection = this.connection(pnn, other)
      connection.standsFor.delete(pnn)
      if (!silently) this.tellOfEnd(pnn, other, connection)
    }
  }

  /** The network as one daemon uses it. */
  port(pnn: Pnn): DaemonNetwork {
    return {
      send: (to, packet) => this.send(pnn, to, packet),
      hangUp: (to) => {
        const connection = this.connection(pnn, to)
        connection.standsFor.delete(pnn)
        this.tellOfEnd(pnn, to, connection)
      },
    }
  }

  /** The path from one node to another. */
  path(from: Pnn, to: Pnn): Readonly<Path> {
    return this.wayOf(from, to)
  }

  /** Whether packets reach each of two nodes from the other. */
  isOpen(a: Pnn, b: Pnn): boolean {
    return !this.path(a, b).parted && !this.path(b, a).parted
  }

  /** Changes the paths between two nodes, in both directions. */
  setPaths(a: Pnn, b: Pnn, change: Partial<Path>): void {
    Object.assign(this.wayOf(a, b), change)
    Object.assign(this.wayOf(b, a), change)
    this.transmitHeldBack(a, b)
  }

  /** Changes the path from one node to another. */
  setPath(from: Pnn, to: Pnn, change: Partial<Path>): void {
    Object.assign(this.wayOf(from, to), change)
    this.transmitHeldBack(from, to)
  }

  private transmitHeldBack(a: Pnn, b: Pnn): void {
    const connection = this.connection(a, b)
    // Packets that were on their way when the path was cut were held back after packets that were sent later.
    const segments = connection.heldBack.toSorted((one, other) => one.order - other.order)
    connection.heldBack = []
    for (const segment of segments) this.transmit(segment, segment.from === a ? b : a, connection)
  }

  private send(from: Pnn, to: Pnn, packet: DaemonPacket): void {
    // Clients may address nodes that do not exist.
    if (to === from || to >= this.size) return
    const connection = this.connection(from, to)
    if (connection.standsFor.has(from)) this.transmit({ from, packet, order: connection.sent++ }, to, connection)
  }

  private transmit(segment: Segment, to: Pnn, connection: Connection): void {
    const { from, packet } = segment
    const path = this.path(from, to)
    if (path.parted) {
      connection.heldBack.push(segment)
      return
    }
    const { epoch } = connection
    const arrivalMs = Math.max(this.clock.nowMs + this.delayOf(path), connection.lastArrivalMs.get(from) ?? 0)
    connection.lastArrivalMs.set(from, arrivalMs)
    this.clock.after(arrivalMs - this.clock.nowMs, () => {
      if (connection.epoch !== epoch || !connection.standsFor.has(to)) return
      if (path.parted) connection.heldBack.push(segment)
      else this.endpoints.get(to)?.user.received(from, packet)
    })
  }

  private delayOf({ delayMs, lossPercent }: Path): number {
    let totalMs = delayMs
    for (let wait = RETRANSMIT_MS; lossPercent > 0 && this.random.percent(lossPercent); wait *= 2) totalMs += wait
    return totalMs
  }

  /** Tells the other end that the connection has ended, if the path is not cut. */
  private tellOfEnd(from: Pnn, to: Pnn, connection: Connection): void {
    const { epoch } = connection
    const path = this.path(from, to)
    if (path.parted) return
    this.clock.after(path.delayMs, () => {
      if (connection.epoch === epoch && !path.parted) this.end(to, from, connection)
    })
  }

  private end(pnn: Pnn, other: Pnn, connection: Connection): void {
    if (connection.standsFor.delete(pnn)) this.endpoints.get(pnn)?.user.disconnected(other)
  }

  /** Sets up a new connection when at least one end believes it is down, and both ends run and can reach each other. */
  private connect(a: Pnn, b: Pnn): void {
    const connection = this.connection(a, b)
    const ends = [this.endpoints.get(a), this.endpoints.get(b)]
    if (connection.standsFor.size === 2 || !this.isOpen(a, b) || ends.some((end) => !end?.program.runs)) return
    for (const pnn of [...connection.standsFor]) this.end(pnn, pnn === a ? b : a, connection)
    connection.epoch += 1
    connection.heldBack = []
    connection.lastArrivalMs.clear()
    connection.standsFor.add(a).add(b)
    this.endpoints.get(a)?.user.connected(b)
    this.endpoints.get(b)?.user.connected(a)
  }

  private wayOf(from: Pnn, to: Pnn): Path {
    return this.paths.get(from * this.size + to) as Path
  }

  private connection(a: Pnn, b: Pnn): Connection {
    return this.connections.get(Math.min(a, b) * this.size + Math.max(a, b)) as Connection
  }
}
