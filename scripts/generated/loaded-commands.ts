import type { Command } from '@oclif/core'
import { COMMANDS } from '../../src/commands/index.ts'

/** The classes of all commands, for oclif to find, once {@link loadCommands} has loaded them. */
export const LOADED_COMMANDS: Record<string, typeof Command> = {}

/** Loads all commands. */
export async function loadCommands(): Promise<void> {
  for (const [name, load] of Object.entries(COMMANDS)) LOADED_COMMANDS[name] = (await load()).default
}
