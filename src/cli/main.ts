import { flush } from '@oclif/core/flush'
import type * as Interfaces from '@oclif/core/interfaces'
import { run } from '@oclif/core/run'
import packageJson from '../../package.json' with { type: 'json' }
import { COMMANDS } from '../commands/index.ts'
import { CtdbtsError, EXIT_STATUS, saidByCtdb } from '../lib/errors.ts'
import { globalFlags, optionShapes } from './options.ts'
import { guardOutput, outputLost } from './output.ts'
import { beforeEnd, commandIndex, cutCommandLine } from './popt.ts'
import { reportError } from './report-error.ts'

/** Options that oclif answers to itself. */
const OCLIF_OPTIONS = ['--help', '-h', '-?', '--version']

/** Nobody's own plugins: whoever writes to a home would run them, as root too, whom sudo may leave another's home. */
const NO_PLUGINS = { userPlugins: false, devPlugins: false }

/**
 * Runs the command line.
 * @param root the folder of our package.json.
 * @param elsewhere where oclif finds commands and help, where that is not what the package.json says.
 */
export async function main(argv: readonly string[], root: string, elsewhere?: Partial<typeof packageJson.oclif>): Promise<void> {
  guardOutput()
  // Handing it over saves oclif looking for it, which costs as much as a whole command.
  const pjson = { ...packageJson, oclif: { ...packageJson.oclif, ...elsewhere } } as Interfaces.PJSON
  try {
    await run(commandFirst(argv), { root, pjson, ignoreManifest: elsewhere !== undefined, ...NO_PLUGINS })
    await Promise.race([flush(), outputLost])
    endSoon()
  } catch (error) {
    reportError(error, beforeEnd(argv).includes('--json') ? 'json' : 'ctdb')
  }
  // The real tool without a command shows its usage, and fails.
  if (argv.length === 0) process.exitCode = EXIT_STATUS.failure
}

/** What others have left open (an SSH agent that says nothing, say) shall not keep a program alive that is done. */
function endSoon(): void {
  const timer = setTimeout(() => process.stdout.writableLength === 0 && process.exit(), 1_000)
  timer.unref()
}

/** The real tool's options may come before the command; oclif wants the command first. */
function commandFirst(argv: readonly string[]): string[] {
  const wantsHelp = argv.length === 0 || argv[0] === 'help' || beforeEnd(argv).some((word) => OCLIF_OPTIONS.includes(word))
  if (wantsHelp) return helpFirst(argv)
  const shapes = optionShapes(globalFlags)
  const at = commandIndex(argv, shapes)
  const command = argv[at]
  if (command === undefined || !Object.hasOwn(COMMANDS, command)) {
    // Like popt, all options first.
    cutCommandLine(argv, shapes)
    throw noSuchCommand(command)
  }
  return [command, ...argv.slice(0, at), ...argv.slice(at + 1)]
}

function noSuchCommand(command: string | undefined): CtdbtsError {
  if (command === undefined) return new CtdbtsError('NO_COMMAND', 'no command was given', { hint: 'see `ctdbts --help`' })
  const line = `Unknown command '${command}'`
  return saidByCtdb('UNKNOWN_COMMAND', line)
}

/** `ctdbts -n 1 ip --help`, `ctdbts help ip`: the command must come first here too, but nothing else matters. */
function helpFirst(argv: readonly string[]): string[] {
  const command = argv.find((word) => Object.hasOwn(COMMANDS, word))
  if (command !== undefined) return [command, '--help']
  if (argv[0] !== 'help') return [...argv]
  if (argv[1] !== undefined) throw noSuchCommand(argv[1])
  return ['--help']
}
