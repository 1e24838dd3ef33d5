import { KNOWN_SOCKETS } from '../../../src/lib/cluster/paths.ts'
import type { ClusterOptions } from '../../../src/operations/reach/find-nodes.ts'
import type { HostAccess } from '../../../src/transport/host-access.ts'
import { localHost } from '../../../src/transport/local/host.ts'
import type { Lab } from './lab.ts'

/** Access to a node of the lab as a machine, through its namespaces and without SSH. */
export function nodeAccess(lab: Lab, pnn: number): HostAccess {
  const { exec, connect } = localHost()
  return {
    name: `lab node ${pnn}`,
    exec: (argv, limits) => exec(lab.argv(pnn, argv) as [string, ...string[]], limits),
    // The caller gives paths as they are on the node.
    connect: (paths) => connect(paths.map((path) => path.replace(/^\/run\//, `${lab.path(pnn, 'run')}/`))),
  }
}

/** How to open a cluster, with access to all its machines. */
export const wholeCluster = (lab: Lab): ClusterOptions => ({
  entries: lab.pnns.map((pnn) => ({ name: `node ${pnn}`, reach: async () => nodeAccess(lab, pnn) })),
  socketPaths: KNOWN_SOCKETS,
  timeoutMs: 10_000,
})
