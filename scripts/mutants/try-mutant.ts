import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Mutant } from './mutant.ts'
import { type FailedTest, runVitest } from './run-vitest.ts'

const LIMIT_MS = { unit: 10 * 60_000, seeds: 20 * 60_000, program: 20 * 60_000, screen: 20 * 60_000 } as const
type Project = keyof typeof LIMIT_MS
export const PROJECTS = Object.keys(LIMIT_MS) as Project[]

/** Which tests may be run. */
export interface Extent {
  readonly projects: readonly Project[]
  /** Only the tests in the folder that mirrors the file's: quick, for a first look. */
  readonly nearestOnly: boolean
}

/** Seeds a fault in a copy of the project, runs the tests that may notice it, nearest first, and returns the first that does. */
export async function tryMutant(
  root: string,
  mutant: Mutant,
  extent: Extent,
  signal: AbortSignal,
): Promise<FailedTest | undefined> {
  const path = join(root, mutant.file)
  const source = readFileSync(path, 'utf8')
  const lines = source.split('\n')
  lines[mutant.line - 1] = mutant.after
  writeFileSync(path, lines.join('\n'))
  try {
    for (const { project, args } of runsFor(root, mutant, extent)) {
      const [failed] = await runVitest(root, [...args, '--bail=1', `--project=${project}`], LIMIT_MS[project], signal)
      if (failed) return failed
    }
    return undefined
  } finally {
    writeFileSync(path, source)
  }
}

/** Whether tests of a project run the built program: which sources they import says nothing then. */
const runsBuilt = (project: Project): boolean => project === 'program' || project === 'screen'

interface Run {
  readonly project: Project
  readonly args: readonly string[]
}

/**
 * The few tests that are likely to notice come first: those beside the file, and those that a list names. Then all that import the file,
 * or where the program is built, all.
 */
function runsFor(root: string, { file, tests = [] }: Mutant, { projects, nearestOnly }: Extent): Run[] {
  const near = nearestTests(root, file)
  const first = near === undefined ? tests : [near, ...tests]
  const few = projects.flatMap((project): Run[] => (first.length > 0 ? [{ project, args: ['run', ...first] }] : []))
  const all = projects.map((project): Run => ({ project, args: runsBuilt(project) ? ['run'] : ['related', '--run', file] }))
  return nearestOnly ? few : [...few, ...all]
}

/**
 * The tests that mirror a source file: `test/lib/audit/view` if there are tests of that name, else the folder `test/lib/audit/`, or the
 * nearest above it that has tests.
 */
function nearestTests(root: string, file: string): string | undefined {
  const mirrored = file.replace(/^src/, 'test').replace(/\.tsx?$/, '')
  if (globSync(`${mirrored}.*test.{ts,tsx}`, { cwd: root }).length > 0) return `${mirrored}.`
  for (let folder = dirname(mirrored); folder.split('/').length > 2; folder = dirname(folder)) {
    if (globSync(`${folder}/*.test.{ts,tsx}`, { cwd: root }).length > 0) return `${folder}/`
  }
  return undefined
}
