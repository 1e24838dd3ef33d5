import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** What the build depends on. */
const SOURCES = [
  'src',
  'bin',
  'scripts/build.ts',
  'scripts/build',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
]
/** What the build writes last. */
const LAST_BUILT = 'dist/THIRD-PARTY-LICENSES.txt'

const BUILD = Symbol.for('ctdbts test build')
const builds = globalThis as { [BUILD]?: Promise<void> }

/** When something under a path changed last; a folder changes when something in it is added or removed. */
function changedMs(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats?.isDirectory()) return stats?.mtimeMs ?? 0
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => changedMs(join(path, name))))
}

async function build(): Promise<void> {
  // As after `npm ci`.
  const isFresh = Math.max(...SOURCES.map((path) => changedMs(join(ROOT, path)))) < changedMs(join(ROOT, LAST_BUILT))
  if (!isFresh) await execa(process.execPath, ['scripts/build.ts'], { cwd: ROOT })
}

/** The tests run the built program, so it has to be built from what is here now: once, although each project has its own modules. */
export default async function buildOnce(): Promise<void> {
  builds[BUILD] ??= build()
  await builds[BUILD]
}
