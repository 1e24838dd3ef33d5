import { hidesFromScripts } from '../audit/interfaces.ts'
import { normalAddress } from '../audit/normal.ts'
import { hasFailed, scriptText } from '../audit/script-runs.ts'
import { plainView } from '../audit/view.ts'
import { isReachable, type Pnn } from '../cluster/node.ts'
import { factsOf, type Snapshot } from '../snapshot/snapshot.ts'
import type { Course } from './course.ts'
import { leadersMap } from './plan.ts'

/** An event that a takeover run needs: if its scripts fail, the run fails. */
export interface NeededEvent {
  readonly pnn: Pnn
  readonly event: 'releaseip' | 'takeip' | 'ipreallocated'
  /** How its last run ended; `unknown` if the node's event daemon was not asked, or has not run it yet. */
  readonly last: 'ok' | 'failed' | 'unknown'
  /** The script that failed, and how: `10.interface ended with status 1`. */
  readonly failure?: string
}

/** The events that the runs of a course need, in the order of nodes. @param snapshot with the events of the machines that were reached. */
export function neededEvents(snapshot: Snapshot, { runs }: Course): NeededEvent[] {
  const needed = new Map<string, readonly [Pnn, NeededEvent['event']]>()
  const add = (pnn: Pnn, event: NeededEvent['event']) => needed.set(`${pnn} ${event}`, [pnn, event])
  for (const { plan, imagined } of runs) {
    for (const { control, to, redundant } of plan.controls) {
      if (!redundant) add(to, control === 'RELEASE_IP' ? 'releaseip' : 'takeip')
    }
    for (const { pnn } of leadersMap(imagined).filter(isReachable)) add(pnn, 'ipreallocated')
  }
  return [...needed.values()]
    .toSorted(([a], [b]) => a - b)
    .map(([pnn, event]) => {
      const scripts = factsOf(snapshot, pnn)?.host?.events?.find((each) => each.event === event)?.scripts
      if (!scripts || scripts.length === 0) return { pnn, event, last: 'unknown' }
      const failed = scripts.find(hasFailed)
      return { pnn, event, last: failed ? 'failed' : 'ok', ...(failed && { failure: scriptText(failed) }) }
    })
}

/** What a failure of the event means. Releases come first, then takeovers, and then the event `ipreallocated`. */
const CONSEQUENCE: Readonly<Record<NeededEvent['event'], string>> = {
  releaseip: 'the run fails, and no address is taken over',
  takeip: 'the run fails, and what it was to take stays without owner',
  ipreallocated: 'the run counts as failed, although the addresses have moved',
}

/** Why runs of a course may fail, as far as that is known. The leader repeats a failed run, and bans a node that keeps failing. */
export function scriptDoubts(now: Snapshot, { runs }: Course, needed: readonly NeededEvent[]): string[] {
  const failing = needed
    .filter(({ last }) => last === 'failed')
    .map(
      ({ pnn, event, failure }) =>
        `event ${event} failed on node ${pnn} the last time (${failure}): if it fails again, ${CONSEQUENCE[event]}`,
    )
  const found = runs.find(({ cause }) => cause !== 'due')?.imagined
  return [...failing, ...(found ? stuckAddresses(now, found) : [])]
}

/** Addresses in kernels that RELEASE_IP cannot remove, because the scripts do not find the interface. */
function stuckAddresses(now: Snapshot, imagined: Snapshot): string[] {
  if (now.nodes.every(({ host }) => host?.addresses === undefined)) return []
  const view = plainView(imagined)
  return leadersMap(imagined)
    .filter(isReachable)
    .flatMap(({ pnn }) => {
      const owned = new Set((factsOf(now, pnn)?.known ?? []).filter(({ owner }) => owner === pnn).map(({ address }) => address))
      const notOwned = (factsOf(imagined, pnn)?.known ?? []).filter(({ address }) => !owned.has(address))
      const names = new Set(notOwned.map(({ address }) => normalAddress(address)))
      const held = view.peek(pnn, 'host.addresses') ?? []
      return held
        .filter(({ address, interfaceName }) => names.has(address) && hidesFromScripts(view, pnn, interfaceName))
        .map(
          ({ address, interfaceName }) =>
            `the kernel of node ${pnn} has ${address} on ${interfaceName}, where the scripts of this version do not find it: as long as it is there, takeover runs fail`,
        )
    })
}
