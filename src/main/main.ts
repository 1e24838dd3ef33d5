import { flush } from '@oclif/core/flush'
import { globalFlags, optionShapes } from '../cli/options.ts'
import { guardOutput, outputLost } from '../cli/output.ts'
import { beforeEnd, commandIndex, cutCommandLine } from '../cli/popt.ts'
import { reportError } from '../cli/report-error.ts'
import { CtdbtsError, EXIT_STATUS, saidByCtdb } from '../lib/errors.ts'
import { VERSION } from './configuration.ts'
import { isCommand, loadCommand } from './find-command.ts'
import { runCommand } from './run-command.ts'

/** Options of oclif's programs. */
const OCLIF_OPTIONS = ['--help', '-h', '-?', '--version']

/** Commands that look at the others. */
const WITH_ALL_COMMANDS = ['autocomplete-words']

/**
 * Runs the command line.
 * @param root the folder of our package.json.
 */
export async function main(argv: readonly string[], root: string): Promise<void> {
  guardOutput()
  try {
    const words = commandFirst(argv)
    const [name = '', ...rest] = words
    if (name === '--version') process.stdout.write(`${VERSION}\n`)
    else if (isCommand(name) && !wantsOclif(rest)) {
      const commands = WITH_ALL_COMMANDS.includes(name) ? (await import('./all-commands.ts')).allCommands() : []
      await runCommand(name, await loadCommand(name), rest, root, commands)
    } else {
      const { showHelp } = await import('./help.ts')
      await showHelp(isCommand(name) ? name : undefined)
    }
    // ctdb without a command shows its usage, and fails.
    if (name === '--help' && argv[0] !== 'help' && !wantsOclif(argv)) process.exitCode = EXIT_STATUS.failure
    await Promise.race([flush(), outputLost])
    endSoon()
  } catch (error) {
    reportError(error, beforeEnd(argv).includes('--json') ? 'json' : 'ctdb')
  }
}

/** Ends the program soon even if something is left open, such as a connection to an SSH agent that does not answer. */
function endSoon(): void {
  const timer = setTimeout(() => process.stdout.writableLength === 0 && process.exit(), 1_000)
  timer.unref()
}

/** The command that is run, `help` where help is asked for, or undefined. */
export function commandOf(argv: readonly string[]): string | undefined {
  try {
    const words = commandFirst(argv)
    return words.includes('--help') ? 'help' : words.find(isCommand)
  } catch {
    return undefined
  }
}

const wantsOclif = (argv: readonly string[]): boolean => beforeEnd(argv).some((word) => OCLIF_OPTIONS.includes(word))

/** The command discover as an option, beside any command or none: it says how to reach a cluster that the command does not find. */
const DISCOVER = '--discover'

/** ctdb's options may come before the command; oclif wants the command first. */
function commandFirst(given: readonly string[]): string[] {
  const argv = beforeEnd(given).includes(DISCOVER) ? discoverFirst(given) : given
  if (argv.length === 0 || argv[0] === 'help' || wantsOclif(argv)) return helpFirst(argv)
  const shapes = optionShapes(globalFlags)
  const at = commandIndex(argv, shapes)
  const command = argv[at]
  if (command === undefined || !isCommand(command)) {
    // Like popt, all options first.
    cutCommandLine(argv, shapes)
    if (command === undefined && !argv.includes('--json')) return helpFirst([])
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
  const words = (argv[0] === 'help' ? argv.slice(1) : argv).filter((each) => !OCLIF_OPTIONS.includes(each))
  const word = words[commandIndex(words, optionShapes(globalFlags))]
  if (word !== undefined) throw noSuchCommand(word)
  return [argv.includes('--version') ? '--version' : '--help']
}
