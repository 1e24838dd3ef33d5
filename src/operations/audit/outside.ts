import type { HostReport } from '../../lib/host/parse-facts.ts'
import type { PlannedQuestion } from '../../lib/host/probe-script.ts'
import { isOutside, seenOutside } from '../../lib/probe/outside.ts'
import { type MachineNetwork, outsideQuestions } from '../../lib/probe/plan.ts'
import type { Neighbour } from '../../lib/snapshot/host-facts.ts'
import type { Snapshot } from '../../lib/snapshot/snapshot.ts'
import { collectHostFacts } from '../../transport/host/collect.ts'
import { askNetworks, lookAtNeighbours, type ProbeLimits } from '../../transport/host/probe.ts'
import type { HostAccess } from '../../transport/host-access.ts'

/** The machine that ctdbts runs on, as one outside of the cluster. What it cannot see is not reported: the nodes look, too. */
export class OutsideMachine {
  private readonly access: HostAccess
  private readonly limits: ProbeLimits
  /** As last seen; undefined if it is a node. */
  private seen: { readonly network: MachineNetwork; readonly neighbours: readonly Neighbour[] } | undefined

  constructor(access: HostAccess, limits: ProbeLimits) {
    this.access = access
    this.limits = limits
  }

  /**
   * Adds what its neighbour table has of public addresses. Looks while the nodes are sampled.
   * @throws as the sampling of the nodes does; the signal's reason.
   */
  async addTo(nodes: Promise<Snapshot>): Promise<Snapshot> {
    const [snapshot, { facts: network }, { facts }] = await Promise.all([
      nodes,
      collectHostFacts(this.access, { ...this.limits, extent: 'kernel' }),
      lookAtNeighbours(this.access, undefined, this.limits),
    ])
    const { neighbours } = facts
    this.seen = neighbours && isOutside(snapshot, network) ? { network, neighbours } : undefined
    return this.seen ? { ...snapshot, outside: seenOutside(snapshot, this.seen.neighbours) } : snapshot
  }

  /** The questions that it can ask about public addresses. */
  questions(snapshot: Snapshot, addresses: ReadonlySet<string>): PlannedQuestion[] {
    return this.seen ? outsideQuestions(snapshot, this.seen.network, addresses) : []
  }

  /** Asks its networks. @returns also its neighbour table, from before. @throws the signal's reason. */
  async ask(questions: readonly PlannedQuestion[], pace: Parameters<typeof askNetworks>[2]['pace']): Promise<HostReport> {
    const { facts } = await askNetworks(this.access, questions, { ...this.limits, pace })
    return { facts: { ...facts, neighbours: this.seen?.neighbours }, missing: [] }
  }
}
