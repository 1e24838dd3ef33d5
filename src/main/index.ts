// The built program: its entry.
export { commandOf, main } from './main.ts'
