// The main script of the single executable, for machines without Node: the program in it runs as it does from the npm package.
import { createRequire } from 'node:module'
import { RUN_SCRIPT } from '../transport/script-words.ts'
import { ROOT } from './assets.ts'
import { load } from './modules.ts'

const [, , first, ...rest] = process.argv

if (first === RUN_SCRIPT && rest[0] !== undefined) {
  process.argv = [process.execPath, ...rest]
  createRequire(rest[0])(rest[0])
} else {
  // Node has there what was typed.
  process.argv[1] = process.execPath
  const { main } = load('dist/program/main.cjs') as { main(argv: readonly string[], root: string): Promise<void> }
  void main(process.argv.slice(2), ROOT)
}
