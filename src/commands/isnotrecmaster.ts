import { MirrorCommand } from '../cli/mirror-command.ts'
import { CtdbtsError, EXIT_STATUS, retell } from '../lib/errors.ts'
import { collectRecmaster } from '../operations/collect/leader.ts'
import type { IsnotrecmasterDocument } from '../ui/documents/nodes.ts'
import { leaderOrNull } from '../ui/json.ts'

export default class Isnotrecmaster extends MirrorCommand {
  static override readonly group = 'nodes'
  static override summary = 'Show whether the local node is the recovery master'
  static override usage = 'isnotrecmaster'
  static override description =
    `For scripts that use ctdb before 4.14. Despite its name, exits with 0 if the node is recovery master, else with 1. Since 4.16, the
leader takes the place of the recovery master.`
  static override examples = ['<%= config.bin %> isnotrecmaster']
  protected override readonly remote = false

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Isnotrecmaster)
    const [pnn, leader] = await this.withNode(flags, async (node) => [
      await node.pnn,
      await collectRecmaster(node).catch(explain),
    ])
    const is = leader.pnn === pnn
    process.exitCode = is ? EXIT_STATUS.ok : EXIT_STATUS.failure
    return await this.show(flags, {
      ctdb: () => `this node is ${is ? '' : 'not '}the recmaster\n`,
      json: (): IsnotrecmasterDocument => ({ formatVersion: 1, pnn, leader: leaderOrNull(leader.pnn), isLeader: is }),
    })
  }
}

function explain(error: unknown): never {
  const { exitStatus = EXIT_STATUS.failure } = error instanceof CtdbtsError ? error : {}
  return retell(error, {
    code: 'NO_RECMASTER',
    context: 'the recovery master is not known',
    exitStatus,
    addStderr: 'Failed to get recmaster',
  })
}
