import type { NodeFacts, Snapshot } from '../../../lib/snapshot/snapshot.ts'
import type { Edit } from '../../../lib/takeover/what-if.ts'
import type { AddressState, ClusterState, NodeState } from '../../../lib/watch/cluster-state.ts'
import { type Model, newestState, type Planned, type RequestedPlan } from '../model/model.ts'
import { editsOfAction } from './cluster-action.ts'
import { result, type UpdateResult } from './result.ts'

const WORKING: Planned = { state: 'working' }

/** A plan that has still to be requested. */
export const NOT_REQUESTED: RequestedPlan = { request: 0, planned: WORKING }

/**
 * Requests the plan of the confirmation, else that of the what-ifs, when it was not requested yet or the cluster has changed since. One at a
 * time: a newer request makes the planner drop an older one.
 */
export function requestPlans(model: Model): UpdateResult {
  const { overlay, preview, cluster } = model
  if (overlay?.kind === 'confirm') {
    const newest = newestState(model)
    if (!isDue(overlay, newest)) return result(model)
    // The user must not confirm an outdated plan, so it is not shown any more.
    const waiting = { ...model, overlay: { ...overlay, ...pendingRequest(model, newest), planned: WORKING } }
    return request({ ...waiting, ...(preview && { preview: replaced(preview) }) }, editsOfAction(overlay.action), newest)
  }
  // What-ifs are drawn on the map, so they are based on the state that it shows.
  if (!preview || !isDue(preview, cluster)) return result(model)
  return request({ ...model, preview: { ...preview, ...pendingRequest(model, cluster) } }, preview.edits, cluster)
}

const pendingRequest = ({ requests }: Model, cluster: ClusterState) => ({
  request: requests + 1,
  basis: cluster,
  isPending: true,
})

const request = (model: Model, edits: readonly Edit[], { snapshot }: ClusterState): UpdateResult => {
  const number = model.requests + 1
  return result({ ...model, requests: number }, { kind: 'plan', request: number, edits, snapshot })
}

/** A pending result will not arrive, as another request replaces it: it has to be requested again. */
function replaced(preview: NonNullable<Model['preview']>): NonNullable<Model['preview']> {
  if (preview.isPending !== true) return preview
  const { basis: _, ...others } = preview
  return { ...others, isPending: false }
}

const isDue = ({ basis, isPending }: RequestedPlan, cluster: ClusterState): boolean =>
  isPending !== true && (basis === undefined || !isSameBasis(basis, cluster))

/** Stores the result of a plan request; ignores a result that nobody waits for. */
export function receivePlan(model: Model, number: number, planned: Planned): Model {
  const { overlay, preview } = model
  if (planned.state === 'working') return model
  if (overlay?.kind === 'confirm' && isAwaited(overlay, number)) {
    return { ...model, overlay: { ...overlay, planned, isPending: false } }
  }
  if (preview && isAwaited(preview, number)) return { ...model, preview: { ...preview, planned, isPending: false } }
  return model
}

const isAwaited = ({ isPending, request: awaited }: RequestedPlan, number: number): boolean =>
  isPending === true && awaited === number

/** Whether the planner would give the same result for two cluster states: it depends on owners, flags, run states, links and the leader. */
function isSameBasis(a: ClusterState, b: ClusterState): boolean {
  if (a === b) return true
  return (
    a.leader === b.leader &&
    isSameSnapshot(a.snapshot, b.snapshot) &&
    areAlike(a.nodes, b.nodes, isSameNode) &&
    areAlike(a.addresses, b.addresses, isSameAddress)
  )
}

/** Whether two snapshots have the same owners. Events change a cluster state at once, a snapshot only with the next poll. */
const isSameSnapshot = (a: Snapshot | undefined, b: Snapshot | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && areAlike(a.nodes, b.nodes, hasSameOwners))

const hasSameOwners = (a: NodeFacts, b: NodeFacts): boolean =>
  a.pnn === b.pnn &&
  (a.known === undefined) === (b.known === undefined) &&
  areAlike(a.known ?? [], b.known ?? [], (one, other) => one.address === other.address && one.owner === other.owner)

const areAlike = <T>(a: readonly T[], b: readonly T[], isSame: (a: T, b: T) => boolean): boolean =>
  a === b ||
  (a.length === b.length &&
    a.every((each, index) => {
      const other = b[index]
      return other !== undefined && (each === other || isSame(each, other))
    }))

const isSameNode = (a: NodeState, b: NodeState): boolean =>
  a.pnn === b.pnn &&
  a.flags === b.flags &&
  a.runState === b.runState &&
  a.answers === b.answers &&
  a.isOutOfSight === b.isOutOfSight &&
  areAlike(a.links, b.links, (one, other) => one.name === other.name && one.linkUp === other.linkUp)

const isSameAddress = (a: AddressState, b: AddressState): boolean =>
  a.address === b.address && a.owner === b.owner && areAlike(a.knownBy, b.knownBy, Object.is)
