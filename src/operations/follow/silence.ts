import type { Pnn } from '../../lib/cluster/node.ts'
import { missingFactError } from '../../lib/snapshot/missing-fact-error.ts'
import type { Snapshot } from '../../lib/snapshot/snapshot.ts'
import type { Reachability } from '../reach/reachability.ts'

/** Errors that mean that the machine no longer answers, rather than that something is missing on it. */
const MACHINE_IS_SILENT: ReadonlySet<string> = new Set(['EXEC_TIMEOUT', 'SSH_TIMEOUT', 'SSH_CLOSED', 'NO_POWER'])

/**
 * Marks the parts of nodes that did not answer in a sample as silent, so that the next samples do not wait for them.
 * @returns the nodes of which a part is silent.
 */
export function markSilentNodes(reachability: Reachability, { nodes }: Snapshot, isFullSample: boolean): Pnn[] {
  for (const { pnn, missing, host } of nodes) {
    const daemon = missing.find(({ fact, code }) => fact === 'runState' && code === 'TIMEOUT')
    if (daemon) reachability.markSilent('daemon', pnn, missingFactError(daemon))
    const machine = host ? undefined : missing.find(({ fact }) => fact === 'host' || fact === 'host.addresses')
    if (!machine || !MACHINE_IS_SILENT.has(machine.code)) continue
    // A machine that is too slow for a full sample may be fast enough for a light one.
    if (isFullSample && machine.code === 'EXEC_TIMEOUT') continue
    if (reachability.hosts.get(pnn)?.access) reachability.markSilent('host', pnn, missingFactError(machine))
  }
  return [...reachability.silentNodes('daemon'), ...reachability.silentNodes('host')]
}

/** Marks machines that were too slow, but whose daemons answer, as answering again. */
export function unmarkBusyMachines(reachability: Reachability): void {
  for (const pnn of reachability.silentNodes('host')) if (reachability.answers(pnn)) reachability.markAnswering('host', pnn)
}
