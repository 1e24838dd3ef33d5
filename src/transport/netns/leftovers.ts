import { isAlive } from '../processes.ts'
import { deleteNamespace, listNamespaces } from './namespaces.ts'
import { requireNetns } from './requirements.ts'

/** A namespace of a simulation, by the process that it belongs to. */
const OF_A_SIM = /^ctdbts-sim-(\d{1,10})-(?:\d+|switch)$/

/**
 * Removes the namespaces that a killed simulation has left behind: those named `ctdbts-sim-<pid>-…` whose process is gone.
 * @returns their names.
 * @throws CtdbtsError NETNS_ROOT, NETNS_TOOLS or NETNS_FAILED.
 */
export async function removeNetnsLeftovers(): Promise<readonly string[]> {
  await requireNetns()
  const removed: string[] = []
  for (const namespace of await listNamespaces()) {
    const pid = OF_A_SIM.exec(namespace)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    // Another simulation that starts now may be faster.
    if (await deleteNamespace(namespace)) removed.push(namespace)
  }
  return removed
}
