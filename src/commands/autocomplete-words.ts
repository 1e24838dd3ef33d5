import { Command } from '@oclif/core/command'

/** A shell that waits longer feels stuck. */
const LIMIT_MS = 300

/** What the shells' completion scripts run. It says nothing when it knows nothing, whatever the reason. */
export default class AutocompleteWords extends Command {
  static override summary = 'Print the completions of a command line'
  static override hidden = true
  static override strict = false

  async run(): Promise<void> {
    // Not to be parsed: all behind `--` is somebody else's command line.
    this.parsed = true
    const words = this.argv.slice(this.argv.indexOf('--') + 1)
    const { completions } = await import('../cli/completion/completions.ts')
    const timer = setTimeout(() => process.exit(), LIMIT_MS)
    process.stdout.write(await completions(words, this.config.commands, LIMIT_MS).catch(() => ''))
    clearTimeout(timer)
  }
}
