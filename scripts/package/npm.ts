import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { npmFileName } from './common.ts'

const root = join(import.meta.dirname, '../..')

/** What only a checkout needs. npm warns about `prepare` where it installs a package that has it. */
const FOR_CHECKOUTS: readonly string[] = ['scripts', 'devDependencies', 'overrides', 'allowScripts']

/** npm packs these by itself. */
const ALWAYS_PACKED = ['README.md', 'LICENSE']

/** Copies what the npm package consists of into a folder that it makes. `dist` has to be built. */
export function stageNpmPackage(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const path of [...packageJson.files, ...ALWAYS_PACKED]) cpSync(join(root, path), join(folder, path), { recursive: true })
  const published = Object.fromEntries(Object.entries(packageJson).filter(([key]) => !FOR_CHECKOUTS.includes(key)))
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
  // Whatever the umask here.
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (lstatSync(join(folder, path)).isFile()) chmodSync(join(folder, path), path.startsWith('bin/') ? 0o755 : 0o644)
  }
}

/** Packs a folder of {@link stageNpmPackage} into `out`. @returns the path of the package. */
export function packNpmPackage(folder: string, out: string): string {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', out], { cwd: folder })
  return join(out, npmFileName())
}
