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
  private readonly drops = new Map<number, NodeEvent>()

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

  private address(each: NodeEvent, ip: string): void {
    const { atMs, pnn } = each
    const { name } = each.event.read
    const key = `${pnn} ${ip}`
    const over = { isFailed: false, notAfterMs: atMs }
    const failed = { isFailed: true, notAfterMs: atMs }
    // An address that is unassigned and assigned at once only changes its interface.
    if (name === 'nowAssigned') this.settle(this.unassigned, key, failed)
    this.unassigned.delete(key)
    if (name === 'takeover') this.begin(this.takes, key, each, ip)
    else if (name === 'release') this.releases.set(key, each)
    else if (name === 'nowUnassigned') this.unassigned.set(key, each)
    else if (name === 'sendingTakeIp') this.settle(this.takes, key, over)
    else if (name === 'sendingReleaseIp') this.settle(this.releases, key, over)
    else if (name === 'takeoverFailed') this.settle(this.takes, key, failed)
    else if (name === 'stillHosted') this.settle(this.releases, key, failed)
  }

  /** A run begins to take an address only when all nodes have released it. */
  private begin(takes: Map<string, NodeEvent>, key: string, each: NodeEvent, ip: string): void {
    takes.set(key, each)
    const over = { isFailed: false, notAfterMs: each.atMs }
    for (const open of [...this.releases.keys()]) if (open.endsWith(` ${ip}`)) this.settle(this.releases, open, over)
  }

  private node(each: NodeEvent): void {
    const { atMs, pnn } = each
    const { drops, takes, releases } = this
    const { read } = each.event
    switch (read.name) {
      case 'droppingAll':
      case 'dropAllTimeout':
        drops.set(pnn, each)
        this.known.set(each, { ...UNKNOWN, isDrop: true })
        break
      // In 2017, nothing says that it begins.
      case 'stopping':
      case 'banning':
      case 'inactive':
      case 'shuttingDown':
      case 'shutdownBegins':
        if (!drops.has(pnn)) drops.set(pnn, each)
        break
      case 'releasedAll':
        this.dropped(pnn, atMs, read.values.count)
        break
      case 'runSucceeded':
        for (const open of [takes, releases]) {
          for (const key of [...open.keys()]) this.settle(open, key, { isFailed: false, notAfterMs: atMs })
        }
        break
      case 'runFailed':
        takes.clear()
        releases.clear()
    }
  }

  private dropped(pnn: number, atMs: number, count: number | undefined): void {
    const begin = this.drops.get(pnn)
    this.drops.delete(pnn)
    if (!begin || atMs - begin.atMs >= LONGEST_MS) return
    this.known.set(begin, { isFailed: false, notAfterMs: atMs, count, isDrop: true })
  }

  private settle(open: Map<string, NodeEvent>, key: string, outcome: Outcome): void {
    const begin = open.get(key)
    if (begin) this.known.set(begin, outcome)
    open.delete(key)
  }
}
