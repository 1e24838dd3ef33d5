import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ErrorCode } from '../../src/lib/error-codes.ts'
import { CtdbtsError } from '../../src/lib/errors.ts'

/** Code that reads bytes of others: how to run it on any input, and what must hold then. */
export interface FuzzTarget {
  /** The source files under test, relative to the root of the project; patterns as for `globSync`. */
  readonly covers: readonly string[]
  /** The codes of the errors by which invalid input may be refused. Any other error is a fault. */
  readonly refusals: readonly ErrorCode[]
  /** JSON is also mutated value by value. */
  readonly isJson?: boolean
  /** Words that mutations put into inputs, besides the literals in the source files. */
  readonly words?: readonly string[]
  /** Inputs to begin with, besides the corpus. */
  readonly seeds?: () => Iterable<Uint8Array | string>
  /**
   * Reads the input, and checks with `node:assert` what must hold for all that is read: that it can be written and read again, for example.
   * @throws CtdbtsError with one of the codes above when the input is refused.
   */
  check(input: Uint8Array): void
}

/** Why an input shows a fault. */
export interface Fault {
  readonly reason: string
  /** The same for all inputs that show the same fault, as far as that can be seen. */
  readonly kind: string
}

const FOLDER = import.meta.dirname
const ROOT = join(FOLDER, '../..')

/** The names of all targets, each a file in `targets`. */
export const targetNames: readonly string[] = globSync('targets/*.ts', { cwd: FOLDER })
  .map((file) => basename(file, '.ts'))
  .sort()

export const corpusFolder = (name: string): string => join(FOLDER, 'corpus', name)

/** The target of this name. */
export async function loadTarget(name: string): Promise<FuzzTarget> {
  const { target } = (await import(join(FOLDER, 'targets', `${name}.ts`))) as { target: FuzzTarget }
  return target
}

/** The inputs in the repository: file names and contents. */
export const corpusOf = (name: string): [file: string, input: Uint8Array][] =>
  globSync('*', { cwd: corpusFolder(name) })
    .sort()
    .map((file) => [file, new Uint8Array(readFileSync(join(corpusFolder(name), file)))])

/** The inputs that a target makes itself. */
export const seedsOf = ({ seeds }: FuzzTarget): Uint8Array[] =>
  Array.from(seeds?.() ?? [], (seed) => (typeof seed === 'string' ? Buffer.from(seed) : seed))

/** The source files that a target is about, as paths. */
export const filesUnderTest = ({ covers }: FuzzTarget): string[] =>
  globSync([...covers], { cwd: ROOT }).map((file) => join(ROOT, file))

// Processor time, so that a busy machine does not matter. Linear, and generous: what takes longer takes quadratic time.
const LIMIT_MS = 200
const LIMIT_MS_PER_BYTE = 0.005
/** Garbage of earlier inputs may be collected at any time, but hardly so often in turn. */
const TRIES = 3

/** Runs a target on an input. @returns undefined when all is well: the input was read, or refused as it has to be. */
export function faultOf(target: FuzzTarget, input: Uint8Array): Fault | undefined {
  const limitMs = LIMIT_MS + input.length * LIMIT_MS_PER_BYTE
  for (let tries = 1; ; tries++) {
    const begin = process.threadCpuUsage()
    const error = errorOf(target, input)
    const { user, system } = process.threadCpuUsage(begin)
    const tookMs = (user + system) / 1000
    if (error !== undefined) return error
    if (tookMs <= limitMs) return polluted()
    if (tries === TRIES)
      return { kind: 'slow', reason: `took ${Math.round(tookMs)} ms of processor time for ${input.length} bytes` }
  }
}

function errorOf(target: FuzzTarget, input: Uint8Array): Fault | undefined {
  try {
    // What keeps a part of the bytes must not see them change.
    target.check(Uint8Array.from(input))
  } catch (error) {
    if (error instanceof CtdbtsError && target.refusals.includes(error.code)) return undefined
    return { kind: kindOf(error), reason: (error instanceof Error && error.stack) || String(error) }
  }
  return undefined
}

/** The class of the error, and the nearest of our functions on its stack. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no error'
  const [place = ''] = error.stack?.match(/(?:src|test\/fuzz)\/[\w./-]+:\d+/) ?? []
  return `${error.name} ${place}`
}

function polluted(): Fault | undefined {
  const [key] = Object.keys(Object.prototype)
  if (key === undefined) return undefined
  Reflect.deleteProperty(Object.prototype, key)
  return { kind: 'prototype pollution', reason: `Object.prototype has ${key}` }
}
