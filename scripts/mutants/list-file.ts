import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as v from 'valibot'
import { sourcesOf } from './find.ts'
import type { Mutant } from './mutant.ts'

const schema = v.array(
  v.object({
    file: v.string(),
    line: v.number(),
    kind: v.string(),
    before: v.string(),
    after: v.string(),
    tests: v.exactOptional(v.array(v.string())),
  }),
)

/**
 * Reads a list of mutants that was made of this or of another state of the project. A mutant is found again by the text of its line, first
 * in the same file, then in a file of the same name, then anywhere; of several such lines the one nearest to where it was is taken.
 */
export function readList(path: string, root: string): { mutants: Mutant[]; lost: Mutant[] } {
  const sources = new Map(sourcesOf(root).map((file) => [file, readFileSync(join(root, file), 'utf8').split('\n')]))
  const mutants: Mutant[] = []
  const lost: Mutant[] = []
  for (const mutant of v.parse(schema, JSON.parse(readFileSync(path, 'utf8')))) {
    const found = findAgain(mutant, sources)
    if (found) mutants.push(found)
    else lost.push(mutant)
  }
  return { mutants, lost }
}

/** @param sources the lines of each source file. */
export function findAgain(mutant: Mutant, sources: ReadonlyMap<string, readonly string[]>): Mutant | undefined {
  const files = [...sources.keys()]
  const sameName = files.filter((file) => basename(file) === basename(mutant.file))
  for (const candidates of [[mutant.file], sameName, files]) {
    const places = candidates.flatMap((file) => placesIn(file, sources.get(file) ?? [], mutant.before))
    const [nearest] = places.sort((a, b) => Math.abs(a.line - mutant.line) - Math.abs(b.line - mutant.line))
    if (nearest) return { ...mutant, ...nearest }
  }
  return undefined
}

const placesIn = (file: string, lines: readonly string[], text: string) =>
  lines.flatMap((line, index) => (line.trim() === text.trim() ? [{ file, line: index + 1, before: line }] : []))
