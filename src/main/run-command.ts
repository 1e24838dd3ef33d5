import type { Command } from '@oclif/core/command'
import type { Logger } from '@oclif/core/interfaces'
import { setLogger } from '@oclif/core/logger'
import packageJson from '../../package.json' with { type: 'json' }

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
 * What a command that runs wants of oclif's configuration. The whole of it would search for plugins, their hooks and all other commands, which
 * takes longer than most commands (`npm run bench`). There are no plugins (docs/decisions/0002).
 */
const CONFIGURATION = {
  bin: packageJson.oclif.bin,
  name: packageJson.name,
  version: packageJson.version,
  // An environment variable by which oclif's programs tell that they started themselves again; ours do not.
  scopedEnvVarKey: () => 'CTDBTS_REDIRECTED',
  scopedEnvVarKeys: () => [],
  runHook: async () => ({ failures: [], successes: [] }),
}

/**
 * Runs a command by its class.
 * @param root the folder of our package.json.
 */
export async function runCommand(id: string, command: typeof Command, argv: readonly string[], root: string): Promise<void> {
  setLogger({ root, logger: silent })
  command.id = id
  // It is abstract, and its `_run` is for its own classes; oclif's `run` would load a configuration.
  const Runnable = command as unknown as new (argv: string[], config: typeof CONFIGURATION) => { _run(): Promise<unknown> }
  await new Runnable([...argv], CONFIGURATION)._run()
}
