import * as Args from '@oclif/core/args'
import { CtdbtsCommand } from '../cli/base-command.ts'
import { globalFlags } from '../cli/options.ts'
import { BASH_COMPLETION } from '../ui/completion/bash.ts'
import { FISH_COMPLETION } from '../ui/completion/fish.ts'
import { ZSH_COMPLETION } from '../ui/completion/zsh.ts'
import type { AutocompleteDocument } from '../ui/documents/daemon.ts'

const SCRIPTS = { bash: BASH_COMPLETION, zsh: ZSH_COMPLETION, fish: FISH_COMPLETION }

export default class Autocomplete extends CtdbtsCommand {
  static override readonly group = 'start'
  static override summary = 'Print a completion script for bash, zsh or fish'
  static override description = `For the current shell; add the line to ~/.bashrc or ~/.zshrc for new ones:
  source <(<%= config.bin %> autocomplete bash)
  source <(<%= config.bin %> autocomplete zsh)
fish, once:
  <%= config.bin %> autocomplete fish > ~/.config/fish/completions/<%= config.bin %>.fish

Completes commands, options, PNNs, addresses and interfaces. PNNs, addresses and interfaces come from the daemon of this machine
(--socket, CTDB_SOCKET).`
  static override examples = ['source <(<%= config.bin %> autocomplete bash)']
  static override baseFlags = { json: globalFlags.json } as typeof globalFlags
  static override args = {
    shell: Args.string({ required: true, options: Object.keys(SCRIPTS), ignoreStdin: true, description: 'the shell' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Autocomplete)
    const script = SCRIPTS[args.shell as keyof typeof SCRIPTS]
    if (flags.json) return { formatVersion: 1, shell: args.shell, script } satisfies AutocompleteDocument
    process.stdout.write(script)
    return undefined
  }
}
