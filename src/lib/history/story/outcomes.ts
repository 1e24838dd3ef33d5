import type { NodeEvent } from './entry.ts'

/** What became of what a line says that a node begins. */
export interface Outcome {
  /** Whether it failed, as a later line says, or was not what it seemed. */
  readonly isFailed: boolean
  /** When it was over at the latest; undefined if no line shows it. */
  readonly notAfterMs: number | undefined
  /** How many addresses a node has released that drops all. */
  readonly count?: number | undefined
  /** Whether the node drops all its addresses. */
  readonly isDrop?: boolean
  /** Of these, those that it could not release. */
  readonly kept?: ReadonlySet<string>
  /** Those that its kernel had, but that were not its own. */
  readonly strays?: ReadonlySet<string>
}

/** A node drops all its addresses. */
interface Drop {
  readonly begin: NodeEvent
  readonly kept: Set<string>
  readonly strays: Set<string>
}

const UNKNOWN: Outcome = { isFailed: false, notAfterMs: undefined }

/** The scripts of an address are ended after this long, unless EventScriptTimeout is set higher. */
const LONGEST_MS = 120_000

/** Looks ahead for the ends of takeovers, releases and drops: CTDB logs how they end only some time later, if at all. */
export class Outcomes {
  private readonly known = new Map<NodeEvent, Outcome>()
  /** What has begun, by node and address. */
  private readonly takes = new Map<string, NodeEvent>()
  private readonly releases = new Map<string, NodeEvent>()
  private readonly unassigned = new Map<string, NodeEvent>()
  /** Releases for a node that has not taken the address so far, by that node and address; and those of which it took it. */
  private readonly given = new Map<string, readonly NodeEvent[]>()
  private readonly taken = new Set<NodeEvent>()
  /** What the leader says to have failed in this run: it may end later. */
  private readonly late = new Set<string>()
  private readonly drops = new Map<number, Drop>()

  constructor(events: readonly NodeEvent[]) {
    for (const each of events) {
      const { read } = each.event
      if ('ip' in read.values) this.address(each, read.values.ip ?? '')
      else this.node(each)
    }
  }

  of(event: NodeEvent): Outcome {
    return this.known.get(event) ?? UNKNOWN
  }

  /** Whether the node takes an address, soon after that, for which another one releases it: it may have it already. */
  isTaken(release: NodeEvent): boolean {
    return this.taken.has(release)
  }

  private address(each: NodeEvent, ip: string): void {
    const { atMs, pnn } = each
    const { read } = each.event
    const { name } = read
    const key = `${pnn} ${ip}`
    const over = { isFailed: false, notAfterMs: atMs }
    const failed = { isFailed: true, notAfterMs: atMs }
    if (read.name === 'ipControlFailed') this.noteLate(read.values.pnn === undefined ? '' : `${read.values.pnn} ${ip}`)
    // An address that is unassigned and assigned at once only changes its interface.
    if (name === 'nowAssigned') this.settle(this.unassigned, key, failed)
    this.unassigned.delete(key)
    if (name === 'takeover') this.begin(this.takes, key, each, ip)
    else if (read.name === 'release') this.release(key, each, `${read.values.pnn} ${ip}`)
    else if (name === 'nowUnassigned') this.unassigned.set(key, each)
    else if (name === 'sendingTakeIp') this.settle(this.takes, key, over)
    else if (name === 'sendingReleaseIp') this.settle(this.releases, key, over)
    else if (name === 'takeoverFailed') this.settle(this.takes, key, failed)
    else if (name === 'stillHosted') this.settle(this.releases, key, failed)
    else if (name === 'notReleased') this.drops.get(pnn)?.kept.add(ip)
    else if (name === 'strayHosted') this.drops.get(pnn)?.strays.add(ip)
  }

  /** A run begins to take an address only when all nodes have released it. */
  private begin(takes: Map<string, NodeEvent>, key: string, each: NodeEvent, ip: string): void {
    takes.set(key, each)
    for (const release of this.given.get(key) ?? []) if (each.atMs - release.atMs < LONGEST_MS) this.taken.add(release)
    this.given.delete(key)
    const over = { isFailed: false, notAfterMs: each.atMs }
    for (const open of [...this.releases.keys()]) if (open.endsWith(` ${ip}`)) this.settle(this.releases, open, over)
  }

  private release(key: string, each: NodeEvent, target: string): void {
    this.releases.set(key, each)
    this.given.set(target, [...(this.given.get(target) ?? []), each])
  }

  private node(each: NodeEvent): void {
    const { atMs, pnn } = each
    const { drops } = this
    const { read } = each.event
    switch (read.name) {
      case 'droppingAll':
      case 'dropAllTimeout':
        this.drop(each)
        break
      // In 2017, nothing says that it begins.
      case 'stopping':
      case 'banning':
      case 'inactive':
      case 'shuttingDown':
      case 'shutdownBegins':
        if (!drops.has(pnn)) drops.set(pnn, newDrop(each))
        break
      case 'tearingDown':
        this.cutShort(read.values.pnn ?? -1)
        break
      case 'startingDaemon':
      case 'starting':
      case 'parentDied':
      case 'shutdownEnds':
        drops.delete(pnn)
        this.cutShort(pnn)
        break
      case 'releasedAll':
        this.dropped(pnn, atMs, read.values.count)
        break
      case 'runStarts':
        this.noteLate(undefined)
        break
      case 'runSucceeded':
      case 'runFailed':
        this.endRun(atMs)
    }
  }

  /** @param key what failed; undefined for a new run, empty if the leader does not say what. */
  private noteLate(key: string | undefined): void {
    if (key === undefined) this.late.clear()
    else this.late.add(key)
  }

  /** A run ends when all nodes have answered, or have not done so for too long. */
  private endRun(atMs: number): void {
    this.given.clear()
    if (this.late.has('')) return
    for (const open of [this.takes, this.releases]) {
      for (const key of [...open.keys()]) if (!this.late.has(key)) this.settle(open, key, { isFailed: false, notAfterMs: atMs })
    }
    this.noteLate(undefined)
  }

  private drop(each: NodeEvent): void {
    const drop = newDrop(each)
    this.drops.set(each.pnn, drop)
    this.known.set(each, { ...UNKNOWN, isDrop: true, kept: drop.kept, strays: drop.strays })
  }

  /** Of what a node has begun that is gone or cannot be reached, nobody waits for the end. */
  private cutShort(pnn: number): void {
    for (const open of [this.takes, this.releases]) {
      for (const key of [...open.keys()]) if (key.startsWith(`${pnn} `)) open.delete(key)
    }
  }

  private dropped(pnn: number, atMs: number, count: number | undefined): void {
    const drop = this.drops.get(pnn)
    this.drops.delete(pnn)
    if (!drop || atMs - drop.begin.atMs >= LONGEST_MS) return
    const { begin, kept, strays } = drop
    this.known.set(begin, { isFailed: false, notAfterMs: atMs, count, isDrop: true, kept, strays })
  }

  private settle(open: Map<string, NodeEvent>, key: string, outcome: Outcome): void {
    const begin = open.get(key)
    if (begin) this.known.set(begin, outcome)
    open.delete(key)
  }
}

const newDrop = (begin: NodeEvent): Drop => ({ begin, kept: new Set(), strays: new Set() })
