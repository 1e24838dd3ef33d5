// Builds dist/: the program, of which each command loads what it needs, the library with its types, the manual pages, and the licences of
// what is bundled.
// Bundled, because a program that is started often should not open 300 files; so the package has no dependencies at run time.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type InputOptions, type OutputOptions, type Plugin, rolldown } from 'rolldown'
import { withOwnImport } from './build/own-import.ts'
import { APART, checkRewritten, SELDOM_ENTRIES, startFaster } from './build/start-faster.ts'
import { writeManualPages } from './man/write.ts'

const root = join(import.meta.dirname, '..')

/** The library loads ssh2, with what is CommonJS in it, from its own file, and only when a cluster is opened over SSH. */
const externalSsh2: Plugin = {
  name: 'external-ssh2',
  resolveId: { filter: { id: /^ssh2$/ }, handler: () => ({ id: '../program/ssh2.cjs', external: true }) },
}

/** Ink's way to React's tools for developers, which are no part of it. */
const withoutDevtools: Plugin = {
  name: 'without-devtools',
  load: { filter: { id: /[\\/]ink[\\/]build[\\/]devtools\.js$/ }, handler: () => '' },
}

/**
 * Lets who loads a part of the program bring its own `import()`, as bin/run.js does: that of a script which Node does not load itself is an
 * experiment, of which Node warns.
 */
const ownImport: Plugin = {
  name: 'own-import',
  generateBundle(_, files) {
    for (const chunk of Object.values(files)) {
      if (chunk.type !== 'chunk') continue
      const own = withOwnImport(chunk.code, 'importModule')
      if (own !== chunk.code) chunk.code = `const importModule=require.importModule??(name=>import(name));${own}`
    }
  },
}

/** Writes a bundle, and returns the paths of the modules in it. */
async function bundle({ plugins = [], ...input }: InputOptions, output: OutputOptions): Promise<string[]> {
  const bundled = await rolldown({
    cwd: root,
    platform: 'node',
    plugins: [plugins],
    ...input,
    transform: { target: 'node22', ...input.transform },
  })
  const { output: written } = await bundled.write(output)
  return written.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
}

/** A part of the program that is one file. */
const single = (name: string, path: string, more: { input?: InputOptions; output?: OutputOptions } = {}): Promise<string[]> =>
  bundle(
    { input: path, plugins: [ownImport], ...more.input },
    { file: `dist/program/${name}`, format: 'cjs', minify: true, codeSplitting: false, ...more.output },
  )

/** Writes the types of the library. */
async function writeTypes(): Promise<void> {
  const tsc = promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], { cwd: root })
  await tsc.catch(({ stdout }: { stdout: string }) => {
    throw new Error(`the types could not be written:\n${stdout}`)
  })
}

/** The notices that the licences of bundled packages want to be passed on. */
function licences(modules: string[]): string {
  const folders = new Set(modules.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []))
  return [...folders]
    .sort()
    .map(licenceOf)
    .join(`\n${'-'.repeat(80)}\n\n`)
}

function licenceOf(folder: string): string {
  // Old packages have a list.
  const {
    name,
    version,
    licenses = [],
    license = licenses[0]?.type,
  } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((each) => /^licen[cs]e(?:[-.].*)?$/i.test(each))
  const text =
    file === undefined ? 'The package comes without a licence text of its own.\n' : readFileSync(join(folder, file), 'utf8')
  return `${name} ${version} (${license})\n\n${text}`
}

/** Names the build in its entry, for bin/run.js to know which compiled code belongs to it. */
function markBuild(): void {
  const program = join(root, 'dist/program')
  const hash = createHash('sha256')
  for (const name of readdirSync(program).sort()) hash.update(name).update(readFileSync(join(program, name)))
  const main = join(program, 'main.cjs')
  writeFileSync(main, `// build ${hash.digest('hex').slice(0, 16)}\n${readFileSync(main, 'utf8')}`)
}

rmSync(join(root, 'dist'), { recursive: true, force: true })
const types = writeTypes()
const modules = await Promise.all([
  bundle(
    { input: { main: 'src/main/index.ts', ...SELDOM_ENTRIES }, plugins: [startFaster, ownImport] },
    {
      dir: 'dist/program',
      format: 'cjs',
      minify: true,
      hashCharacters: 'hex',
      entryFileNames: '[name].cjs',
      chunkFileNames: ({ name }) => `${name.replace(/~.*/, '')}-[hash].cjs`,
      codeSplitting: {
        groups: [
          // What scripts start most often is one file; most of it is what all other commands need too.
          { name: 'core', test: /src[\\/](?:main[\\/]index|commands[\\/](?:ip|status))\.ts$/ },
        ],
      },
    },
  ),
  bundle(
    {
      // What the three share is in a chunk, so that their classes are the same.
      input: Object.fromEntries(['index', 'wire', 'sim'].map((name) => [name, `src/library/${name}.ts`])),
      plugins: [externalSsh2],
    },
    { dir: 'dist/library', format: 'esm', hashCharacters: 'hex' },
  ),
  // A module, as Ink waits for WebAssembly while it loads, which CommonJS cannot.
  single('watch.mjs', 'src/ui/watch/terminal-ui.ts', {
    input: {
      transform: {
        define: {
          // React's checks for developers are left out.
          'process.env.NODE_ENV': '"production"',
          'process.env.DEV': '"false"',
          // Yoga would fetch its WebAssembly, which is in this file: Node loads a whole HTTP client for that. Without it, yoga decodes it itself.
          fetch: 'undefined',
        },
      },
      plugins: [withoutDevtools],
    },
    output: { format: 'esm' },
  }),
  ...['plan-worker', 'audit-worker'].map((name) => single(`${name}.cjs`, `src/cli/watch/${name}.ts`)),
  ...APART.map((name) =>
    // Native parts that ssh2 is a little faster with, and does without where they are not.
    single(`${name}.cjs`, name, { input: { external: ['cpu-features', /\.node$/] } }),
  ),
])
checkRewritten()
markBuild()
await types
await writeManualPages(join(root, 'dist/man'))
writeFileSync(join(root, 'dist/THIRD-PARTY-LICENSES.txt'), licences(modules.flat()))
