import fs from 'node:fs'
import type { WorkerOptions } from 'node:worker_threads'
import { assetName, assetText } from './assets.ts'

/** Modules of Node as the program gets them: they know its own files, which are in the executable. By their names without `node:`. */
const OWN: ReadonlyMap<string, () => unknown> = new Map(
  Object.entries({
    fs: () => ({ ...fs, existsSync: (path: fs.PathLike) => assetName(path) !== undefined || fs.existsSync(path) }),
    'fs/promises': () => ({ ...fs.promises, readFile }),
    worker_threads: workerThreads,
  }),
)

async function readFile(path: fs.PathLike, ...options: unknown[]): Promise<unknown> {
  const name = assetName(path)
  return name === undefined ? await Reflect.apply(fs.promises.readFile, fs.promises, [path, ...options]) : assetText(name)
}

/** Only loaded where it is wanted, as Node starts without it. */
function workerThreads(): unknown {
  const threads = process.getBuiltinModule('node:worker_threads')
  class Worker extends threads.Worker {
    constructor(file: string | URL, options: WorkerOptions = {}) {
      const name = assetName(file)
      if (name === undefined) super(file, options)
      else super(assetText(name), { ...options, eval: true })
    }
  }
  return { ...threads, Worker }
}

const used = new Map<string, unknown>()

/** A module of Node, by its name; undefined if there is none. */
export function builtIn(id: string): unknown {
  const name = id.replace(/^node:/, '')
  const make = OWN.get(name)
  if (make === undefined) return process.getBuiltinModule(id)
  const known = used.get(name) ?? make()
  used.set(name, known)
  return known
}
