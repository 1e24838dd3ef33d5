// Made from the files in this folder by `npm run generated`; do not edit.
import type { Check } from '../check.ts'
import { check as bondDegraded } from './bond-degraded.ts'
import { check as capabilityMissing } from './capability-missing.ts'
import { check as clockDrift } from './clock-drift.ts'
import { check as clusterLock } from './cluster-lock.ts'
import { check as clusterSplit } from './cluster-split.ts'
import { check as configInvalid } from './config-invalid.ts'
import { check as configOldStyle } from './config-old-style.ts'
import { check as failoverOff } from './failover-off.ts'
import { check as fileCrossNode } from './file-cross-node.ts'
import { check as fileLint } from './file-lint.ts'
import { check as fileMaskIfaceChange } from './file-mask-iface-change.ts'
import { check as fileMissing } from './file-missing.ts'
import { check as fileNotLoaded } from './file-not-loaded.ts'
import { check as flagsDisagreement } from './flags-disagreement.ts'
import { check as homeNodesDiffer } from './home-nodes-differ.ts'
import { check as homeNodesLint } from './home-nodes-lint.ts'
import { check as homeNodesUnused } from './home-nodes-unused.ts'
import { check as ifaceAbsent } from './iface-absent.ts'
import { check as ifaceLinkMismatch } from './iface-link-mismatch.ts'
import { check as ifaceSameMac } from './iface-same-mac.ts'
import { check as imbalance } from './imbalance.ts'
import { check as ipAnswerFlux } from './ip-answer-flux.ts'
import { check as ipAnswerForeign } from './ip-answer-foreign.ts'
import { check as ipAnswerNone } from './ip-answer-none.ts'
import { check as ipAnswerOtherNode } from './ip-answer-other-node.ts'
import { check as ipDadFailed } from './ip-dad-failed.ts'
import { check as ipDuplicateClaim } from './ip-duplicate-claim.ts'
import { check as ipDuplicateKernel } from './ip-duplicate-kernel.ts'
import { check as ipForeignConfig } from './ip-foreign-config.ts'
import { check as ipForeignManager } from './ip-foreign-manager.ts'
import { check as ipMissing } from './ip-missing.ts'
import { check as ipNeighbourHere } from './ip-neighbour-here.ts'
import { check as ipNeighbourStale } from './ip-neighbour-stale.ts'
import { check as ipOfService } from './ip-of-service.ts'
import { check as ipOnDeadDaemon } from './ip-on-dead-daemon.ts'
import { check as ipOnInactiveNode } from './ip-on-inactive-node.ts'
import { check as ipRogue } from './ip-rogue.ts'
import { check as ipSingleNode } from './ip-single-node.ts'
import { check as ipStaleView } from './ip-stale-view.ts'
import { check as ipTwiceOnNode } from './ip-twice-on-node.ts'
import { check as ipUnhostable } from './ip-unhostable.ts'
import { check as ipUnhosted } from './ip-unhosted.ts'
import { check as ipWrongInterface } from './ip-wrong-interface.ts'
import { check as ipWrongMask } from './ip-wrong-mask.ts'
import { check as kernelShared } from './kernel-shared.ts'
import { check as knownBug } from './known-bug.ts'
import { check as leaderDisagreement } from './leader-disagreement.ts'
import { check as leftoverDrop } from './leftover-drop.ts'
import { check as lockHeld } from './lock-held.ts'
import { check as lockMissing } from './lock-missing.ts'
import { check as lockNotShared } from './lock-not-shared.ts'
import { check as lockSlow } from './lock-slow.ts'
import { check as nodeBanned } from './node-banned.ts'
import { check as nodeDisconnected } from './node-disconnected.ts'
import { check as nodeNotRunning } from './node-not-running.ts'
import { check as nodeUnhealthy } from './node-unhealthy.ts'
import { check as nodesFileDrift } from './nodes-file-drift.ts'
import { check as nonlocalBind } from './nonlocal-bind.ts'
import { check as privateIpMissing } from './private-ip-missing.ts'
import { check as privatePort } from './private-port.ts'
import { check as promoteSecondaries } from './promote-secondaries.ts'
import { check as publicPrivateOverlap } from './public-private-overlap.ts'
import { check as recoveryRepeated } from './recovery-repeated.ts'
import { check as recoveryStuck } from './recovery-stuck.ts'
import { check as scriptFailing } from './script-failing.ts'
import { check as scriptNotEnabled } from './script-not-enabled.ts'
import { check as tunableIneffective } from './tunable-ineffective.ts'
import { check as tunablesDiffer } from './tunables-differ.ts'
import { check as versionSkew } from './version-skew.ts'

export const ALL_CHECKS: readonly Check[] = [
  bondDegraded,
  capabilityMissing,
  clockDrift,
  clusterLock,
  clusterSplit,
  configInvalid,
  configOldStyle,
  failoverOff,
  fileCrossNode,
  fileLint,
  fileMaskIfaceChange,
  fileMissing,
  fileNotLoaded,
  flagsDisagreement,
  homeNodesDiffer,
  homeNodesLint,
  homeNodesUnused,
  ifaceAbsent,
  ifaceLinkMismatch,
  ifaceSameMac,
  imbalance,
  ipAnswerFlux,
  ipAnswerForeign,
  ipAnswerNone,
  ipAnswerOtherNode,
  ipDadFailed,
  ipDuplicateClaim,
  ipDuplicateKernel,
  ipForeignConfig,
  ipForeignManager,
  ipMissing,
  ipNeighbourHere,
  ipNeighbourStale,
  ipOfService,
  ipOnDeadDaemon,
  ipOnInactiveNode,
  ipRogue,
  ipSingleNode,
  ipStaleView,
  ipTwiceOnNode,
  ipUnhostable,
  ipUnhosted,
  ipWrongInterface,
  ipWrongMask,
  kernelShared,
  knownBug,
  leaderDisagreement,
  leftoverDrop,
  lockHeld,
  lockMissing,
  lockNotShared,
  lockSlow,
  nodeBanned,
  nodeDisconnected,
  nodeNotRunning,
  nodeUnhealthy,
  nodesFileDrift,
  nonlocalBind,
  privateIpMissing,
  privatePort,
  promoteSecondaries,
  publicPrivateOverlap,
  recoveryRepeated,
  recoveryStuck,
  scriptFailing,
  scriptNotEnabled,
  tunableIneffective,
  tunablesDiffer,
  versionSkew,
]
