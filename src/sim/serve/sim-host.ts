import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { SHELL_STATUS } from '../../lib/shell-status.ts'
import type { HostAccess, HostRoute } from '../../transport/host-access.ts'
import type { SimCluster } from './sim-cluster.ts'
import { commandsOf } from './sim-commands.ts'

/** The routes to all nodes of an embedded cluster. */
export const simRoutes = (cluster: SimCluster): HostRoute[] =>
  cluster.world.nodes.map(({ pnn }) => ({ name: `the simulated node ${pnn}`, reach: async () => simHostAccess(cluster, pnn) }))

/**
 * Access to a simulated node as to a machine. A socket path that ends in `/eventd.socket` leads to the event daemon, any other to ctdbd.
 * Its methods also throw CtdbtsError NO_POWER.
 */
export function simHostAccess(cluster: SimCluster, pnn: Pnn): HostAccess {
  const name = `simulated node ${pnn}`
  const run = commandsOf(cluster, pnn)
  const checkPower = () => {
    if (!cluster.world.nodes[pnn]?.powered) throw new CtdbtsError('NO_POWER', `${name} has no power`)
  }
  return {
    name,
    async exec(argv, { maxBytes }) {
      checkPower()
      const result = await run(argv)
      if (!result) return { exitStatus: SHELL_STATUS.notFound, stdout: Buffer.alloc(0), stderr: `sh: 1: ${argv[0]}: not found\n` }
      const stdout = Buffer.from(result.stdout)
      if (stdout.length > maxBytes)
        throw new CtdbtsError('EXEC_OUTPUT', `${argv[0]} on ${name} printed more than ${maxBytes} bytes`)
      return { exitStatus: result.status, stdout, stderr: result.stderr }
    },
    async connect(socketPaths) {
      checkPower()
      if (!cluster.world.nodes[pnn]?.daemon) throw new CtdbtsError('NO_SOCKET', `no CTDB daemon runs on ${name}`)
      const isEventDaemon = socketPaths[0]?.endsWith('/eventd.socket')
      return isEventDaemon ? cluster.connectEvents(pnn) : cluster.connect(pnn)
    },
  }
}
