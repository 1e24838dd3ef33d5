// All of the terminal UI that is loaded only where it is shown, together: a file of its own in the package. What it remembers of a model
// (rows in their order) is worked out once for the update and the views.
export { beginModel } from './begin.ts'
export { frameText } from './frame.tsx'
export { openTerminal } from './terminal.tsx'
export { settleSize } from './terminal-size.ts'
export { update } from './update.ts'
