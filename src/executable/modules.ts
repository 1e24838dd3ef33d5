import { registerHooks } from 'node:module'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import { assetName, assetPath, assetText, compiledCode } from './assets.ts'
import { builtIn } from './built-ins.ts'
import { asFunction } from './script.ts'

interface LoadedModule {
  exports: unknown
}

const loaded = new Map<string, LoadedModule>()

/**
 * A CommonJS module of the program, by its name. Node itself would look for it on the disk, and compile it at each start.
 * @throws what the module throws.
 */
export function load(name: string): unknown {
  const known = loaded.get(name)
  if (known !== undefined) return known.exports
  const module: LoadedModule = { exports: {} }
  loaded.set(name, module)
  const filename = assetPath(name)
  const cachedData = compiledCode(name)
  const script = new Script(asFunction(assetText(name)), { filename, ...(cachedData && { cachedData }) })
  if (script.cachedDataRejected && process.env.CTDBTS_DEBUG) {
    process.stderr.write(`ctdbts: the compiled code of ${name} does not fit, so that it starts more slowly\n`)
  }
  const folder = dirname(filename)
  script.runInThisContext()(module.exports, requireFrom(folder), module, filename, folder)
  return module.exports
}

/** `require` for the modules in a folder, with the `import()` that the build lets them ask for (scripts/build.ts). */
function requireFrom(folder: string) {
  const resolved = (id: string): string => {
    const name = isPath(id) ? assetName(join(isAbsolute(id) ? '' : folder, id)) : undefined
    if (name !== undefined) return name
    throw Object.assign(new Error(`Cannot find module '${id}'`), { code: 'MODULE_NOT_FOUND' })
  }
  const require = (id: string) => (isPath(id) ? undefined : builtIn(id)) ?? load(resolved(id))
  return Object.assign(require, {
    resolve: (id: string) => assetPath(resolved(id)),
    importModule: (specifier: string) => importModule(specifier, folder),
  })
}

const isPath = (id: string): boolean => id.startsWith('.') || isAbsolute(id)

/** `import()` for the modules in a folder. */
async function importModule(specifier: string, folder: string): Promise<unknown> {
  if (!isPath(specifier)) return await import(specifier)
  const path = resolve(folder, specifier)
  const name = assetName(path)
  // Its names are all that is wanted of it.
  if (name?.endsWith('.cjs')) return load(name)
  if (name !== undefined) serveAssets()
  return await import(pathToFileURL(path).href)
}

let isServing = false

/** Lets Node's own `import()` find modules of the program. */
function serveAssets(): void {
  if (isServing) return
  isServing = true
  registerHooks({
    resolve: (specifier, context, next) =>
      assetName(specifier) === undefined ? next(specifier, context) : { url: specifier, shortCircuit: true },
    load: (url, context, next) => {
      const name = assetName(url)
      return name === undefined ? next(url, context) : { format: 'module', source: assetText(name), shortCircuit: true }
    },
  })
}
