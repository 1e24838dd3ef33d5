import * as Args from '@oclif/core/args'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { DEBUG_LEVELS, debugLevelName, parseDebugLevel } from '../lib/cluster/debug-level.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { controls } from '../lib/wire/controls.ts'
import { ask } from '../operations/target-node.ts'
import type { DebugDocument } from '../ui/documents/daemon.ts'

export default class Setdebug extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = "Set the log level of a node's ctdbd until it ends"
  static override usage = `setdebug ${DEBUG_LEVELS.join('|')}`
  static override description = 'Accepts the beginning of a name, or a number from 0 to 10, too. Prints nothing.'
  static override examples = ['<%= config.bin %> setdebug INFO', '<%= config.bin %> -v -n 1 setdebug notice']
  static override args = {
    level: Args.string({ required: true, ignoreStdin: true, description: 'the name of a level' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Setdebug)
    const { pnn, level } = await this.withNode(flags, async (node) => {
      const level = requireLevel(args.level)
      await ask(node, controls.setDebug, level)
      return { pnn: await node.pnn, level }
    })
    const debugLevel = debugLevelName(level)
    this.tell(flags, `node ${pnn} now logs at level ${debugLevel}`)
    return await this.show(flags, {
      ctdb: () => '',
      json: (): DebugDocument => ({ formatVersion: 1, pnn, debugLevel, number: level }),
    })
  }
}

function requireLevel(text: string): number {
  const level = parseDebugLevel(text)
  if (level !== undefined) return level
  throw new CtdbtsError('BAD_DEBUG_LEVEL', `invalid debug level ${JSON.stringify(text)}`, {
    hint: `use one of ${DEBUG_LEVELS.join(', ')}`,
    ctdbText: { stderr: [`Invalid debug level '${text}'. Valid levels are:\n\t${DEBUG_LEVELS.join(' | ')}`] },
  })
}
