// What keeps the start of the program short (docs/decisions/0003), measured by `npm run bench`.
import { readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'rolldown'

const OCLIF = realpathSync(join(import.meta.dirname, '../../node_modules/@oclif/core/lib'))

/** The packages that few runs need. Each gets a file of its own, which is only read where it is wanted. */
export const APART: readonly string[] = ['execa', 'junit-report-builder', 'prom-client', 'ssh2']

/**
 * Modules and packages that oclif requires and our program never uses: it has no configuration file, no plugins and no templates, runs commands by their
 * classes (src/main), and reports errors itself.
 */
const UNUSED: ReadonlySet<string> = new Set(
  ['config/index.js', 'errors/handle.js', 'help/index.js'].map((path) => join(OCLIF, path)),
)
const UNUSED_PACKAGES = ['debug', 'ejs']

/** Modules of oclif that a command which runs without errors does not need, by the names of the files that they get. */
const SELDOM: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'pretty-print': 'errors/errors/pretty-print.js',
    'help-util': 'help/util.js',
    ux: 'ux/index.js',
    list: 'ux/list.js',
    theme: 'ux/theme.js',
  }).map(([name, path]) => [join(OCLIF, path), `oclif-${name}`]),
)

/** The entry of each of oclif's seldom modules, by the name of its file. */
export const SELDOM_ENTRIES: Readonly<Record<string, string>> = Object.fromEntries(
  [...SELDOM.values()].map((name) => [name, `virtual:${name}`]),
)

/** In place of a module that is left out. */
const ABSENT = 'virtual:absent'

/**
 * How often oclif's sources, of the version that package.json pins, have what {@link startFaster} rewrites. Where that is no longer so,
 * oclif is compiled differently, and the program would start more slowly without anyone noticing: the build fails instead.
 */
const EXPECTED = { requires: 169, seldom: 5 }
let requires = 0
const setApart = new Set<string>()

/** @throws Error where oclif no longer has the shape that is expected. */
export function checkRewritten(): void {
  const found = { requires, seldom: setApart.size }
  for (const what of ['requires', 'seldom'] as const) {
    if (found[what] === EXPECTED[what]) continue
    throw new Error(
      `oclif has changed its shape: ${found[what]} ${what} were rewritten, ${EXPECTED[what]} were expected. ` +
        'Check that scripts/build/start-faster.ts still rewrites all of them and that `npm run bench` is no slower, then correct EXPECTED.',
    )
  }
}

const isOfOclif = /@oclif[\\/]core[\\/]lib[\\/].*\.js$/

/**
 * What oclif does at every start though hardly any run needs it. Without this, our own code would start twice as late.
 */
export const startFaster: Plugin = {
  name: 'start-faster',
  resolveId: {
    filter: { id: [new RegExp(`^(?:${[...APART, ...UNUSED_PACKAGES].join('|')})$`), /^\.\.?\//, /^virtual:/, /^wsl-utils$/] },
    async handler(id, importer, options) {
      if (id === 'wsl-utils' || UNUSED_PACKAGES.includes(id)) return ABSENT
      if (id.startsWith('virtual:')) return id
      if (APART.includes(id)) return { id: `./${id}.cjs`, external: true }
      if (id.endsWith('/terminal-ui.ts')) return { id: './watch.mjs', external: true }
      if (importer === undefined || !isOfOclif.test(importer)) return null
      const resolved = await this.resolve(id, importer, { ...options, skipSelf: true })
      if (resolved !== null && UNUSED.has(resolved.id)) return ABSENT
      const name = resolved === null ? undefined : SELDOM.get(resolved.id)
      if (name === undefined) return resolved
      setApart.add(name)
      return { id: `./${name}.cjs`, external: true }
    },
  },
  load: {
    filter: { id: [/^virtual:/, isOfOclif] },
    handler(id) {
      // wsl-utils only asks whether this is Windows' Linux, where it would ask PowerShell things; and loads a lot for it.
      if (id === ABSENT) return 'export const isWsl = false'
      const seldom = [...SELDOM].find(([, name]) => id === `virtual:${name}`)
      if (seldom) return `module.exports = require(${JSON.stringify(seldom[0])})`
      return deferRequires(readFileSync(id, 'utf8'))
    },
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
    requires++
    return `let ${name}$; const ${name} = () => (${name}$ ??= ${value});`
  })
  return names.reduce((text, name) => text.replaceAll(new RegExp(`\\b${name}\\.`, 'g'), `(${name}()).`), deferred)
}
