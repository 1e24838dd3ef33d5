import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, globSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import type { NodeFolder } from './node-folder.ts'

const root = join(import.meta.dirname, '../..')

/** With a random seed, V8 gives compiled code the same bytes each time. It does not matter where the code is used. */
const REPRODUCIBLE = '--random-seed=1'

/** What the fuse of Node's single executables is called, in every version. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

/** Files in the folder for files on the way. Node notes the path of the first, as it is given. */
const MAIN = 'main.cjs'
const BLOB = 'blob'

/** What the program reads of its package. */
const ASSETS = ['package.json', 'dist/program/*']

/**
 * Makes the single executable: Node with the program of an npm package in it.
 * @param staged the folder of the npm package.
 * @param work a folder for files on the way.
 */
export async function makeExecutable(
  { node, isNative }: NodeFolder,
  { staged, work, out }: { readonly staged: string; readonly work: string; readonly out: string },
): Promise<void> {
  const assets = join(work, 'assets')
  for (const path of globSync(ASSETS, { cwd: staged })) cpSync(join(staged, path), join(assets, path))
  const scripts = globSync('dist/program/*.cjs', { cwd: assets })
  const compile = [REPRODUCIBLE, join(import.meta.dirname, 'compile.ts')]
  if (isNative) execFileSync(node, compile, { cwd: assets, input: JSON.stringify(scripts) })
  const bundled = await rolldown({ cwd: root, platform: 'node', input: 'src/executable/main.ts' })
  await bundled.write({ file: join(work, MAIN), format: 'cjs', minify: true })
  const config = {
    main: MAIN,
    output: BLOB,
    disableExperimentalSEAWarning: true,
    useCodeCache: isNative,
    assets: Object.fromEntries(filesIn(assets).map((name) => [name, join('assets', name)])),
  }
  writeFileSync(join(work, 'sea.json'), JSON.stringify(config))
  const maker = isNative ? node : process.execPath
  execFileSync(maker, [REPRODUCIBLE, '--experimental-sea-config', 'sea.json'], { cwd: work, stdio: 'ignore' })
  copyFileSync(node, out)
  chmodSync(out, 0o755)
  strip(out)
  inject(out, join(work, BLOB))
}

const filesIn = (folder: string): string[] =>
  globSync('**', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted()

/** Programs that strip executables for some machine. */
const STRIPS = ['strip', 'aarch64-linux-gnu-strip', 'llvm-strip']

/** Takes the symbols for debuggers out of an executable: a seventh of it. */
function strip(path: string): void {
  if (STRIPS.some((program) => spawnSync(program, ['--strip-all', path]).status === 0)) return
  throw new Error(
    `no program here can strip ${basename(path)}: install binutils (for another machine, binutils-aarch64-linux-gnu)`,
  )
}

function inject(path: string, blob: string): void {
  const postject = fileURLToPath(import.meta.resolve('postject/dist/cli.js'))
  // It warns about sections without a name, which a stripped executable has.
  execFileSync(process.execPath, [postject, path, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', FUSE], { stdio: 'pipe' })
}
