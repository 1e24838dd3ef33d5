import { auditSamples } from '../../lib/audit/audit.ts'
import { NEEDING_PROBE, NEIGHBOUR_STALE } from '../../lib/audit/registry.ts'
import type { AuditReport } from '../../lib/audit/report.ts'
import type { Pnn } from '../../lib/cluster/node.ts'
import { merged } from '../../lib/host/parse-facts.ts'
import { ASKING_LIMIT_S, QUESTIONS_PER_SECOND } from '../../lib/probe/pace.ts'
import { planQuestions, publicAddressesOf } from '../../lib/probe/plan.ts'
import { laterAnswers, type ProbeReports, withProbe } from '../../lib/probe/with-probe.ts'
import type { Snapshot } from '../../lib/snapshot/snapshot.ts'
import { askNetworks, lookAtNeighbours } from '../../transport/host/probe.ts'
import type { HostAccess } from '../../transport/host-access.ts'
import type { OutsideMachine } from './outside.ts'

/** Time between two looks: longer than ctdbd takes to announce an address that it has taken over. */
const GAP_MS = 2_500

/** What a probe needs of a cluster. */
export interface ProbedCluster {
  accessTo(pnn: Pnn): HostAccess | undefined
  /** Takes another sample. */
  sample(): Promise<Snapshot>
  /** Waits. @throws the signal's reason. */
  pause(ms: number): Promise<unknown>
  /** The machine that ctdbts runs on, if it is to be asked, too. */
  readonly outside?: OutsideMachine | undefined
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Probes the networks between two samples, and once more for the addresses in whose answers something is wrong. Neighbour tables are read before
 * anything is asked, twice if something is wrong with them.
 * @param last the last sample so far.
 * @returns samples with what was found, at least two. Two of them that agree were taken with another probe, or one lasting look, in between.
 * @throws the signal's reason.
 */
export async function probedSamples(cluster: ProbedCluster, last: Snapshot): Promise<Snapshot[]> {
  const addresses = publicAddressesOf(last)
  let seen = await look(cluster, last, addresses)
  if (findingsOf([withProbe(last, seen)]).some(({ id }) => id === NEIGHBOUR_STALE)) {
    await cluster.pause(GAP_MS)
    seen = await look(cluster, last, addresses)
  }
  const first = combined(seen, await ask(cluster, last, addresses))
  const next = await cluster.sample()
  const samples = [withProbe(last, first), withProbe(next, first)]
  const answered = findingsOf(samples).filter(({ id, isGone }) => id !== NEIGHBOUR_STALE && !isGone)
  const doubted = new Set(answered.flatMap(({ subject }) => subject.address ?? []))
  if (doubted.size === 0) return samples
  await cluster.pause(GAP_MS)
  const second = await ask(cluster, next, doubted)
  return [...samples, withProbe(await cluster.sample(), laterAnswers(first, second, doubted))]
}

const findingsOf = (samples: readonly Snapshot[]): AuditReport['findings'] =>
  auditSamples(samples, { only: NEEDING_PROBE }).findings

/** Reads neighbour tables and link addresses of all nodes at once. */
async function look(cluster: ProbedCluster, { nodes }: Snapshot, addresses: ReadonlySet<string>): Promise<ProbeReports> {
  const reports = nodes.map(async ({ pnn }) => {
    const access = cluster.accessTo(pnn)
    return access ? ([[pnn, await lookAtNeighbours(access, addresses, cluster)]] as const) : []
  })
  return new Map((await Promise.all(reports)).flat())
}

/** Lets the nodes ask, at the same time. */
async function ask(cluster: ProbedCluster, snapshot: Snapshot, addresses: ReadonlySet<string>): Promise<ProbeReports> {
  const plan = planQuestions(snapshot, addresses)
  const own = cluster.outside?.questions(snapshot, addresses) ?? []
  const pace = { gapS: (plan.size + (own.length > 0 ? 1 : 0)) / QUESTIONS_PER_SECOND, limitS: ASKING_LIMIT_S }
  const reports = [...plan].map(async ([pnn, questions]) => {
    const access = cluster.accessTo(pnn)
    return access ? ([[pnn, await askNetworks(access, questions, { ...cluster, pace })]] as const) : []
  })
  const outside = cluster.outside && own.length > 0 ? [[null, await cluster.outside.ask(own, pace)] as const] : []
  return new Map([...(await Promise.all(reports)).flat(), ...outside])
}

const combined = (seen: ProbeReports, asked: ProbeReports): ProbeReports =>
  new Map(
    [...new Set([...seen.keys(), ...asked.keys()])].map((pnn) => [
      pnn,
      merged([seen.get(pnn), asked.get(pnn)].filter((report) => report !== undefined)),
    ]),
  )
