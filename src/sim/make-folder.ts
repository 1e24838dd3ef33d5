import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { CtdbtsError } from '../lib/errors.ts'

/**
 * Makes a folder of its owner's, and those above it, unless they exist. Node's own way (`recursive`) tries without end under /proc.
 * @throws CtdbtsError BAD_DIRECTORY.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return
  const parent = dirname(path)
  if (parent !== path) makeFolder(parent)
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (cause) {
    throw new CtdbtsError('BAD_DIRECTORY', `cannot make the folder ${path}: ${(cause as Error).message}`, {
      hint: 'choose another one with --dir',
      cause,
    })
  }
}
