import type { Pnn } from '../cluster/node.ts'
import type { HostReport } from '../host/parse-facts.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { seenOutside } from './outside.ts'

/** What a probe found, by node; null: by the machine that ctdbts runs on. */
export type ProbeReports = ReadonlyMap<Pnn | null, HostReport>

/** A snapshot with what a probe found. Nodes whose machines were not examined have a reason for that already. */
export const withProbe = (snapshot: Snapshot, reports: ProbeReports): Snapshot => ({
  ...snapshot,
  isProbed: true,
  ...outsideOf(snapshot, reports.get(null)),
  nodes: snapshot.nodes.map((facts) => {
    const report = reports.get(facts.pnn)
    if (!report || !facts.host) return facts
    return { ...facts, host: { ...facts.host, ...report.facts }, missing: [...facts.missing, ...report.missing] }
  }),
})

/** What is seen from outside of the cluster, with the answers that a probe got there. */
function outsideOf(snapshot: Snapshot, report: HostReport | undefined): Pick<Snapshot, 'outside'> {
  const { neighbours = [], questions } = report?.facts ?? {}
  if (!questions) return {}
  const seen = seenOutside(snapshot, neighbours, questions)
  return { outside: { ...seen, neighbours: snapshot.outside?.neighbours ?? [] } }
}

/**
 * What two probes found one after the other. Neighbour tables are those of the first: a question may correct them. The answers about an address
 * are those of the second, if it asked about it.
 */
export function laterAnswers(first: ProbeReports, second: ProbeReports, addresses: ReadonlySet<string>): ProbeReports {
  const nodes = new Set([...first.keys(), ...second.keys()])
  return new Map(
    [...nodes].map((pnn) => {
      const [before, after] = [first.get(pnn), second.get(pnn)]
      const kept = before?.facts.questions?.filter(({ address }) => !addresses.has(address)) ?? []
      const questions = [...kept, ...(after?.facts.questions ?? [])]
      const missing = [...(before?.missing ?? []), ...(after?.missing ?? [])]
      return [pnn, { facts: { ...before?.facts, questions }, missing }]
    }),
  )
}
