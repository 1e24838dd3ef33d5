// What the built program consists of: the entry, and the commands for oclif to find.
export { COMMANDS } from '../commands/index.ts'
export { main } from './main.ts'
