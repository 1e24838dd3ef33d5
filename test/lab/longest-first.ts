import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * The files that take minutes, longest first. Whichever worker is free takes the next file, so these begin first and the short ones fill
 * up the rest: all workers end at about the same time.
 */
export const LONGEST_FIRST: readonly string[] = [
  'mirror',
  'history-night',
  'takeover-run',
  'side-by-side',
  'reloadips',
  'verify',
  'verify-runs',
  'what-ifs',
  'bonds',
  'addresses',
  'watch-events',
  'sim-kernels',
  'watch',
  'node-states',
  'story',
  'time-limits',
  'daemon-commands',
]

/** Orders the files by {@link LONGEST_FIRST}; those that are not named come last. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = LONGEST_FIRST.indexOf(basename(moduleId, '.test.ts'))
      return index === -1 ? LONGEST_FIRST.length : index
    }
    return [...files].sort((one, other) => place(one) - place(other) || one.moduleId.localeCompare(other.moduleId))
  }
}
