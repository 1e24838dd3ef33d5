import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import type { SeededBug } from './bugs.ts'

const ROOT = join(import.meta.dirname, '../../..')

type Edits = Pick<SeededBug, 'edits'>

/** Loads `simulate` with a bug in what it runs. @throws as `loadWithBug` does. */
export const simulateWithBug = (bug: Edits, folder: string) =>
  loadWithBug<typeof import('./simulate.ts')>(bug, 'simulate.ts', folder)

/**
 * Loads a module of this folder with a bug in what it runs.
 * @param folder for the bundle.
 * @throws Error when a text that the bug replaces is not there exactly once, or not part of the module.
 */
export async function loadWithBug<M>(bug: Edits, module: string, folder: string): Promise<M> {
  const outfile = join(folder, `${module}.mjs`)
  const edited = new Set<string>()
  const edits: Plugin = {
    name: 'edits',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const file = relative(ROOT, path)
        if (!bug.edits.some((edit) => edit.file === file)) return undefined
        edited.add(file)
        return { contents: withEdits(bug, file, readFileSync(path, 'utf8')), loader: 'ts' }
      })
    },
  }
  const entry = join(import.meta.dirname, module)
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', plugins: [edits], write: true })
  const missing = bug.edits.find(({ file }) => !edited.has(file))
  if (missing) throw new Error(`${missing.file} is not part of ${module}`)
  return await import(pathToFileURL(outfile).href)
}

function withEdits(bug: Edits, file: string, source: string): string {
  return bug.edits
    .filter((edit) => edit.file === file)
    .reduce((text, { from, to }) => {
      if (text.split(from).length !== 2) throw new Error(`${file} must contain this text once: ${from}`)
      return text.replace(from, () => to)
    }, source)
}
