import { isReachable, type Pnn } from '../../../src/lib/cluster/node.ts'
import type { MemoryHost } from '../../../src/sim/world/memory-host.ts'
import type { World } from '../../../src/sim/world/world.ts'

/** A broken invariant, and when it broke. */
export interface Violation {
  readonly invariant: 'one kernel' | 'runs do not nest' | 'one answer' | 'comes to rest'
  readonly atMs: number
  readonly text: string
}

/** A takeover run in progress. */
interface Run {
  readonly startedMs: number
  /** The nodes that were connected, as its leader believed, when it began. */
  readonly covers: ReadonlySet<Pnn>
}

/** The holder of the cluster lock looks every 5 s whether its file is still there; then its takeover run has to end. */
const LOCK_LOST_MS = 10_000

/**
 * Checks what must always hold: no address is in two kernels that can reach each other; no takeover run is inside another one; every request
 * gets one answer. A fault may be the reason for an address in two kernels: it was added by hand, or the leader could not know that the first
 * node has it because it believes that the node is dead, or a slow script finished too late. The next takeover run that reaches both nodes
 * must then correct it.
 */
export class Invariants {
  readonly violations: Violation[] = []
  private readonly world: () => World
  private readonly hosts: readonly MemoryHost[]
  private readonly publicAddresses: ReadonlySet<string>
  private readonly runs = new Map<Pnn, Run>()
  private holders = new Map<string, ReadonlySet<Pnn>>()
  /** Since when two nodes have the same address because of a fault, by the nodes and the address. */
  private readonly excused = new Map<string, number>()
  /** Addresses that were added by hand and are still there. */
  private readonly byHand = new Set<string>()
  /** Whether a takeover run has failed or its leader has died: its controls may have an effect later. */
  private someRunFailed = false
  /** Nodes whose scripts were made slow. */
  private readonly slowed = new Set<Pnn>()
  private readonly answers = new Map<bigint, number>()
  /** Until when there may be two leaders: with another file for each node, and until the holder of a replaced file has noticed that. */
  private rivalsUntilMs = Number.NEGATIVE_INFINITY

  constructor(world: () => World, hosts: readonly MemoryHost[], publicAddresses: ReadonlySet<string>) {
    this.world = world
    this.hosts = hosts
    this.publicAddresses = publicAddresses
    hosts.forEach((host, pnn) => {
      host.onChange = () => this.kernelChanged(pnn)
    })
  }

  /** Notes a fault that is about to happen, given as a command line. */
  beforeFault(line: string): void {
    const [verb, pnn, what = ''] = line.split(' ')
    if (verb === 'script' && /^\d/.test(line.split(' ')[3] ?? '')) this.slowed.add(Number(pnn))
    if (verb === 'lock')
      this.rivalsUntilMs = pnn === 'private' ? Number.POSITIVE_INFINITY : this.world().clock.nowMs + LOCK_LOST_MS
    if (verb === 'add-address') this.byHand.add(`${pnn} ${what.split('/')[0]}`)
  }

  runStarted(leader: Pnn): void {
    const world = this.world()
    if (this.runs.has(leader)) this.fail('runs do not nest', `node ${leader} began a takeover run inside another one`)
    const nodes = world.nodes[leader]?.daemon?.peers.nodes() ?? []
    const covers = new Set(nodes.filter(isReachable).map(({ pnn }) => pnn))
    const inside = this.mayHaveRivals(world.clock.nowMs)
      ? undefined
      : [...this.runs].find(([, run]) => [...covers].some((pnn) => run.covers.has(pnn)))
    if (inside) this.fail('runs do not nest', `nodes ${inside[0]} and ${leader} run a takeover of the same nodes`)
    this.runs.set(leader, { startedMs: world.clock.nowMs, covers })
  }

  runEnded(leader: Pnn, ok: boolean): void {
    const run = this.runs.get(leader)
    this.runs.delete(leader)
    if (!ok) this.someRunFailed = true
    if (!run || !ok || this.mayHaveRivals(run.startedMs)) return
    for (const { address, a, b } of this.doubles()) {
      const sinceMs = this.excused.get(keyOf(address, a, b)) ?? run.startedMs
      if (sinceMs < run.startedMs && run.covers.has(a) && run.covers.has(b) && this.bothKnow(address, a, b)) {
        this.fail('one kernel', `${address} is still on nodes ${a} and ${b} after a takeover run that reached both`)
      }
    }
  }

  daemonEnded(pnn: Pnn): void {
    if (this.runs.delete(pnn)) this.someRunFailed = true
  }

  answered(srvid: bigint): void {
    const count = this.answersTo(srvid) + 1
    this.answers.set(srvid, count)
    if (count > 1) this.fail('one answer', `the request with srvid ${srvid.toString(16)} got ${count} answers`)
  }

  answersTo(srvid: bigint): number {
    return this.answers.get(srvid) ?? 0
  }

  fail(invariant: Violation['invariant'], text: string): void {
    if (this.violations.length < 5) this.violations.push({ invariant, atMs: this.world().clock.nowMs, text })
  }

  /** Whether a takeover run is in progress on any node. */
  get isRunning(): boolean {
    return this.runs.size > 0
  }

  /** Whether two nodes may have been leaders at that moment, and what they have begun may not be over. */
  private mayHaveRivals(ms: number): boolean {
    return ms <= this.rivalsUntilMs
  }

  private kernelChanged(changed: Pnn): void {
    const before = this.holders
    this.holders = this.currentHolders()
    this.forgetGone(changed)
    for (const { address, a, b } of this.doubles()) {
      const key = keyOf(address, a, b)
      const isNew = !(before.get(address)?.has(a) && before.get(address)?.has(b))
      if (!isNew) continue
      this.excused.set(key, this.world().clock.nowMs)
      const other = changed === a ? b : a
      if (this.isFault(address, changed, other) || !this.world().network.isOpen(a, b)) continue
      this.fail('one kernel', `${address} came to node ${changed} while node ${other} had it`)
    }
  }

  private forgetGone(changed: Pnn): void {
    const doubles = new Set(this.doubles().map(({ address, a, b }) => keyOf(address, a, b)))
    for (const key of this.excused.keys()) if (!doubles.has(key)) this.excused.delete(key)
    for (const entry of this.byHand) {
      const [pnn, address = ''] = entry.split(' ')
      if (Number(pnn) === changed && !this.holders.get(address)?.has(changed)) this.byHand.delete(entry)
    }
  }

  /** Whether a fault explains that a node got an address while the other one had it. */
  private isFault(address: string, to: Pnn, other: Pnn): boolean {
    if (this.mayHaveRivals(this.world().clock.nowMs)) return true
    if (this.byHand.has(`${to} ${address}`) || this.byHand.has(`${other} ${address}`)) return true
    // A slow takeip may end after the leader has given the address to another node. CTDB has this race: a release that arrives before
    // the address is redundant.
    const known = this.world().nodes[to]?.daemon?.publicIps.known() ?? []
    if (this.slowed.has(to) && known.some((ip) => ip.address.address === address && ip.pnn !== to)) return true
    // No leader manages an address that one of the nodes does not know.
    if (!this.bothKnow(address, to, other)) return true
    const runs = [...this.runs.values()].filter(({ covers }) => covers.has(to))
    // The leader of the takeover is gone, or its run has failed.
    return runs.length === 0 ? this.someRunFailed : runs.every(({ covers }) => !covers.has(other))
  }

  private bothKnow(address: string, a: Pnn, b: Pnn): boolean {
    return [a, b].every((pnn) =>
      this.world()
        .nodes[pnn]?.daemon?.publicIps.known()
        .some((ip) => ip.address.address === address),
    )
  }

  private currentHolders(): Map<string, Set<Pnn>> {
    const holders = new Map<string, Set<Pnn>>()
    this.hosts.forEach(({ held }, pnn) => {
      for (const { address } of held) {
        if (this.publicAddresses.has(address)) holders.set(address, (holders.get(address) ?? new Set()).add(pnn))
      }
    })
    return holders
  }

  private doubles(): { address: string; a: Pnn; b: Pnn }[] {
    return [...this.holders].flatMap(([address, pnns]) => {
      const list = [...pnns].sort((a, b) => a - b)
      return list.flatMap((a, index) => list.slice(index + 1).map((b) => ({ address, a, b })))
    })
  }
}

const keyOf = (address: string, a: Pnn, b: Pnn): string => `${address} ${a} ${b}`
