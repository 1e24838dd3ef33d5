import { isAlive } from '../processes.ts'
import { deleteNamespace, listNamespaces } from './namespaces.ts'
import { requireNetns } from './requirements.ts'

/** The name of a simulation's namespace, with the id of its process. */
const OF_A_SIM = /^ctdbts-sim-(\d{1,10})-(?:\d+|switch)$/

/**
 * Removes the namespaces of killed simulations: those named `ctdbts-sim-<pid>-…` whose process has ended.
 * @returns their names.
 * @throws CtdbtsError NETNS_ROOT, NETNS_TOOLS or NETNS_FAILED.
 */
export async function removeNetnsLeftovers(): Promise<readonly string[]> {
  await requireNetns()
  const removed: string[] = []
  for (const namespace of await listNamespaces()) {
    const pid = OF_A_SIM.exec(namespace)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    // Another simulation that starts now may have deleted it already.
    if (await deleteNamespace(namespace)) removed.push(namespace)
  }
  return removed
}
