import * as Flags from '@oclif/core/flags'
import { askOnTerminal } from '../cli/ask.ts'
import { CtdbtsCommand } from '../cli/base-command.ts'
import type { globalFlags } from '../cli/options.ts'
import { wantsColour } from '../cli/output.ts'
import { CtdbtsError } from '../lib/errors.ts'

/** Between two scenes, so that viewers can read. */
const PAUSE_MS = 1_500

export default class Demo extends CtdbtsCommand {
  static override readonly group = 'start'
  static override summary = 'Show how CTDB restores an address that a node has lost'
  static override description =
    `Runs an embedded cluster for less than 30 seconds: a network restart removes an address from a node, and CTDB puts it back.
Needs only Node.js, and changes nothing on this machine. To experiment with such a cluster, use "sim".`
  static override examples = ['<%= config.bin %> demo', '<%= config.bin %> demo --step']
  static override baseFlags = {} as typeof globalFlags
  static override enableJsonFlag = false
  static override flags = {
    step: Flags.boolean({ summary: 'wait for Enter after each scene' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Demo)
    if (flags.step && !process.stdin.isTTY) {
      throw new CtdbtsError('USAGE', '--step needs a terminal to wait for Enter', { hint: 'leave out --step' })
    }
    const { runDemo } = await import('../cli/demo/demo.ts')
    const write = (text: string) => void process.stdout.write(text)
    await runDemo({
      write,
      coloured: wantsColour(process.stdout, process.env),
      pause: flags.step ? enterKey : pauseFor(process.stdout.isTTY ? PAUSE_MS : 0),
    })
    return undefined
  }
}

const pauseFor = (durationMs: number) => () => new Promise<void>((resolve) => void setTimeout(resolve, durationMs))

const enterKey = async () => void (await askOnTerminal('\n[Enter] '))
