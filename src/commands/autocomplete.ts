import * as Args from '@oclif/core/args'
import { CtdbtsCommand } from '../cli/base-command.ts'
import { globalFlags } from '../cli/options.ts'
import { BASH_COMPLETION } from '../ui/completion/bash.ts'
import { FISH_COMPLETION } from '../ui/completion/fish.ts'
import { ZSH_COMPLETION } from '../ui/completion/zsh.ts'

const SCRIPTS = { bash: BASH_COMPLETION, zsh: ZSH_COMPLETION, fish: FISH_COMPLETION }

export default class Autocomplete extends CtdbtsCommand {
  static override summary = 'print what makes a shell complete commands, options, PNNs, addresses and interfaces'
  static override description = `For this shell, and for each new one (in ~/.bashrc or ~/.zshrc):
  source <(<%= config.bin %> autocomplete bash)
  source <(<%= config.bin %> autocomplete zsh)
fish, once:
  <%= config.bin %> autocomplete fish > ~/.config/fish/completions/<%= config.bin %>.fish

PNNs, addresses and interfaces are those of the live cluster, as the daemon of this machine (--socket, CTDB_SOCKET) tells them.`
  static override examples = ['source <(<%= config.bin %> autocomplete bash)']
  static override baseFlags = { json: globalFlags.json } as typeof globalFlags
  static override args = {
    shell: Args.string({ required: true, options: Object.keys(SCRIPTS), ignoreStdin: true, description: 'which shell' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Autocomplete)
    const script = SCRIPTS[args.shell as keyof typeof SCRIPTS]
    if (flags.json) return { formatVersion: 1, shell: args.shell, script }
    process.stdout.write(script)
    return undefined
  }
}
