import type { EventRun, HostFacts } from '../snapshot/host-facts.ts'
import { type DaemonTimes, factsOf, type NodeFacts, type Snapshot } from '../snapshot/snapshot.ts'

/**
 * A snapshot in which everything that only says when something was read or run is as in an earlier one: the readings of the daemons' clocks,
 * the time over which recoveries were counted, and the times of event scripts that ran again with the same result. These change with every sample and are most of what changes.
 */
export function steadySnapshot(snapshot: Snapshot, before: Snapshot): Snapshot {
  return {
    ...snapshot,
    takenAt: before.takenAt,
    nodes: snapshot.nodes.map((facts) => steadyNode(facts, factsOf(before, facts.pnn))),
  }
}

function steadyNode(facts: NodeFacts, before: NodeFacts | undefined): NodeFacts {
  const { times, recentRecoveries, host } = facts
  const isSameCount = recentRecoveries?.count === before?.recentRecoveries?.count
  return {
    ...facts,
    ...(times && before?.times && { times: steadyTimes(times, before.times) }),
    ...(isSameCount && { recentRecoveries: before?.recentRecoveries }),
    ...(host && before?.host && { host: steadyHost(host, before.host) }),
  }
}

const steadyTimes = (times: DaemonTimes, { now, askedAt, answeredAt }: DaemonTimes): DaemonTimes => ({
  ...times,
  now,
  askedAt,
  answeredAt,
})

function steadyHost(host: HostFacts, before: HostFacts): HostFacts {
  if (!host.events || !before.events) return host
  const runs = new Map(before.events.map((run) => [run.event, run]))
  return { ...host, events: host.events.map((run) => sameRun(run, runs.get(run.event)) ?? run) }
}

/** The earlier run, if the later one had the same results. */
function sameRun({ scripts }: EventRun, before: EventRun | undefined): EventRun | undefined {
  const isSame = scripts.every((script, index) => {
    const earlier = before?.scripts[index]
    return script.name === earlier?.name && script.result === earlier.result && script.output === earlier.output
  })
  return isSame && scripts.length === before?.scripts.length ? before : undefined
}
