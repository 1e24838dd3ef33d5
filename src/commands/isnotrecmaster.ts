import { MirrorCommand } from '../cli/mirror-command.ts'
import { CtdbtsError, EXIT_STATUS, retell } from '../lib/errors.ts'
import { collectRecmaster } from '../transport/collect/leader.ts'
import { leaderOrNull } from '../ui/json.ts'

export default class Isnotrecmaster extends MirrorCommand {
  static override summary = 'tell whether the local node is recovery master, as tools before 4.14 did'
  static override usage = 'isnotrecmaster'
  static override description =
    'Exits with 0 when it is, and with 1 when not, whatever the name says. From 4.16 on the leader is meant.'
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
      json: () => ({ formatVersion: 1, pnn, leader: leaderOrNull(leader.pnn), isLeader: is }),
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
