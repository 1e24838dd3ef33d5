import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand } from '../cli/base-command.ts'
import type { globalFlags } from '../cli/options.ts'
import { wantsColour } from '../cli/output.ts'
import { CtdbtsError } from '../lib/errors.ts'

/** Between two scenes, for who watches. */
const PAUSE_MS = 1_500

export default class Demo extends CtdbtsCommand {
  static override summary = 'see what CTDB does when a network restart wipes an address'
  static override description =
    `Tells the story on an embedded cluster, in less than 30 seconds; needs nothing but Node, and touches nothing.
"sim" is the same cluster to play with.`
  static override examples = ['<%= config.bin %> demo', '<%= config.bin %> demo --step']
  static override baseFlags = {} as typeof globalFlags
  static override enableJsonFlag = false
  static override flags = {
    step: Flags.boolean({ summary: 'wait for Enter after each scene' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Demo)
    if (flags.step && !process.stdin.isTTY) {
      throw new CtdbtsError('USAGE', 'there is no terminal to wait for Enter on', { hint: 'leave out --step' })
    }
    const { tellStory } = await import('../cli/demo/story.ts')
    const write = (text: string) => void process.stdout.write(text)
    await tellStory({
      write,
      coloured: wantsColour(process.stdout, process.env),
      pause: flags.step ? await enterKey() : pauseFor(process.stdout.isTTY ? PAUSE_MS : 0),
    })
    return undefined
  }
}

const pauseFor = (durationMs: number) => () => new Promise<void>((resolve) => void setTimeout(resolve, durationMs))

async function enterKey(): Promise<() => Promise<void>> {
  const { createInterface } = await import('node:readline/promises')
  return async () => {
    const reader = createInterface({ input: process.stdin, output: process.stderr })
    // Ctrl-C ends the program, as everywhere.
    reader.on('SIGINT', () => {
      reader.close()
      process.kill(process.pid, 'SIGINT')
    })
    await reader.question('\n[Enter] ')
    reader.close()
  }
}
