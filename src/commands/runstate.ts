import * as Args from '@oclif/core/args'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { RUN_STATES, type RunState } from '../lib/cluster/run-state.ts'
import type { ErrorCode } from '../lib/error-codes.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { controls } from '../lib/wire/controls.ts'
import { ask } from '../operations/target-node.ts'
import type { RunstateDocument } from '../ui/documents/nodes.ts'

export default class Runstate extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = 'Show or check the run state of ctdbd'
  static override usage = 'runstate [setup|first_recovery|startup|running]'
  static override description = 'With run states as arguments (in upper or lower case), fails if the node is in none of them.'
  static override examples = ['<%= config.bin %> runstate', '<%= config.bin %> runstate startup running && echo up']
  static override args = {
    states: Args.string({ multiple: true, ignoreStdin: true, description: 'accepted run states' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Runstate)
    const [pnn, runState] = await this.fromNode(flags, (node) => ask(node, controls.getRunState))
    requireOneOf([args.states ?? []].flat(), runState)
    return await this.show(flags, {
      ctdb: () => `${runState}\n`,
      json: (): RunstateDocument => ({ formatVersion: 1, pnn, runState }),
    })
  }
}

/** Like ctdb, checks one word after the other, and none after the first match. */
function requireOneOf(wanted: readonly string[], runState: RunState): void {
  for (const word of wanted) {
    const state = RUN_STATES.find((name) => name.toLowerCase() === word.toLowerCase())
    if (state === undefined || state === 'UNKNOWN') throw refusal('BAD_RUN_STATE', `Invalid run state (${word})`)
    if (state === runState) return
  }
  if (wanted.length > 0) throw refusal('OTHER_RUN_STATE', `CTDB not in required run state (got ${runState})`)
}

const refusal = (code: ErrorCode, line: string): CtdbtsError =>
  new CtdbtsError(code, line, {
    hint: `run states: ${RUN_STATES.slice(1).join(', ')}`,
    ctdbText: { stderr: [], stdout: `${line}\n` },
  })
