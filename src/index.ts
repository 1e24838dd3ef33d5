// What `import … from 'ctdbts'` offers.
export type { IpFamily } from './lib/address/ip-text.ts'
export { formatIp, parseIp } from './lib/address/ip-text.ts'
export { addressKey, type SocketAddress } from './lib/address/socket-address.ts'
export { allocate } from './lib/allocation/allocate.ts'
export type { Algorithm, Allocation, AllocationInput, AllocationStep } from './lib/allocation/input.ts'
export { type AuditSamplesOptions, auditSamples } from './lib/audit/audit.ts'
export type { Check } from './lib/audit/check.ts'
export type { Finding, Severity, Subject, Unknown } from './lib/audit/finding.ts'
export { CHECKS } from './lib/audit/registry.ts'
export type { AuditedFinding, AuditedNode, AuditReport } from './lib/audit/report.ts'
export { type KnownIp, mergeKnownIps } from './lib/cluster/merge-ips.ts'
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
} from './lib/cluster/node.ts'
export type * from './lib/cluster/report.ts'
export { RUN_STATES, type RunState } from './lib/cluster/run-state.ts'
export { DESTINATION, SRVID } from './lib/cluster/srvid.ts'
export { TUNABLES, type TunableName, type TunableValues } from './lib/cluster/tunables.ts'
export { CtdbtsError, EXIT_STATUS } from './lib/errors.ts'
export type { Era, Level, LogEntry } from './lib/log/entry.ts'
export { logLine } from './lib/log/entry.ts'
export { type HostLayout, type Layout, uniformLayout } from './lib/sim/layout.ts'
export { parseScenario, type Scenario, type ScenarioStep } from './lib/sim/scenario.ts'
export type * from './lib/snapshot/host-facts.ts'
export { parseSnapshot } from './lib/snapshot/parse.ts'
export type { KnownAddress, NodeFacts, Snapshot } from './lib/snapshot/snapshot.ts'
export { ipReportOf, statusReportOf } from './lib/snapshot/views.ts'
export { compareOutcome, type Outcome } from './lib/takeover/outcome.ts'
export { type AddressPlan, type Plan, type PlannedControl, type PlanOptions, planTakeover } from './lib/takeover/plan.ts'
export { type Edit, imagine, type WhatIf } from './lib/takeover/what-if.ts'
export type { Observation } from './lib/watch/observation.ts'
export { Chronicle } from './lib/watch/observe.ts'
export type { AddressState, KernelTruth, NodeState, Story } from './lib/watch/story.ts'
export type { EntryKind, TimelineEntry, Tone } from './lib/watch/timeline.ts'
export { type ClientOptions, type ControlOptions, CtdbClient } from './transport/client.ts'
export { ClosedError, ControlFailedError, NoAnswerError } from './transport/client-errors.ts'
export { collectIps, type IpQuestion } from './transport/collect/ip.ts'
export { collectLeader } from './transport/collect/leader.ts'
export { type Collected, collectStatus, type StatusQuestion } from './transport/collect/status.ts'
export { KNOWN_SOCKETS } from './transport/ctdb-paths.ts'
export type { ExecLimits, ExecResult, HostAccess } from './transport/host-access.ts'
export { type AuditOptions, auditCluster } from './transport/reach/audit.ts'
export { Cluster, type ClusterOptions } from './transport/reach/cluster.ts'
export { Follower, type FollowOptions } from './transport/reach/follower.ts'
export { runSteps } from './transport/serve/scenario-runner.ts'
export { SimCluster, type SimClusterOptions } from './transport/serve/sim-cluster.ts'
export { simHostAccess } from './transport/serve/sim-host.ts'
export { type Received, Subscription, type SubscriptionOptions } from './transport/subscription.ts'
export { requestTakeoverRun } from './transport/takeover-run.ts'
export { connectUnix, findSocket, openUnix, type UnixOptions } from './transport/unix.ts'
export { type Codec, DecodeError, decode, EncodeError, encode } from './transport/wire/codec.ts'
export { CONTROL_FLAG, type Control, controlByOpcode, controls } from './transport/wire/controls.ts'
export {
  decodeEventStatus,
  decodeEventStatusRequest,
  type EventStatus,
  type EventStatusRequest,
  encodeEventStatus,
  encodeEventStatusRequest,
  measureEventFrame,
} from './transport/wire/eventd.ts'
export { FrameSplitter } from './transport/wire/frames.ts'
export { answerTo, type MessageKind, messageBySrvid, messages, replySrvid } from './transport/wire/messages.ts'
export { decodePacket, encodePacket, measurePacket, OPERATION, type Packet } from './transport/wire/packet.ts'
