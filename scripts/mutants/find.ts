import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { faultsOf } from './faults.ts'
import type { Mutant } from './mutant.ts'
import { nodesOf } from './syntax.ts'

/** The source files of a project, relative to its root. */
export const sourcesOf = (root: string): string[] => globSync('src/**/*.{ts,tsx}', { cwd: root }).sort()

/** Every fault that can be made in one line of the sources of a project. */
export const mutantsOf = (root: string): Mutant[] =>
  sourcesOf(root).flatMap((file) => mutantsIn(file, readFileSync(join(root, file), 'utf8')))

/** Every fault that can be made in one line of a file. Longer ones are left out, so that a fault is found again by its line. */
export function mutantsIn(file: string, source: string): Mutant[] {
  const mutants: Mutant[] = []
  for (const { node, parents } of nodesOf(file, source)) {
    for (const { kind, start, end, text } of faultsOf(node, parents, source)) {
      if (source.slice(start, end).includes('\n')) continue
      const from = source.lastIndexOf('\n', start - 1) + 1
      const before = source.slice(from, source.indexOf('\n', end))
      const after = source.slice(from, start) + text + before.slice(end - from)
      mutants.push({ file, line: source.slice(0, start).split('\n').length, kind, before, after })
    }
  }
  return mutants
}
