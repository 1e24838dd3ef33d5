import { type ClusterNode, hasFlag, isActive, isReachable, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import type { Ask } from '../daemon/ask.ts'
import { ControlFailure } from '../daemon/control-failure.ts'
import type { SimDaemon } from '../daemon/daemon.ts'
import type { Log } from '../daemon/log.ts'
import type { Program } from '../process/program.ts'
import { type Process, until } from '../process/wait.ts'

/** The cluster as a recovery daemon sees it: the nodes, and whether all agree on their flags and the VNN map. The leader makes them agree. */
export class ClusterState {
  /** The node map, as of this turn of the main loop. */
  nodes: readonly ClusterNode[] = []
  private readonly daemon: SimDaemon
  private readonly program: Program
  private readonly ask: Ask
  private readonly log: Log
  private readonly blame: (pnn: Pnn, credits: number) => void

  /** @param blame called with a node that causes a recovery, and the banning credits that it gets. */
  constructor(daemon: SimDaemon, program: Program, ask: Ask, blame: (pnn: Pnn, credits: number) => void) {
    this.daemon = daemon
    this.program = program
    this.ask = ask
    this.log = daemon.options.log
    this.blame = blame
  }

  /** The other nodes that take part in a takeover run or a recovery. */
  get reachableOthers(): readonly Pnn[] {
    return this.nodes.filter((node) => node.pnn !== this.pnn && isReachable(node)).map(({ pnn }) => pnn)
  }

  get own(): Pick<ClusterNode, 'flags'> {
    return this.nodes[this.pnn] ?? { flags: NODE_FLAG.DELETED }
  }

  *readNodes(): Process<readonly ClusterNode[]> {
    this.nodes = yield* this.ask(DESTINATION.CURRENT_NODE, 'getNodeMap', undefined, this.limitMs)
    return this.nodes
  }

  /** Each node knows its own flags best. Pushes them to all nodes when any node differs. */
  *updateFlags(): Process<void> {
    const others = this.nodes.filter((node) => node.pnn !== this.pnn && isReachable(node))
    const maps = yield* until(this.program.all(others.map(({ pnn }) => this.ask(pnn, 'getNodeMap', undefined, this.limitMs))))
    const toPush = new Set<Pnn>()
    maps.forEach((outcome, index) => {
      const other = others[index] as ClusterNode
      if (!outcome.ok) return
      const own = outcome.value[other.pnn]?.flags ?? 0
      if (own !== other.flags) {
        this.log('recoverd', 'remoteFlags', other.pnn, own, other.flags)
        this.nodes = this.nodes.map((node) => (node.pnn === other.pnn ? { ...node, flags: own } : node))
        toPush.add(other.pnn)
      }
    })
    maps.forEach((outcome) => {
      if (!outcome.ok) return
      for (const { pnn, flags } of this.nodes) {
        const theirs = outcome.value[pnn]?.flags ?? 0
        if (((theirs ^ flags) & ~NODE_FLAG.DISCONNECTED) !== 0 && !hasFlag({ flags }, NODE_FLAG.DISCONNECTED)) toPush.add(pnn)
      }
    })
    for (const pnn of [...toPush].sort((a, b) => a - b)) {
      const flags = this.nodes[pnn]?.flags ?? 0
      this.log('recoverd', 'pushingFlags', pnn, flags)
      yield* this.pushFlags(pnn, flags)
    }
  }

  *pushFlags(pnn: Pnn, newFlags: number): Process<void> {
    const nodes = this.nodes.length > 0 ? this.nodes : yield* this.readNodes()
    const oldFlags = nodes[pnn]?.flags ?? 0
    const change = { pnn, newFlags, oldFlags }
    yield* until(
      this.program.all(nodes.filter(isReachable).map((node) => this.ask(node.pnn, 'modifyFlags', change, this.limitMs))),
    )
  }

  *someoneIsInRecovery(): Process<boolean> {
    const active = this.nodes.filter(isActive)
    const modes = yield* until(
      this.program.all(active.map(({ pnn }) => this.ask(pnn, 'getRecoveryMode', undefined, this.limitMs))),
    )
    let found = false
    modes.forEach((outcome, index) => {
      const { pnn } = active[index] as ClusterNode
      if (!outcome.ok || outcome.value === 0) return
      this.log('recoverd', 'wasInRecovery', pnn)
      found = true
    })
    if (!found && modes.some(({ ok }) => !ok)) throw new ControlFailure(-1)
    return found
  }

  /** Whether the VNN map does not list the active nodes, or is not the same everywhere. */
  *mapsDiffer(): Process<boolean> {
    const own = yield* this.ask(this.pnn, 'getVnnMap', undefined, this.limitMs)
    const active = this.nodes.filter(isActive)
    if (own.map.length !== active.length) {
      this.log('recoverd', 'vnnMapCount', own.map.length, active.length)
      this.blame(this.pnn, 1)
      return true
    }
    const absent = active.find(({ pnn }) => !own.map.includes(pnn))
    if (absent) {
      this.log('recoverd', 'vnnMapMissing', absent.pnn)
      this.blame(absent.pnn, 1)
      return true
    }
    for (const { pnn } of active.filter((node) => node.pnn !== this.pnn)) {
      const theirs = yield* this.ask(pnn, 'getVnnMap', undefined, this.limitMs)
      if (theirs.generation === own.generation) continue
      this.log('recoverd', 'generation', pnn, theirs.generation, own.generation)
      this.blame(pnn, 1)
      return true
    }
    return false
  }

  private get pnn(): Pnn {
    return this.daemon.pnn
  }

  private get limitMs(): number {
    return this.daemon.tunable('RecoverTimeout') * 1000
  }
}
