// What keeps the start of the program short (docs/decisions/0003), measured by `npm run bench`.
import { readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Plugin } from 'rolldown'

const OCLIF = realpathSync(join(import.meta.dirname, '../../node_modules/@oclif/core/lib'))

/** The entry of each package that few runs need, by its name. Each gets a file of its own, which is only read where it is wanted. */
export const APART: Readonly<Record<string, string>> = {
  ...named(['execa', 'junit-report-builder', 'prom-client', 'ssh2'], (name) => name),
  ...named(['debug', 'ejs', 'lilconfig', 'minimatch', 'tinyglobby'], createRequire(join(OCLIF, 'index.js')).resolve),
}

function named(names: readonly string[], entryOf: (name: string) => string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, entryOf(name)]))
}

/** Modules of oclif that a command which runs without errors does not need, by the names of the files that they get. */
const SELDOM: ReadonlyMap<string, string> = new Map(
  Object.entries({
    config: 'config/index.js',
    handle: 'errors/handle.js',
    'pretty-print': 'errors/errors/pretty-print.js',
    help: 'help/index.js',
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
const EXPECTED = { requires: 239, comparisons: 1, seldom: 8 }
const rewritten = { requires: 0, comparisons: 0 }
const setApart = new Set<string>()

/** @throws Error where oclif no longer has the shape that is expected. */
export function checkRewritten(): void {
  const found = { ...rewritten, seldom: setApart.size }
  for (const what of ['requires', 'comparisons', 'seldom'] as const) {
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
    filter: { id: [new RegExp(`^(?:${Object.keys(APART).join('|')})$`), /^\.\.?\//, /^virtual:/, /^wsl-utils$/] },
    async handler(id, importer, options) {
      if (id === 'wsl-utils') return ABSENT
      if (id.startsWith('virtual:')) return id
      if (Object.hasOwn(APART, id)) return { id: `./${id}.cjs`, external: true }
      if (id.endsWith('/terminal-ui.ts')) return { id: './watch.mjs', external: true }
      if (importer === undefined || !isOfOclif.test(importer)) return null
      const resolved = await this.resolve(id, importer, { ...options, skipSelf: true })
      const name = resolved === null ? undefined : SELDOM.get(resolved.id)
      if (name === undefined) return resolved
      setApart.add(name)
      return { id: `./${name}.cjs`, external: true }
    },
  },
  load: {
    filter: { id: [/^virtual:/, isOfOclif] },
    handler(id) {
      // Only asks whether this is Windows' Linux, where it would ask PowerShell things; and loads a lot for it.
      if (id === ABSENT) return 'export const isWsl = false'
      const seldom = [...SELDOM].find(([, name]) => id === `virtual:${name}`)
      if (seldom) return `module.exports = require(${JSON.stringify(seldom[0])})`
      return compareAscii(deferRequires(readFileSync(id, 'utf8')))
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
