import type { Pnn } from '../cluster/node.ts'
import type { DaemonNetwork, DaemonPacket, NetworkUser } from '../node/daemon-network.ts'
import type { Clock } from '../process/clock.ts'
import type { Program } from '../process/program.ts'
import type { Random } from './random.ts'

/** How often a broken connection is tried anew. */
const RECONNECT_MS = 1_000
/** What TCP waits before it sends a lost segment again. */
const RETRANSMIT_MS = 200

/** What lies between two nodes. */
export interface Path {
  /** Nothing gets through. */
  parted: boolean
  delayMs: number
  /** So many of a hundred packets are lost, and have to be sent again. */
  lossPercent: number
}

interface Endpoint {
  readonly program: Program
  readonly user: NetworkUser
}

/** A TCP connection between two daemons. Each end may think of it differently: nobody tells who is not reachable. */
interface Connection {
  /** Counts up with each new connection: what was sent in an old one does not arrive. */
  epoch: number
  /** Which ends believe that it stands, by PNN. */
  readonly standsFor: Set<Pnn>
  /** When the last packet in each direction arrives: none overtakes another. By sender. */
  readonly lastArrivalMs: Map<Pnn, number>
  /** How many packets were sent in it. */
  sent: number
  /** What could not get through while the path was parted. */
  heldBack: Segment[]
}

/** A packet on its way. */
interface Segment {
  readonly from: Pnn
  readonly packet: DaemonPacket
  /** The how many-th of its connection it is. */
  readonly order: number
}

/** The private network of a cluster: reliable connections over paths that delay, lose and part. */
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
      for (let b = a + 1; b < size; b++) {
        this.paths.set(a * size + b, { parted: false, delayMs, lossPercent: 0 })
        this.connections.set(a * size + b, { epoch: 0, standsFor: new Set(), lastArrivalMs: new Map(), sent: 0, heldBack: [] })
      }
    }
  }

  /** A daemon listens from now on, and tries to reach the others. */
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

  /** A daemon is gone. Its system tells the others, unless (`silently`) it is gone too. */
  detach(pnn: Pnn, { silently }: { silently: boolean }): void {
    this.endpoints.delete(pnn)
    for (let other = 0; other < this.size; other++) {
      if (other === pnn) continue
      const connection = this.connection(pnn, other)
      connection.standsFor.delete(pnn)
      if (!silently) this.tellOfEnd(pnn, other, connection)
    }
  }

  /** A daemon's way to use the network. */
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

  path(a: Pnn, b: Pnn): Path {
    return this.paths.get(this.index(a, b)) as Path
  }

  setPath(a: Pnn, b: Pnn, change: Partial<Path>): void {
    const path = this.path(a, b)
    Object.assign(path, change)
    if (path.parted) return
    const connection = this.connection(a, b)
    // What was under way when the path was cut got stuck later than what was sent after it.
    const segments = connection.heldBack.toSorted((one, other) => one.order - other.order)
    connection.heldBack = []
    for (const segment of segments) this.transmit(segment, segment.from === a ? b : a, connection)
  }

  private send(from: Pnn, to: Pnn, packet: DaemonPacket): void {
    // Clients may name nodes that do not exist.
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

  /** The other end hears of the end of a connection, if it can be reached. */
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

  /** A new connection, where there is none in the eyes of at least one end, and both are there to agree on it. */
  private connect(a: Pnn, b: Pnn): void {
    const connection = this.connection(a, b)
    const ends = [this.endpoints.get(a), this.endpoints.get(b)]
    if (connection.standsFor.size === 2 || this.path(a, b).parted || ends.some((end) => !end?.program.runs)) return
    for (const pnn of [...connection.standsFor]) this.end(pnn, pnn === a ? b : a, connection)
    connection.epoch += 1
    connection.heldBack = []
    connection.lastArrivalMs.clear()
    connection.standsFor.add(a).add(b)
    this.endpoints.get(a)?.user.connected(b)
    this.endpoints.get(b)?.user.connected(a)
  }

  private index(a: Pnn, b: Pnn): number {
    return Math.min(a, b) * this.size + Math.max(a, b)
  }

  private connection(a: Pnn, b: Pnn): Connection {
    return this.connections.get(this.index(a, b)) as Connection
  }
}
