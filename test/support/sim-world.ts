import type { Era } from '../../src/lib/cluster/era.ts'
import type { TunableValues } from '../../src/lib/cluster/tunables.ts'
import { DESTINATION } from '../../src/lib/wire/destination.ts'
import { answerTo, messages } from '../../src/lib/wire/messages.ts'
import type { LogEntry, LogSource } from '../../src/sim/log/entry.ts'
import { carryOutLine } from '../../src/sim/world/commands.ts'
import { type Layout, uniformLayout } from '../../src/sim/world/layout.ts'
import { MemoryHost } from '../../src/sim/world/memory-host.ts'
import { QUICK_TUNABLES } from '../../src/sim/world/quick-tunables.ts'
import type { SimNode } from '../../src/sim/world/sim-node.ts'
import { World } from '../../src/sim/world/world.ts'

export interface SmallWorldOptions {
  readonly layout?: Layout
  readonly era?: Era
  readonly seed?: number
  readonly tunables?: TunableValues
  readonly partiallyOnline?: boolean
  readonly promoteSecondaries?: boolean
  /** Whether the kernels notice that another node has an IPv6 address. */
  readonly detectsDuplicates?: boolean
}

/** What the log's lines may have to be. */
interface Wanted {
  readonly pnn?: number
  readonly source?: LogSource
}

/** Afternoon of the seed article's day. */
export const START_MS = Date.UTC(2017, 4, 14, 12, 30)

/** A world that keeps all that happens in it: its log, its takeover runs, the answers that were given. */
export class SmallWorld {
  readonly world: World
  readonly hosts: readonly MemoryHost[]
  readonly log: LogEntry[] = []
  /** `start 0`, `end 0 ok`, `end 0 failed`, in order. */
  readonly runs: string[] = []
  /** Called when a takeover run starts, and when it ends; `ok` is undefined at the start. */
  onRun: (pnn: number, ok: boolean | undefined) => void = () => {}
  /** Called with each line of the log. */
  onLine: (entry: LogEntry) => void = () => {}
  private readonly answers = new Map<bigint, number[]>()

  constructor({
    layout = uniformLayout(3, 3),
    era = 'now',
    seed = 1,
    tunables = {},
    partiallyOnline = false,
    promoteSecondaries = false,
    detectsDuplicates = false,
  }: SmallWorldOptions = {}) {
    this.hosts = layout.hosts.map(({ interfaces }, pnn) => {
      const isTaken = (address: string) => this.isUsed(address, { besides: pnn })
      return new MemoryHost({ interfaces, promoteSecondaries, ...(detectsDuplicates && { isTaken }) })
    })
    this.world = new World({
      layout,
      hosts: this.hosts,
      era,
      seed,
      startMs: START_MS,
      tunables: { ...QUICK_TUNABLES, ...tunables },
      partiallyOnline,
      leaderTimeoutMs: 2_000,
      log: (entry) => {
        this.log.push(entry)
        this.onLine(entry)
      },
      watcher: {
        runStarted: (pnn) => {
          this.runs.push(`start ${pnn}`)
          this.onRun(pnn, undefined)
        },
        runEnded: (pnn, ok) => {
          this.runs.push(`end ${pnn} ${ok ? 'ok' : 'failed'}`)
          this.onRun(pnn, ok)
        },
      },
    })
  }

  /** Starts CTDB on all nodes, waits until the cluster is healthy and at rest, and forgets how it got there. */
  comeUp(): this {
    this.world.start()
    if (!this.world.settle(120_000)) throw new Error('the cluster did not come up')
    this.pass(10)
    this.forget()
    return this
  }

  /** Forgets what has happened so far. */
  forget(): void {
    this.log.length = 0
    this.runs.length = 0
  }

  /** Lets so many seconds pass. */
  pass(seconds: number): void {
    this.world.clock.advanceBy(seconds * 1000)
  }

  /** Lets time pass until something is so. */
  passUntil(isSo: () => boolean, limitSeconds = 60): void {
    const endMs = this.world.clock.nowMs + limitSeconds * 1000
    while (!isSo()) {
      if (this.world.clock.nowMs >= endMs) throw new Error(`not so within ${limitSeconds} s`)
      this.world.clock.advanceBy(10)
    }
  }

  /** Does something to it, in the words of scenarios. */
  do(line: string): void {
    carryOutLine(this.world, line)
  }

  node(pnn: number): SimNode {
    const node = this.world.nodes[pnn]
    if (!node) throw new Error(`there is no node ${pnn}`)
    return node
  }

  get leader(): SimNode {
    return this.node(this.world.leader ?? -1)
  }

  /** A node that does not lead. */
  get follower(): SimNode {
    return this.node(this.world.leader === 0 ? 1 : 0)
  }

  flagsOf(pnn: number): number {
    return this.node(pnn).daemon?.ownFlags ?? 0
  }

  /** The flags of a node as another one sees them. */
  flagsSeenBy(pnn: number, of: number): number | undefined {
    return this.node(pnn).daemon?.peers.flagsOf(of)
  }

  /** Who holds each public address, by the kernels; a list, as several may. */
  holdersOf(address: string): number[] {
    return this.hosts.flatMap(({ held }, pnn) => (held.some((each) => each.address === address) ? [pnn] : []))
  }

  /** Whether another node answers for an address on the network. */
  private isUsed(address: string, { besides }: { readonly besides: number }): boolean {
    return this.hosts.some(
      (host, pnn) =>
        pnn !== besides &&
        this.world.nodes[pnn]?.powered === true &&
        host.held.some((held) => held.address === address && !held.dadFailed && host.carrierOf(held.interfaceName)),
    )
  }

  /** The public addresses in a node's kernel. */
  heldBy(pnn: number): string[] {
    const known = this.node(pnn).daemon?.publicIps.known() ?? []
    const held = new Set(this.hosts[pnn]?.held.map(({ address }) => address))
    return known.map(({ address }) => address.address).filter((address) => held.has(address))
  }

  /** Who owns an address, as a node believes. */
  believedOwner(pnn: number, address: string): number | undefined {
    return this.node(pnn)
      .daemon?.publicIps.known()
      .find((ip) => ip.address.address === address)?.pnn
  }

  /** The texts of the log. */
  lines({ pnn, source }: Wanted = {}): string[] {
    return this.log
      .filter((entry) => (pnn === undefined || entry.pnn === pnn) && (source === undefined || entry.source === source))
      .map(({ text }) => text)
  }

  /** Asks for a takeover run as a client of that node does, and returns the answers it will get. */
  askForRun(pnn: number, replySrvid: bigint): readonly number[] {
    const { daemon } = this.node(pnn)
    const answers = this.answers.get(replySrvid) ?? []
    if (!this.answers.has(replySrvid)) daemon?.listen(answerTo(replySrvid), (answer) => answers.push(answer))
    this.answers.set(replySrvid, answers)
    daemon?.send(DESTINATION.CONNECTED_NODES, messages.takeoverRun, { pnn, replySrvid })
    return answers
  }
}

/** Whether these texts, or texts with these in them, are in the list in this order, with anything between. Returns the first that is not. */
export function firstNotInOrder(list: readonly string[], wanted: readonly (string | RegExp)[]): string | RegExp | undefined {
  let at = 0
  return wanted.find((text) => {
    const found = list.findIndex((each, index) => index >= at && (typeof text === 'string' ? each === text : text.test(each)))
    at = found + 1
    return found === -1
  })
}
