import type { KnownIp } from '../../src/lib/cluster/merge-ips.ts'
import { flagsText, type Pnn } from '../../src/lib/cluster/node.ts'
import type { SimNode } from '../../src/sim/world/sim-node.ts'
import type { SmallWorld } from './sim-world.ts'

/** The values that something had, each since when. */
class History<T> {
  private readonly changes: { readonly sinceMs: number; readonly value: T }[] = []

  note(sinceMs: number, value: T): void {
    if (this.changes.length === 0 || this.changes.at(-1)?.value !== value) this.changes.push({ sinceMs, value })
  }

  at(ms: number): T | undefined {
    return this.changes.findLast(({ sinceMs }) => sinceMs <= ms)?.value
  }

  /** The values from one moment to another. */
  during(fromMs: number, toMs: number): T[] {
    const first = this.changes.findLastIndex(({ sinceMs }) => sinceMs <= fromMs)
    return this.changes.slice(Math.max(0, first)).flatMap(({ sinceMs, value }) => (sinceMs <= toMs ? [value] : []))
  }

  /** Just before that moment. */
  before(ms: number): T | undefined {
    return this.changes.findLast(({ sinceMs }) => sinceMs < ms)?.value
  }

  /** When it last became this, at that moment at the latest. */
  lastBecame(value: T, ms: number): number | undefined {
    return this.changes.findLast((each) => each.sinceMs <= ms && each.value === value)?.sinceMs
  }
}

/** Whether it became so only just before. */
const isJustNow = (history: History<boolean>, ms: number): boolean => ms - (history.lastBecame(true, ms) ?? 0) < BY_HAND_MS

/** A fault that is as near to a takeover as this is part of the same moment. */
const BY_HAND_MS = 125

/** A takeover run. */
export interface TrueRun {
  readonly leader: Pnn
  readonly startMs: number
  /** When all that it goes by was read, at the latest: before the first address is released. */
  inputsMs: number
  endMs: number
  ok: boolean
}

/** What really happens in a world: the kernels to the moment, everything else from step to step. */
export class WorldRecord {
  readonly runs: TrueRun[] = []
  private readonly small: SmallWorld
  private readonly histories = new Map<string, History<unknown>>()
  /** What was noted last, by viewer and node: it is the same in nearly every step. */
  private readonly flags = new Map<number, number | undefined>()
  private readonly known = new Map<Pnn, readonly KnownIp[]>()

  constructor(small: SmallWorld) {
    this.small = small
    small.onRun = (leader, ok) => this.noteRun(leader, ok)
    // A node that is banned while it takes an address may claim it for less than a step.
    small.onLine = ({ pnn, text }) => {
      if (/ assigned to iface/.test(text)) this.noteClaims(small.node(pnn))
      if (/^(?:Redundant r|R)elease of IP/.test(text)) this.noteRelease()
      // A connection that ended is often made again at once.
      if (/ is dead: | connected to | connected - /.test(text)) this.noteFlags(small.node(pnn), small.world.nodes)
    }
    small.hosts.forEach((host, pnn) => {
      const before = host.onChange
      host.onChange = () => {
        before()
        this.noteKernel(pnn)
      }
      this.noteKernel(pnn)
    })
  }

  /** To be called after each step of the world. */
  note(): void {
    const { clock, nodes } = this.small.world
    const nowMs = clock.nowMs
    for (const node of nodes) {
      const { pnn, daemon, answers } = node
      this.history(`answers ${pnn}`).note(nowMs, answers)
      this.history(`start ${pnn}`).note(nowMs, daemon?.times.startedMs)
      this.history(`run state ${pnn}`).note(nowMs, daemon?.runState)
      this.noteClaims(node)
      for (const { name, linkState } of daemon?.publicIps.interfaceRecords() ?? []) {
        this.history(`link ${pnn} ${name}`).note(nowMs, linkState === 1)
      }
      this.noteFlags(node, nodes)
    }
  }

  /** The flags of all nodes as one believes; undefined without a daemon. */
  private noteFlags({ pnn, daemon }: SimNode, nodes: readonly SimNode[]): void {
    const { nowMs } = this.small.world.clock
    const seen = daemon?.peers.nodes() ?? nodes.map(({ pnn: other }) => ({ pnn: other, flags: undefined }))
    for (const { pnn: other, flags } of seen) {
      const key = pnn * nodes.length + other
      if (this.flags.has(key) && this.flags.get(key) === flags) continue
      this.flags.set(key, flags)
      this.history(`flags ${pnn} ${other}`).note(nowMs, flags === undefined ? undefined : flagsText(flags))
    }
  }

  /** Whether a kernel had an address, from one moment to another: true, false, or both. */
  held(pnn: Pnn, address: string, fromMs: number, toMs: number): boolean[] {
    return this.was(`kernel ${pnn} ${address}`, fromMs, toMs)
  }

  /** The same for a daemon that claims it. */
  claimed(pnn: Pnn, address: string, fromMs: number, toMs: number): boolean[] {
    return this.was(`claims ${pnn} ${address}`, fromMs, toMs)
  }

  knew(pnn: Pnn, address: string, fromMs: number, toMs: number): boolean[] {
    return this.was(`knows ${pnn} ${address}`, fromMs, toMs)
  }

  linkWas(pnn: Pnn, name: string, fromMs: number, toMs: number): unknown[] {
    return this.during(`link ${pnn} ${name}`, fromMs, toMs)
  }

  /** The run states of a node's daemon; undefined while there was none. */
  runStates(pnn: Pnn, fromMs: number, toMs: number): unknown[] {
    return this.during(`run state ${pnn}`, fromMs, toMs)
  }

  /** When a node's daemon last learnt of an address, or forgot it, at that moment at the latest. A daemon that ends forgets all. */
  lastKnew(pnn: Pnn, address: string, knows: boolean, ms: number): number | undefined {
    return this.history(`knows ${pnn} ${address}`).lastBecame(knows, ms)
  }

  /** Whether a node's daemon was started from one moment to another. */
  hasStarted(pnn: Pnn, fromMs: number, toMs: number): boolean {
    const [, ...later] = this.during(`start ${pnn}`, fromMs, toMs)
    return later.some((each) => each !== undefined)
  }

  /** The flags that a node had, as any of the nodes believed, as text. */
  flagsOf(pnn: Pnn, fromMs: number, toMs: number): unknown[] {
    return this.small.world.nodes.flatMap((viewer) => this.during(`flags ${viewer.pnn} ${pnn}`, fromMs, toMs))
  }

  /** The flags that a node had as the others believed last, also those whose daemons have ended. */
  lastFlagsOf(pnn: Pnn, ms: number): unknown[] {
    return this.small.world.nodes.flatMap((viewer) =>
      this.during(`flags ${viewer.pnn} ${pnn}`, 0, ms)
        .filter((each) => each !== undefined)
        .slice(-1),
    )
  }

  /** The flags that it had as itself believed. */
  ownFlagsOf(pnn: Pnn, fromMs: number, toMs: number): unknown[] {
    return this.during(`flags ${pnn} ${pnn}`, fromMs, toMs)
  }

  /** When it last got these flags, as any node believed. */
  lastBecame(pnn: Pnn, flags: string, ms: number): number | undefined {
    const times = this.small.world.nodes.map(({ pnn: viewer }) => this.history(`flags ${viewer} ${pnn}`).lastBecame(flags, ms))
    const known = times.filter((each) => each !== undefined)
    return known.length === 0 ? undefined : Math.min(...known)
  }

  /**
   * For how long no kernel had an address until a node's kernel got it, at that moment at the latest; undefined if none ever had it, or this
   * one never got it.
   */
  awayBefore(address: string, to: Pnn, ms: number): number | undefined {
    const cameMs = this.history(`kernel ${to} ${address}`).lastBecame(true, ms)
    if (cameMs === undefined) return undefined
    let leftMs: number | undefined
    for (const { pnn } of this.small.world.nodes) {
      if (pnn === to) {
        leftMs = latest(leftMs, this.history(`kernel ${pnn} ${address}`).lastBecame(false, cameMs))
        continue
      }
      const history = this.history<boolean>(`kernel ${pnn} ${address}`)
      // One to which it was added by hand just then does not end that it was away.
      if (history.before(cameMs) === true) return isJustNow(history, cameMs) ? this.awayBefore(address, pnn, cameMs) : 0
      leftMs = latest(leftMs, history.lastBecame(false, cameMs))
    }
    return leftMs === undefined ? undefined : cameMs - leftMs
  }

  /** When a node last lost an address, at that moment at the latest: from its kernel, or what its daemon claims. */
  lastLeft(pnn: Pnn, address: string, ms: number): number | undefined {
    const times = ['kernel', 'claims'].map((what) => this.history(`${what} ${pnn} ${address}`).lastBecame(false, ms) ?? 0)
    return Math.max(...times) || undefined
  }

  /** When a node's daemon last ceased to claim an address, at that moment at the latest. */
  lastGivenUp(pnn: Pnn, address: string, ms: number): number | undefined {
    return this.history(`claims ${pnn} ${address}`).lastBecame(false, ms)
  }

  /** When an address last came to a kernel. */
  lastCame(pnn: Pnn, address: string, ms: number): number | undefined {
    return this.history(`kernel ${pnn} ${address}`).lastBecame(true, ms)
  }

  private noteClaims({ pnn, daemon }: SimNode): void {
    const known = daemon?.publicIps.known() ?? []
    const before = this.known.get(pnn)
    const isSame = (each: KnownIp, index: number) =>
      each.pnn === before?.[index]?.pnn && each.address.address === before[index].address.address
    if (before?.length === known.length && known.every(isSame)) return
    this.known.set(pnn, known)
    this.noteSet(`claims ${pnn}`, new Set(known.filter((ip) => ip.pnn === pnn).map(({ address }) => address.address)))
    this.noteSet(`knows ${pnn}`, new Set(known.map(({ address }) => address.address)))
  }

  private noteKernel(pnn: Pnn): void {
    this.noteSet(`kernel ${pnn}`, new Set(this.small.hosts[pnn]?.held.map(({ address }) => address)))
  }

  /** Notes what is in a set, and what is no longer in it. */
  private noteSet(prefix: string, now: ReadonlySet<string>): void {
    const { nowMs } = this.small.world.clock
    const before = this.sets.get(prefix) ?? new Set()
    for (const each of now) if (!before.has(each)) this.history(`${prefix} ${each}`).note(nowMs, true)
    for (const each of before) if (!now.has(each)) this.history(`${prefix} ${each}`).note(nowMs, false)
    this.sets.set(prefix, now)
  }

  private readonly sets = new Map<string, ReadonlySet<string>>()

  /** The first release of a run. */
  private noteRelease(): void {
    const run = this.runs.at(-1)
    if (run && run.endMs === Number.POSITIVE_INFINITY && run.inputsMs === run.startMs) run.inputsMs = this.small.world.clock.nowMs
  }

  private noteRun(leader: Pnn, ok: boolean | undefined): void {
    const { nowMs } = this.small.world.clock
    this.note()
    if (ok === undefined) {
      this.runs.push({ leader, startMs: nowMs, inputsMs: nowMs, endMs: Number.POSITIVE_INFINITY, ok: false })
      return
    }
    const run = this.runs.findLast((each) => each.leader === leader)
    if (run) Object.assign(run, { endMs: nowMs, ok })
  }

  private history<T>(key: string): History<T> {
    const history = this.histories.get(key) ?? new History<unknown>()
    this.histories.set(key, history)
    return history as History<T>
  }

  private during(key: string, fromMs: number, toMs: number): unknown[] {
    return this.histories.get(key)?.during(fromMs, toMs) ?? []
  }

  /** What never was is not so. A history that begins later was not so before. */
  private was(key: string, fromMs: number, toMs: number): boolean[] {
    const history = this.histories.get(key) as History<boolean> | undefined
    if (!history) return [false]
    return history.at(fromMs) === undefined ? [false, ...history.during(fromMs, toMs)] : history.during(fromMs, toMs)
  }
}

const latest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b)
