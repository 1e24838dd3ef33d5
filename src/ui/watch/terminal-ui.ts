// The terminal UI: a file of its own in the package, as it is loaded only where it is shown. The update and the drawing code have to be in
// the same file, because they share memoized parts of a model, such as the sorted rows.

export { initialModel } from './model/initial-model.ts'
export { update } from './reducer.ts'
export { frameText } from './terminal/frame-text.tsx'
export { openTerminal } from './terminal/terminal.tsx'
export { ensureSize } from './terminal/terminal-size.ts'
