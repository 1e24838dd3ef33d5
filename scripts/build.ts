// Builds dist/: the program as one file, the library with its types, and the licences of what is bundled.
// Bundled, because a program that is started often should not open 300 files; so the package has no dependencies at run time.
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'

const root = join(import.meta.dirname, '..')

/**
 * Packages that few runs need, each in a file of its own, which is only read where it is wanted: the program that everybody starts stays
 * small.
 */
const APART = ['ssh2', 'execa', 'junit-report-builder', 'prom-client']

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
    onLoad({ filter: /src[\\/]commands[\\/]index\.ts$/ }, ({ path }) => ({
      contents: deferCommands(readFileSync(path, 'utf8')),
      loader: 'ts',
    }))
    onResolve({ filter: new RegExp(`^(?:${APART.join('|')})$`) }, ({ path }) => ({ path: `./${path}.cjs`, external: true }))
    onResolve({ filter: /ui[\\/]watch[\\/]terminal-ui\.ts$/ }, () => ({ path: './watch.mjs', external: true }))
    // Only asks whether this is Windows' Linux, where it would ask PowerShell things; and loads a lot for it.
    onResolve({ filter: /^wsl-utils$/ }, () => ({ path: 'wsl-utils', namespace: 'absent' }))
    onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'export const isWsl = false' }))
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
    return `let ${name}$; const ${name} = () => (${name}$ ??= ${value});`
  })
  return names.reduce((text, name) => text.replaceAll(new RegExp(`\\b${name}\\.`, 'g'), `(${name}()).`), deferred)
}

/** One run needs one command; each is loaded, with what only it needs, when the table is asked for it. */
function deferCommands(source: string): string {
  const files = new Map([...source.matchAll(/^import (\w+) from '(.+)'$/gm)].map(([, name, file]) => [name, file]))
  return source
    .replace(/^import .*\n/gm, '')
    .replace(
      /^ {2}(.+): (\w+),$/gm,
      (_, id: string, name: string) => `  get ${id}() { return require('${files.get(name)}').default },`,
    )
}

/** Sorting command names by locale loads Unicode's tables, which takes longer than the command. They are ASCII. */
const compareAscii = (source: string): string =>
  source.replaceAll(/([\w.]+)\.localeCompare\(([\w.]+)\)/g, '($1 < $2 ? -1 : $1 > $2 ? 1 : 0)')

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
const metafiles = await Promise.all([
  bundle({
    entryPoints: ['src/cli/index.ts'],
    outfile: 'dist/cli.cjs',
    format: 'cjs',
    minify: true,
    plugins: [startFaster],
    // By which it finds the files beside it.
    define: { 'import.meta.filename': '__filename' },
  }),
  // Only who asks for help needs it.
  bundle({ entryPoints: ['src/cli/help.ts'], outfile: 'dist/help.cjs', format: 'cjs', minify: true }),
  bundle({ entryPoints: ['src/index.ts'], outfile: 'dist/index.js', format: 'esm' }),
  bundle({
    // A module, as Ink waits for WebAssembly while it loads, which CommonJS cannot.
    entryPoints: ['src/ui/watch/terminal-ui.ts'],
    outfile: 'dist/watch.mjs',
    format: 'esm',
    minify: true,
    // React's checks for developers are left out.
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
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
execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
writeFileSync(join(root, 'dist/THIRD-PARTY-LICENSES.txt'), licences(metafiles))
