import type { Command } from '@oclif/core/command'
import { COMMAND_LIST } from './command-list.ts'
import { loadCommand } from './find-command.ts'

/** What help and completion show of a command without loading it, and its class. */
export interface ListedCommand {
  readonly id: string
  readonly summary: string
  /** See `COMMAND_GROUPS`; hidden commands have none. */
  readonly group?: string
  readonly hidden?: boolean
  /** The class, with its options and arguments. */
  load(): Promise<typeof Command>
}

/** All commands, in the order of their names. */
export const allCommands = (): ListedCommand[] =>
  COMMAND_LIST.map((command) => ({ ...command, load: () => loadCommand(command.id) }))
