/**
 * CTDB clusters from a program: open one over SSH or through the local daemon, collect its state, audit it, predict takeover runs, follow
 * it, administer it. `ctdbts/wire` has the protocol, `ctdbts/sim` an embedded cluster.
 * @module
 */

export { allocate } from '../lib/allocation/allocate.ts'
export type { Algorithm, Allocation, AllocationInput, AllocationStep } from '../lib/allocation/input.ts'
export type { Acceptance, AppliedAcceptance, FindingAcceptance } from '../lib/audit/acceptance.ts'
export type { CheckDescription } from '../lib/audit/check.ts'
export type { Finding, Severity, Unknown } from '../lib/audit/finding.ts'
export type { Claim, Condition, Effect, Trigger } from '../lib/audit/outlook.ts'
export type { Action, CheckedFact, Mended, Step } from '../lib/audit/remedy.ts'
export type { AuditedFinding, AuditedNode, AuditReport } from '../lib/audit/report.ts'
export type { Subject } from '../lib/audit/subject.ts'
export type { ConfiguredAddress } from '../lib/cluster/address-files.ts'
export {
  type ClusterNode,
  flagsText,
  hasFlag,
  INACTIVE_FLAGS,
  isActive,
  isReachable,
  NODE_FLAG,
  type Pnn,
  UNKNOWN_PNN,
} from '../lib/cluster/node.ts'
export type { ViewLimit } from '../lib/cluster/point-of-view.ts'
export type * from '../lib/cluster/report.ts'
export { RUN_STATES, type RunState } from '../lib/cluster/run-state.ts'
export type { MeasuredTimes, RecentRecoveries } from '../lib/cluster/statistics.ts'
export { TUNABLES, type TunableName, type TunableValues } from '../lib/cluster/tunables.ts'
export { ERROR_CODES, type ErrorCode } from '../lib/error-codes.ts'
export { type CtdbText, CtdbtsError, type ErrorDetails, EXIT_STATUS } from '../lib/errors.ts'
export type * from '../lib/snapshot/host-facts.ts'
export { parseSnapshot } from '../lib/snapshot/parse.ts'
export type { DaemonTimes, KnownAddress, MapEntry, MissingFact, NodeFacts, Snapshot } from '../lib/snapshot/snapshot.ts'
export { ipReportOf, statusReportOf } from '../lib/snapshot/views.ts'
export type { CourseRun, RunCause } from '../lib/takeover/course.ts'
export type { WhatIf } from '../lib/takeover/edited-snapshot.ts'
export type { NeededEvent } from '../lib/takeover/needed-events.ts'
export { compareOutcome, type Outcome } from '../lib/takeover/outcome.ts'
export { type AddressPlan, type Plan, type PlannedControl, type PlanOptions, planTakeover } from '../lib/takeover/plan.ts'
export { type Edit, imagine, type NodeEditKind } from '../lib/takeover/what-if.ts'
export { planWhatIf, type WhatIfPlan } from '../lib/takeover/what-if-plan.ts'
export type { AddressState, ClusterState, KernelTruth, NodeState } from '../lib/watch/cluster-state.ts'
export { ClusterTracker } from '../lib/watch/cluster-tracker.ts'
export type { Observation } from '../lib/watch/observation.ts'
export type { EntryKind, TimelineEntry, Tone } from '../lib/watch/timeline.ts'
export type { ChangedState } from '../operations/administer/change-state.ts'
export type { NodeReload } from '../operations/administer/reload-ips.ts'
export type { AuditOptions } from '../operations/audit/audit.ts'
export type { ExecLimits, ExecResult, HostAccess } from '../transport/host-access.ts'
export { CHECKS } from './checks.ts'
export {
  type CallOptions,
  ClusterSession,
  type Following,
  type FollowSettings,
  type NodeStateChange,
  type PlanRequest,
  type RetriedCallOptions,
} from './cluster-session.ts'
export { type OpenClusterOptions, openCluster, type SshOptions } from './open-cluster.ts'
