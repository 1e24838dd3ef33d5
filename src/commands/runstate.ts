import * as Args from '@oclif/core/args'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { RUN_STATES, type RunState } from '../lib/cluster/run-state.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { ask } from '../transport/asked-node.ts'
import { controls } from '../transport/wire/controls.ts'

export default class Runstate extends MirrorCommand {
  static override summary = 'show how far ctdbd has come since it started, or check it'
  static override usage = 'runstate [setup|first_recovery|startup|running]'
  static override description = 'With run states behind it, in any case: fails when the node is in none of them.'
  static override examples = ['<%= config.bin %> runstate', '<%= config.bin %> runstate startup running && echo up']
  static override args = {
    states: Args.string({ multiple: true, ignoreStdin: true, description: 'run states that would do' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Runstate)
    const [pnn, runState] = await this.withNode(flags, (node) => Promise.all([node.pnn, ask(node, controls.getRunState)]))
    requireOneOf([args.states ?? []].flat(), runState)
    return await this.show(flags, { ctdb: () => `${runState}\n`, json: () => ({ formatVersion: 1, pnn, runState }) })
  }
}

/** As the real tool does, one word after the other: what stands behind the one that fits is not looked at. */
function requireOneOf(wanted: readonly string[], runState: RunState): void {
  for (const word of wanted) {
    const state = RUN_STATES.find((name) => name.toLowerCase() === word.toLowerCase())
    if (state === undefined || state === 'UNKNOWN') throw refusal('BAD_RUN_STATE', `Invalid run state (${word})`)
    if (state === runState) return
  }
  if (wanted.length > 0) throw refusal('OTHER_RUN_STATE', `CTDB not in required run state (got ${runState})`)
}

const refusal = (code: string, line: string): CtdbtsError =>
  new CtdbtsError(code, line, {
    hint: `run states: ${RUN_STATES.slice(1).join(', ')}`,
    ctdbText: { stderr: [], stdout: `${line}\n` },
  })
