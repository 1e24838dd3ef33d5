import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/**
 * The time of what is built, the same whenever the same sources are built: SOURCE_DATE_EPOCH
 * (https://reproducible-builds.org/specs/source-date-epoch/), else that of the last commit, else that of package.json.
 */
export function sourceDate(): Date {
  const given = process.env.SOURCE_DATE_EPOCH
  return given === undefined ? (dateOfCommit() ?? statSync(join(root, 'package.json')).mtime) : new Date(1000 * Number(given))
}

function dateOfCommit(): Date | undefined {
  try {
    const seconds = execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] })
    return new Date(1000 * Number(seconds))
  } catch {
    return undefined
  }
}
