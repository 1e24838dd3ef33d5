import { join, resolve } from 'node:path'
import { getAsset, getAssetKeys, getRawAsset } from 'node:sea'
import { fileURLToPath } from 'node:url'
import { COMPILED } from './script.ts'

/** The folder that the program believes to be in: no folder can be below the executable, so that no other file has such a path. */
export const ROOT = process.execPath

/** The names of all files of the program, as they are in the npm package. */
const names: ReadonlySet<string> = new Set(getAssetKeys())

/** The name of a file of the program, by its path or URL; undefined if it is another file, or the program has no such file. */
export function assetName(file: unknown): string | undefined {
  if (file instanceof URL) return assetName(file.href)
  if (typeof file !== 'string') return undefined
  const path = file.startsWith('file:') ? fileURLToPath(file) : resolve(file)
  const name = path.slice(ROOT.length + 1)
  return path.startsWith(`${ROOT}/`) && names.has(name) ? name : undefined
}

/** The path that a file of the program has for the program itself. */
export const assetPath = (name: string): string => join(ROOT, name)

/** The text of a file of the program. */
export const assetText = (name: string): string => getAsset(name, 'utf8')

/** What V8 made of a script when the executable was built, if that was on such a machine. */
export function compiledCode(name: string): Buffer | undefined {
  const asset = `${name}${COMPILED}`
  return names.has(asset) ? Buffer.from(getRawAsset(asset)) : undefined
}
