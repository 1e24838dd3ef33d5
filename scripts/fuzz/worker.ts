import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { Random } from '../../src/sim/world/random.ts'
import { corpusOf, loadTarget, seedsOf } from '../../test/fuzz/target.ts'
import { countBlocks } from './coverage.ts'
import { type Finding, Search } from './search.ts'
import { InputSlot } from './slot.ts'

/** What a worker is told. */
export interface Task {
  readonly name: string
  readonly seed: number
  /** When to stop, as `Date.now` tells it. */
  readonly endMs: number
  /** Of an {@link InputSlot}: what is being tried, for the case that this thread does not come back. */
  readonly memory: SharedArrayBuffer
  /** Whether a new corpus is wanted. */
  readonly select: boolean
}

/** What a worker has found out in its time. */
export interface Result {
  readonly executions: number
  readonly seconds: number
  readonly blocks: number
  /** The blocks that no input has run: `src/lib/….ts:12`. */
  readonly missed: readonly string[]
  readonly corpus: number
  readonly findings: readonly Finding[]
  readonly selection: readonly Uint8Array[]
}

async function fuzz({ name, seed, endMs, memory, select }: Task): Promise<Result> {
  const root = join(import.meta.dirname, '../..')
  const coverage = countBlocks(join(root, 'src'))
  const target = await loadTarget(name)
  const slot = new InputSlot(memory)
  const search = new Search(target, coverage, new Random(seed), (input) => slot.put(input))
  const begin = performance.now()
  for (const input of seedsOf(target)) search.try(input, true)
  for (const [, input] of corpusOf(name)) search.try(input)
  while (Date.now() < endMs) search.try(search.next())
  return {
    executions: slot.count,
    seconds: (performance.now() - begin) / 1000,
    blocks: search.blockCount,
    missed: search.missed.map(
      (block) => `${coverage.blocks[block]?.file.slice(root.length + 1)}:${coverage.blocks[block]?.line}`,
    ),
    corpus: search.corpus.length,
    findings: [...search.findings.values()],
    selection: select ? search.selection() : [],
  }
}

parentPort?.postMessage(await fuzz(workerData as Task))
