import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { Cluster } from '../reach/cluster.ts'

/** What became of the file on one node. */
export interface WrittenFile {
  readonly pnn: Pnn
  /** Its path, where it was written. */
  readonly path?: string
  /** Why it was not. */
  readonly problem?: CtdbtsError
}

/**
 * Writes home_nodes on all nodes. Unless every machine can be reached, writes nothing: files that differ move addresses when another node leads.
 * @throws CtdbtsError what is wrong with the first machine that cannot be reached; the signal's reason.
 */
export async function writeHomeNodes(cluster: Cluster, text: string, signal?: AbortSignal): Promise<WrittenFile[]> {
  const machines = await Promise.all(cluster.present.map(async (pnn) => ({ pnn, machine: await cluster.examine(pnn) })))
  signal?.throwIfAborted()
  return await Promise.all(
    machines.map(async ({ pnn, machine }): Promise<WrittenFile> => {
      try {
        return { pnn, path: await cluster.writeFile(machine, 'home_nodes', text, signal) }
      } catch (error) {
        if (!(error instanceof CtdbtsError)) throw error
        return { pnn, problem: error }
      }
    }),
  )
}
