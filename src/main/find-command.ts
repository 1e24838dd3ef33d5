import type { Command } from '@oclif/core/command'
import { COMMANDS } from '../commands/index.ts'

/** The name of a command. */
export type CommandName = keyof typeof COMMANDS

/** Whether there is a command of this name. */
export const isCommand = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name)

/** The class of a command. */
export const loadCommand = async (name: CommandName): Promise<typeof Command> => (await COMMANDS[name]()).default
