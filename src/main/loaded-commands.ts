import type { Command } from '@oclif/core/command'
import { COMMANDS } from '../commands/index.ts'

/** The commands that oclif finds: only those that were loaded, as loading all of them takes longer than running one. */
export const LOADED_COMMANDS: Record<string, typeof Command | undefined> = {}

/** Whether there is a command of this name. */
export const isCommand = (name: string): name is keyof typeof COMMANDS => Object.hasOwn(COMMANDS, name)

/** The class of a command. */
export const loadCommand = async (name: keyof typeof COMMANDS): Promise<typeof Command> => (await COMMANDS[name]()).default

/** Makes commands known to oclif; all of them unless named. Words that are not names of commands are passed over. */
export async function loadCommands(names: readonly string[] = Object.keys(COMMANDS)): Promise<void> {
  const known = names.filter(isCommand)
  const classes = await Promise.all(known.map(loadCommand))
  for (const [index, name] of known.entries()) LOADED_COMMANDS[name] = classes[index]
}
