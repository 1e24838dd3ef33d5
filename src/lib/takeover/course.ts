import type { Algorithm } from '../allocation/input.ts'
import { compareAddresses } from '../audit/normal.ts'
import { isActive, isReachable, type Pnn } from '../cluster/node.ts'
import type { RunState } from '../cluster/run-state.ts'
import { factsOf, type Snapshot } from '../snapshot/snapshot.ts'
import { whyNot } from './can-host.ts'
import type { WhatIf } from './edited-snapshot.ts'
import { type AddressPlan, changeOf, claimsOf, countsOf, leadersMap, type Plan, planRun } from './plan.ts'
import { settingsOf } from './settings.ts'
import { applyStage, type Edit, stagesOf } from './what-if.ts'

/**
 * Why a takeover run takes place:
 * - `due`: CTDB makes it in any case, within seconds, as an address is where it cannot be, or without owner although a node could host it;
 * - `recovery`: it is part of the recovery after a node has joined the cluster or left it;
 * - `request`: the command asks for it, as `ctdb ipreallocate` does;
 * - `check`: the recovery daemon of a node that was started sees its interfaces for the first time, and asks for it;
 * - `healthy`: a node that was started has become healthy, and asks for it.
 */
export type RunCause = 'due' | 'recovery' | 'request' | 'check' | 'healthy'

/** One takeover run on the way. */
export interface CourseRun {
  readonly cause: RunCause
  readonly leader: Pnn | null
  readonly algorithm: Algorithm
  readonly noIpTakeover: boolean
  readonly noIpFailback: boolean
  /** What the leader finds: each node with its flags and, if it is asked and answers, the addresses that it knows and could host. */
  readonly nodes: readonly {
    readonly pnn: Pnn
    readonly flags: number
    readonly runState: RunState | null
    readonly known: readonly string[] | null
    readonly available: readonly string[] | null
  }[]
  /** The addresses that get another owner. */
  readonly moves: readonly Pick<AddressPlan, 'address' | 'from' | 'to' | 'reason'>[]
  /** Why it will fail; then the runs after it are not predicted. */
  readonly failures: readonly string[]
}

/** A run with everything that it was predicted from. */
interface PredictedRun {
  readonly cause: RunCause
  readonly plan: Plan
  readonly imagined: Snapshot
}

/** All takeover runs that some edits bring. */
export interface Course {
  readonly runs: readonly PredictedRun[]
  readonly assumptions: readonly string[]
  /** The cluster after the last run. */
  readonly end: Snapshot
}

/** What a course depends on besides its edits. */
export interface CourseOptions {
  /** Nodes named to the leader to receive addresses: the first run does so. */
  readonly forceRebalance?: readonly Pnn[]
  /** Who succeeds the leader, if an edit ends its leadership; default: the first node that can. */
  readonly heir?: Pnn | undefined
  /** Whether a takeover run comes before the edits. */
  readonly runsFirst?: boolean
}

/** With these, a node may join the cluster or leave it: the leader then recovers the databases and, as part of that, makes a takeover run. */
const BRINGS_RECOVERY: ReadonlySet<string> = new Set(['down', 'start', 'stop', 'continue', 'ban', 'unban'])
/** Nobody runs a command that asks for a takeover run. */
const BRINGS_NO_REQUEST: ReadonlySet<string> = new Set(['down', 'start'])

/**
 * Predicts the takeover runs that edits bring, each from what the one before it leaves behind.
 * @param now with the node map and leader already chosen by `seenByCluster`.
 * @throws CtdbtsError IMPOSSIBLE for an edit that is not possible.
 */
export function courseOf(now: Snapshot, edits: readonly Edit[], options: CourseOptions = {}): Course {
  const { forceRebalance = [], heir, runsFirst = false } = options
  const runs: PredictedRun[] = []
  let { snapshot, assumptions }: WhatIf = { snapshot: now, assumptions: [] }
  /** @param before where the addresses were before the run and what has led to it. @returns whether the run will succeed. */
  const run = (cause: RunCause, before: Snapshot): boolean => {
    const plan = planRun(before, snapshot, runs.length === 0 ? forceRebalance : [])
    runs.push({ cause, plan, imagined: snapshot })
    if (plan.failures.length > 0) return false
    snapshot = afterRun(snapshot, plan)
    return true
  }
  if (runsFirst && !run('due', now)) return { runs, assumptions, end: snapshot }
  for (const [index, stage] of stagesOf(edits).entries()) {
    const before = snapshot
    ;({ snapshot, assumptions } = applyStage({ snapshot, assumptions }, stage, heir))
    // A node that was healthy all the time does not become healthy.
    if (index > 0 && snapshot === before) continue
    const causes = index === 0 ? causesOf(edits, before, snapshot) : (['healthy'] as const)
    const areDone = causes.every((cause, turn) => run(cause, turn === 0 ? before : snapshot))
    if (!areDone) break
  }
  return { runs, assumptions, end: snapshot }
}

/** The runs that follow on some edits. If there is none, the plan is that of the next one, whenever it comes. */
function causesOf(edits: readonly Edit[], before: Snapshot, after: Snapshot): readonly RunCause[] {
  const has = (kinds: ReadonlySet<string>) => edits.some(({ kind }) => kinds.has(kind))
  const activeIn = ({ nodeMap }: Snapshot) => nodeMap.filter(isActive).map(({ pnn }) => pnn)
  // A node that is stopped while it is banned does not leave, as it took no part before.
  const recovers = has(BRINGS_RECOVERY) && activeIn(before).join() !== activeIn(after).join()
  const isAsked = edits.some(({ kind }) => !BRINGS_NO_REQUEST.has(kind))
  const checks = edits.some((edit) => edit.kind === 'start' && activeIn(after).includes(edit.pnn))
  const causes: RunCause[] = [
    ...(recovers ? (['recovery'] as const) : []),
    ...(isAsked ? (['request'] as const) : []),
    ...(checks ? (['check'] as const) : []),
  ]
  return causes.length === 0 ? ['request'] : causes
}

/** Kinds that happen at a moment, by a command or by an accident. The others say how the cluster is. */
const HAPPENS: ReadonlySet<string> = new Set([...BRINGS_RECOVERY, 'disable', 'enable'])

/** Whether all edits happen at a moment. */
export const areHappenings = (edits: readonly Edit[]): boolean => edits.length > 0 && edits.every(({ kind }) => HAPPENS.has(kind))

/**
 * Whether CTDB makes a takeover run anyway, before anybody can run a command: an address is on a node that cannot host it any more, or on
 * none although a healthy node could host it. A run that would only balance addresses is not due.
 */
export function isRunDue(now: Snapshot): boolean {
  const owners = claimsOf(now)
  const healthy = now.nodeMap.filter(({ flags }) => flags === 0)
  const { noIpTakeover } = settingsOf(now)
  const isOut = (address: string): boolean => {
    const owner = owners.get(address)
    if (owner !== undefined) return whyNot(now, owner, address) !== undefined
    return !noIpTakeover && healthy.some(({ pnn }) => whyNot(now, pnn, address) === undefined)
  }
  const known = new Set(now.nodes.flatMap((facts) => (facts.known ?? []).map(({ address }) => address)))
  if (![...known].some(isOut)) return false
  const { addresses, failures } = planRun(now, now)
  return failures.length === 0 && movesOf({ addresses }).length > 0
}

/** What the nodes know after a run has succeeded: each connected node has learnt the new owners. */
function afterRun(snapshot: Snapshot, { addresses }: Plan): Snapshot {
  const owners = new Map(addresses.map(({ address, to }) => [address, to]))
  const connected = new Set(
    leadersMap(snapshot)
      .filter(isReachable)
      .map(({ pnn }) => pnn),
  )
  const nodes = snapshot.nodes.map((facts) => {
    const { pnn, known } = facts
    if (!known || !connected.has(pnn)) return facts
    // A node forgets an address that was deleted as soon as it has released it.
    const kept = known.filter(({ address, leaving }) => !leaving || owners.get(address) === pnn)
    return { ...facts, known: kept.map((each) => ({ ...each, owner: owners.get(each.address) ?? null })) }
  })
  return { ...snapshot, nodes }
}

/** The outcome of a course as one plan: from the owners before it to those after its last run. */
export function planOf({ runs }: Course): Plan {
  const last = runs.at(-1) as PredictedRun
  if (runs.length === 1) return last.plan
  const addresses = mergedAddresses(runs)
  const moving = runs.filter(({ plan }) => movesOf(plan).length > 0)
  const controls = (moving.length === 0 ? [last] : moving).flatMap(({ plan }) => plan.controls)
  return {
    ...last.plan,
    addresses,
    controls,
    counts: countsOf(last.imagined, addresses),
    forceRebalance: [...new Set(runs.flatMap(({ plan }) => plan.forceRebalance))],
    failures: runs.flatMap(({ plan }) => plan.failures),
    notes: [...new Set(runs.flatMap(({ plan }) => plan.notes))],
  }
}

function mergedAddresses(runs: readonly PredictedRun[]): AddressPlan[] {
  const lists = runs.map(({ plan }) => new Map(plan.addresses.map((each) => [each.address, each])))
  const names = new Set(lists.flatMap((list) => [...list.keys()]))
  return [...names].toSorted(compareAddresses).map((address) => {
    const plans = lists.map((list) => list.get(address))
    const known = plans.filter((plan) => plan !== undefined)
    const last = known.at(-1) as AddressPlan
    const from = plans[0]?.from ?? null
    const to = plans.at(-1)?.to ?? null
    const changes = known.filter((plan) => plan.from !== plan.to)
    const decided = changes.at(-1) ?? last
    const reason = changes.length > 1 ? changes.map((plan) => plan.reason).join('; then ') : decided.reason
    return { ...last, from, to, change: changeOf(from, to), reason, steps: decided.steps }
  })
}

const movesOf = ({ addresses }: Pick<Plan, 'addresses'>) => addresses.filter(({ from, to }) => from !== to)

/** A run in the form that plans show. */
export const courseRun = ({ cause, plan, imagined }: PredictedRun): CourseRun => ({
  cause,
  leader: plan.leader,
  algorithm: plan.algorithm,
  noIpTakeover: plan.noIpTakeover,
  noIpFailback: plan.noIpFailback,
  nodes: leadersMap(imagined).map((node) => {
    const facts = isReachable(node) ? factsOf(imagined, node.pnn) : undefined
    return {
      pnn: node.pnn,
      flags: node.flags,
      runState: facts?.runState ?? null,
      known: facts?.known?.map(({ address }) => address) ?? null,
      available: (isActive(node) ? facts?.available : undefined) ?? null,
    }
  }),
  moves: movesOf(plan).map(({ address, from, to, reason }) => ({ address, from, to, reason })),
  failures: plan.failures,
})
