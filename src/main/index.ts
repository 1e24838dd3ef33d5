// What the built program consists of: the entry, and the commands for oclif to find.
export { LOADED_COMMANDS } from './loaded-commands.ts'
export { main } from './main.ts'
