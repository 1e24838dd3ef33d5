import type { HostAccess } from '../../../src/transport/host-access.ts'
import { localHost } from '../../../src/transport/local-host.ts'
import type { Lab } from './lab.ts'

/** A node of the lab as a machine to look at, without SSH: entered from outside. */
export function nodeAccess(lab: Lab, pnn: number): HostAccess {
  const { exec, connect } = localHost()
  return {
    name: `lab node ${pnn}`,
    exec: (argv, limits) => exec(lab.argv(pnn, argv) as [string, ...string[]], limits),
    // Paths are those on the node.
    connect: (paths) => connect(paths.map((path) => path.replace(/^\/run\//, `${lab.path(pnn, 'run')}/`))),
  }
}
