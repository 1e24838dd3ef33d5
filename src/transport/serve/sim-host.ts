import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { HostAccess } from '../host-access.ts'
import type { SimCluster } from './sim-cluster.ts'
import { commandsOf } from './sim-commands.ts'

/** What a shell returns for a command that does not exist. */
const NOT_FOUND = 127

/**
 * A simulated node as a machine to look at. Its socket paths are those of ctdbd or (`…/eventd.socket`) of the event daemon.
 * Throws also CtdbtsError NO_POWER.
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
      if (!result) return { exitStatus: NOT_FOUND, stdout: Buffer.alloc(0), stderr: `sh: 1: ${argv[0]}: not found\n` }
      const stdout = Buffer.from(result.stdout)
      if (stdout.length > maxBytes)
        throw new CtdbtsError('EXEC_OUTPUT', `${argv[0]} on ${name} has printed more than ${maxBytes} bytes`)
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
