import type { Command } from '@oclif/core/command'
import type { Logger } from '@oclif/core/interfaces'
import { setLogger } from '@oclif/core/logger'
import packageJson from '../../package.json' with { type: 'json' }
import { CONFIGURATION } from './configuration.ts'

const nothing = () => {}

/** For oclif's messages to its developers: its own loads a package for colours, even if nobody wants the messages. */
const silent: Logger = {
  child: () => silent,
  namespace: packageJson.oclif.bin,
  debug: nothing,
  error: nothing,
  info: nothing,
  trace: nothing,
  warn: nothing,
}

/**
 * Runs a command by its class.
 * @param root the folder of our package.json.
 * @param commands all commands, for one that looks at them.
 */
export async function runCommand(
  id: string,
  command: typeof Command,
  argv: readonly string[],
  root: string,
  commands: readonly object[] = [],
): Promise<void> {
  setLogger({ root, logger: silent })
  command.id = id
  // It is abstract, and its `_run` is for its own classes; oclif's `run` would load a configuration.
  const Runnable = command as unknown as new (argv: string[], config: object) => { _run(): Promise<unknown> }
  await new Runnable([...argv], { ...CONFIGURATION, commands })._run()
}
