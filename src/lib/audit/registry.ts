import { CtdbtsError } from '../errors.ts'
import type { Check } from './check.ts'
import { fileCrossNode, fileLint, fileMaskIfaceChange, fileNotLoaded } from './checks/files.ts'
import { clockDrift, leftoverDrop, nonlocalBind, promoteSecondaries, versionSkew } from './checks/host-settings.ts'
import { ifaceAbsent, ifaceLinkMismatch } from './checks/interfaces.ts'
import { ipDuplicateKernel, ipMissing, ipOnDeadDaemon, ipOnInactiveNode, ipRogue } from './checks/kernel-addresses.ts'
import { nodeBanned, nodeDisconnected, nodeNotRunning, nodeUnhealthy } from './checks/nodes.ts'
import { ipDuplicateClaim, ipSingleNode, ipStaleView, ipUnhostable, ipUnhosted } from './checks/ownership.ts'
import { ipDadFailed, ipForeignManager, ipTwiceOnNode, ipWrongInterface, ipWrongMask } from './checks/placement.ts'
import { imbalance } from './checks/planner.ts'
import { nodesFileDrift, publicPrivateOverlap } from './checks/private-addresses.ts'
import { clusterLock, flagsDisagreement, leaderDisagreement, recoveryStuck } from './checks/recovery.ts'
import { scriptFailing, scriptNotEnabled } from './checks/scripts.ts'
import { failoverOff, tunableIneffective, tunablesDiffer } from './checks/tunables.ts'

/** All checks, in the order in which they are listed. */
export const CHECKS: readonly Check[] = [
  ipMissing,
  ipRogue,
  ipDuplicateKernel,
  ipDuplicateClaim,
  ipUnhosted,
  ipUnhostable,
  ipStaleView,
  ipOnInactiveNode,
  ipOnDeadDaemon,
  ipSingleNode,
  ipWrongInterface,
  ipWrongMask,
  ipTwiceOnNode,
  ipDadFailed,
  ipForeignManager,
  ifaceLinkMismatch,
  ifaceAbsent,
  fileNotLoaded,
  fileMaskIfaceChange,
  fileLint,
  fileCrossNode,
  nodesFileDrift,
  publicPrivateOverlap,
  scriptNotEnabled,
  scriptFailing,
  tunablesDiffer,
  tunableIneffective,
  failoverOff,
  leaderDisagreement,
  recoveryStuck,
  flagsDisagreement,
  nodeDisconnected,
  nodeNotRunning,
  nodeBanned,
  nodeUnhealthy,
  clusterLock,
  versionSkew,
  nonlocalBind,
  promoteSecondaries,
  leftoverDrop,
  clockDrift,
  imbalance,
]

/** @throws CtdbtsError NO_CHECK when none has this id. */
export function checkNamed(id: string): Check {
  const check = CHECKS.find((candidate) => candidate.id === id)
  if (check) return check
  throw new CtdbtsError('NO_CHECK', `there is no check ${JSON.stringify(id)}`, { hint: 'see `ctdbts verify --list-checks`' })
}

/**
 * The checks to make: those of `only` (all unless given) without those of `skip`, in the order of {@link CHECKS}.
 * @throws CtdbtsError NO_CHECK for an id that no check has, or when none is left.
 */
export function chooseChecks(only?: readonly string[], skip: readonly string[] = []): Check[] {
  const wanted = new Set(only === undefined ? CHECKS : only.map(checkNamed))
  for (const id of skip) wanted.delete(checkNamed(id))
  if (wanted.size > 0) return CHECKS.filter((check) => wanted.has(check))
  throw new CtdbtsError('NO_CHECK', 'no check is left to be made', { hint: 'skip fewer; see `ctdbts verify --list-checks`' })
}
