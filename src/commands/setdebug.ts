import * as Args from '@oclif/core/args'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { DEBUG_LEVELS, debugLevelName, parseDebugLevel } from '../lib/cluster/debug-level.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { ask } from '../transport/asked-node.ts'
import { controls } from '../transport/wire/controls.ts'

export default class Setdebug extends MirrorCommand {
  static override summary = "set how much a node's ctdbd logs, until it ends"
  static override usage = `setdebug ${DEBUG_LEVELS.join('|')}`
  static override description = 'Also by the beginning of a name, or a number from 0 to 10. Prints nothing.'
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
    this.tell(flags, `node ${pnn} logs at level ${debugLevel} now`)
    return await this.show(flags, { ctdb: () => '', json: () => ({ formatVersion: 1, pnn, debugLevel, number: level }) })
  }
}

function requireLevel(text: string): number {
  const level = parseDebugLevel(text)
  if (level !== undefined) return level
  throw new CtdbtsError('BAD_DEBUG_LEVEL', `there is no debug level ${JSON.stringify(text)}`, {
    hint: `there are ${DEBUG_LEVELS.join(', ')}`,
    ctdbText: { stderr: [`Invalid debug level '${text}'. Valid levels are:\n\t${DEBUG_LEVELS.join(' | ')}`] },
  })
}
