import { flush } from '@oclif/core/flush'
import type * as Interfaces from '@oclif/core/interfaces'
import { run } from '@oclif/core/run'
import packageJson from '../../package.json' with { type: 'json' }
import { globalFlags, optionShapes } from '../cli/options.ts'
import { guardOutput, outputLost } from '../cli/output.ts'
import { beforeEnd, commandIndex, cutCommandLine } from '../cli/popt.ts'
import { reportError } from '../cli/report-error.ts'
import { CtdbtsError, EXIT_STATUS, saidByCtdb } from '../lib/errors.ts'
import { isCommand, loadCommands } from './loaded-commands.ts'

/** Options that oclif handles itself. */
const OCLIF_OPTIONS = ['--help', '-h', '-?', '--version']

/** No user plugins: anyone who can write to the home folder could run code, as root too, because sudo may keep the user's home. */
const NO_PLUGINS = { userPlugins: false, devPlugins: false }

/**
 * Runs the command line.
 * @param root the folder of our package.json.
 * @param elsewhere where oclif finds commands and help, where that is not what the package.json says.
 */
export async function main(argv: readonly string[], root: string, elsewhere?: Partial<typeof packageJson.oclif>): Promise<void> {
  guardOutput()
  // Passing it saves oclif from searching for it, which takes as long as a whole command.
  const pjson = { ...packageJson, oclif: { ...packageJson.oclif, ...elsewhere } } as Interfaces.PJSON
  try {
    const words = commandFirst(argv)
    // The manifest has what is to be known of the others.
    await loadCommands(elsewhere === undefined ? words.slice(0, 1) : undefined)
    await run(words, { root, pjson, ignoreManifest: elsewhere !== undefined, ...NO_PLUGINS })
    await Promise.race([flush(), outputLost])
    endSoon()
  } catch (error) {
    reportError(error, beforeEnd(argv).includes('--json') ? 'json' : 'ctdb')
  }
  // ctdb without a command shows its usage, and fails.
  if (argv.length === 0) process.exitCode = EXIT_STATUS.failure
}

/** Ends the program soon even if something is left open, such as a connection to an SSH agent that does not answer. */
function endSoon(): void {
  const timer = setTimeout(() => process.stdout.writableLength === 0 && process.exit(), 1_000)
  timer.unref()
}

/** The command discover as an option, beside any command or none: it says how to reach a cluster that the command does not find. */
const DISCOVER = '--discover'

/** ctdb's options may come before the command; oclif wants the command first. */
function commandFirst(given: readonly string[]): string[] {
  const argv = beforeEnd(given).includes(DISCOVER) ? discoverFirst(given) : given
  const wantsHelp = argv.length === 0 || argv[0] === 'help' || beforeEnd(argv).some((word) => OCLIF_OPTIONS.includes(word))
  if (wantsHelp) return helpFirst(argv)
  const shapes = optionShapes(globalFlags)
  const at = commandIndex(argv, shapes)
  const command = argv[at]
  if (command === undefined || !isCommand(command)) {
    // Like popt, all options first.
    cutCommandLine(argv, shapes)
    throw noSuchCommand(command)
  }
  return [command, ...argv.slice(0, at), ...argv.slice(at + 1)]
}

function discoverFirst(given: readonly string[]): string[] {
  const argv = given.filter((word) => word !== DISCOVER)
  const at = commandIndex(argv, [...optionShapes(globalFlags), { long: 'name', takesValue: true }])
  return ['discover', ...argv.filter((_, index) => index !== at)]
}

function noSuchCommand(command: string | undefined): CtdbtsError {
  if (command === undefined) return new CtdbtsError('NO_COMMAND', 'no command was given', { hint: 'see `ctdbts --help`' })
  const line = `Unknown command '${command}'`
  return saidByCtdb('UNKNOWN_COMMAND', line)
}

/** `ctdbts -n 1 ip --help`, `ctdbts help ip`: the command must come first here too, but nothing else matters. */
function helpFirst(argv: readonly string[]): string[] {
  const command = argv.find(isCommand)
  if (command !== undefined) return [command, '--help']
  if (argv[0] !== 'help') return [...argv]
  if (argv[1] !== undefined) throw noSuchCommand(argv[1])
  return ['--help']
}
