// Builds dist/: the program as one file, the library with its types, and the licences of what is bundled.
// Bundled, because a program that is started often should not open 300 files; so the package has no dependencies at run time.
import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'

const root = join(import.meta.dirname, '..')

/**
 * Packages that few runs need, each in a file of its own, which is only read where it is wanted: the program that everybody starts stays
 * small.
 */
const APART = ['ssh2', 'execa', 'junit-report-builder', 'prom-client']

/**
 * How often oclif's sources, of the version that package.json pins, have what {@link startFaster} rewrites. Where that is no longer so,
 * oclif is compiled differently, and the program would start more slowly without anyone noticing: the build fails instead.
 */
const EXPECTED = { requires: 247, comparisons: 1 }
const rewritten = { requires: 0, comparisons: 0 }

function checkRewritten(): void {
  for (const what of ['requires', 'comparisons'] as const) {
    if (rewritten[what] === EXPECTED[what]) continue
    throw new Error(
      `oclif has changed its shape: ${rewritten[what]} ${what} were rewritten, ${EXPECTED[what]} were expected. ` +
        'Check that scripts/build.ts still rewrites all of them and that `npm run bench` is no slower, then correct EXPECTED.',
    )
  }
}

/**
 * What oclif does at every start though hardly any run needs it. Without this, our own code would start twice as late
 * (`npm run bench`).
 */
const startFaster: Plugin = {
  name: 'start-faster',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /@oclif[\\/]core[\\/]lib[\\/].*\.js$/ }, ({ path }) => ({
      contents: compareAscii(deferRequires(readFileSync(path, 'utf8'))),
    }))
    onResolve({ filter: new RegExp(`^(?:${APART.join('|')})$`) }, ({ path }) => ({ path: `./${path}.cjs`, external: true }))
    onResolve({ filter: /ui[\\/]watch[\\/]terminal-ui\.ts$/ }, () => ({ path: './watch.mjs', external: true }))
    // Only asks whether this is Windows' Linux, where it would ask PowerShell things; and loads a lot for it.
    onResolve({ filter: /^wsl-utils$/ }, () => ({ path: 'wsl-utils', namespace: 'absent' }))
    onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'export const isWsl = false' }))
  },
}

/** The library loads ssh2, with what is CommonJS in it, from its own file, and only when a cluster is opened over SSH. */
const externalSsh2: Plugin = {
  name: 'external-ssh2',
  setup({ onResolve }) {
    onResolve({ filter: /^ssh2$/ }, () => ({ path: '../ssh2.cjs', external: true }))
  },
}

/** Ink's way to React's tools for developers, which are no part of it. */
const withoutDevtools: Plugin = {
  name: 'without-devtools',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]ink[\\/]build[\\/]devtools\.js$/ }, () => ({ contents: '' }))
  },
}

/**
 * oclif's modules require each other, and much that most runs never need (help, semver, glob matching, prompts), when they load.
 * In the shape that the TypeScript compiler gives CommonJS, every use is written `name_1.thing`, so each require can as well wait for
 * the first use.
 */
function deferRequires(source: string): string {
  const names: string[] = []
  const required = /^(?:const|var) (\w+_\d+) = ((?:__importDefault\(|__importStar\()?require\("[^"]+"\)\)?);$/gm
  const deferred = source.replace(required, (_, name: string, value: string) => {
    names.push(name)
    rewritten.requires++
    return `let ${name}$; const ${name} = () => (${name}$ ??= ${value});`
  })
  return names.reduce((text, name) => text.replaceAll(new RegExp(`\\b${name}\\.`, 'g'), `(${name}()).`), deferred)
}

/** Sorting command names by locale loads Unicode's tables, which takes longer than the command. They are ASCII. */
const compareAscii = (source: string): string =>
  source.replaceAll(/([\w.]+)\.localeCompare\(([\w.]+)\)/g, (_, left: string, right: string) => {
    rewritten.comparisons++
    return `(${left} < ${right} ? -1 : ${left} > ${right} ? 1 : 0)`
  })

const common = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  metafile: true,
  logLevel: 'warning',
  absWorkingDir: root,
} as const

async function bundle(options: BuildOptions): Promise<Metafile> {
  const { metafile } = await build({ ...common, ...options })
  if (!metafile) throw new Error('esbuild gave no metafile')
  return metafile
}

/** Writes the types of the library. */
async function writeTypes(): Promise<void> {
  const tsc = promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], { cwd: root })
  await tsc.catch(({ stdout }: { stdout: string }) => {
    throw new Error(`the types could not be written:\n${stdout}`)
  })
}

/** The notices that the licences of bundled packages want to be passed on. */
function licences(metafiles: Metafile[]): string {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs))
  const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []))
  return [...folders]
    .sort()
    .map(licenceOf)
    .join(`\n${'-'.repeat(80)}\n\n`)
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const files = ['LICENSE', 'LICENSE.md', 'license', 'LICENSE.txt', 'LICENCE', 'License', 'LICENSE-MIT']
  const text = files.map((file) => readIfThere(join(root, folder, file))).find((found) => found !== undefined)
  return `${name} ${version} (${license})\n\n${text ?? 'The package comes without a licence text of its own.\n'}`
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

rmSync(join(root, 'dist'), { recursive: true, force: true })
const types = writeTypes()
const metafiles = await Promise.all([
  bundle({
    entryPoints: ['src/main/index.ts'],
    outfile: 'dist/cli.cjs',
    format: 'cjs',
    minify: true,
    plugins: [startFaster],
    // By which it finds the files beside it.
    define: { 'import.meta.filename': '__filename' },
  }),
  // Only who asks for help needs it.
  bundle({ entryPoints: ['src/main/help.ts'], outfile: 'dist/help.cjs', format: 'cjs', minify: true }),
  bundle({
    // What the three share is in a chunk, so that their classes are the same.
    entryPoints: ['index', 'wire', 'sim'].map((name) => `src/library/${name}.ts`),
    outdir: 'dist/library',
    splitting: true,
    format: 'esm',
    plugins: [externalSsh2],
  }),
  bundle({
    // A module, as Ink waits for WebAssembly while it loads, which CommonJS cannot.
    entryPoints: ['src/ui/watch/terminal-ui.ts'],
    outfile: 'dist/watch.mjs',
    format: 'esm',
    minify: true,
    define: {
      // React's checks for developers are left out.
      'process.env.NODE_ENV': '"production"',
      'process.env.DEV': '"false"',
      // Yoga would fetch its WebAssembly, which is in this file: Node loads a whole HTTP client for that. Without it, yoga decodes it itself.
      fetch: 'undefined',
    },
    plugins: [withoutDevtools],
    // For what is CommonJS in it.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  }),
  ...['plan-worker', 'audit-worker'].map((name) =>
    bundle({ entryPoints: [`src/cli/watch/${name}.ts`], outfile: `dist/${name}.cjs`, format: 'cjs', minify: true }),
  ),
  ...APART.map((name) =>
    // Native parts that ssh2 is a little faster with, and does without where they are not.
    bundle({
      entryPoints: [name],
      outfile: `dist/${name}.cjs`,
      format: 'cjs',
      minify: true,
      external: ['cpu-features', '*.node'],
    }),
  ),
])
checkRewritten()
await types
writeFileSync(join(root, 'dist/THIRD-PARTY-LICENSES.txt'), licences(metafiles))
