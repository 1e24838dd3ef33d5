import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Ratios } from './pairs.ts'

/** What a program took. */
export interface Cost {
  readonly wallMs: number
  /** Processor time of the process and all that it waited for. */
  readonly cpuMs: number
  /** The memory of the largest of these processes. */
  readonly kilobytes: number
  readonly stderr: string
}

/** Node does not tell what its children take; Python, which ctdbts needs for databases, does. */
const MEASURE = `import resource, subprocess, sys, time
def used():
    of = resource.getrusage(resource.RUSAGE_CHILDREN)
    return of.ru_utime + of.ru_stime, of.ru_maxrss
# What python3 stands for may be a script, which has had children.
before, _ = used()
start = time.perf_counter()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
wall = time.perf_counter() - start
after, kilobytes = used()
print(wall * 1000, (after - before) * 1000, kilobytes)
sys.exit(status)`

/** Runs a program to its end, without what it prints. @throws Error where its exit status is not the expected one. */
export async function costOf(argv: readonly string[], env: Record<string, string> = {}, expected = 0): Promise<Cost> {
  const child = spawn('python3', ['-S', '-c', MEASURE, ...argv], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [measured, stderr] = [child.stdout, child.stderr].map((stream) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    return () => Buffer.concat(chunks).toString()
  })
  const [status] = await once(child, 'close')
  if (status !== expected) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr?.()}`)
  const [wallMs = Number.NaN, cpuMs = Number.NaN, kilobytes = Number.NaN] = (measured?.() ?? '').split(' ').map(Number)
  return { wallMs, cpuMs, kilobytes, stderr: stderr?.() ?? '' }
}

/** What two programs took, pair by pair. */
export type CostPairs = readonly (readonly [a: Cost, b: Cost])[]

/** Runs both `rounds` times in turn, after a warm-up. */
export async function costsInTurn(rounds: number, a: () => Promise<Cost>, b: () => Promise<Cost>): Promise<CostPairs> {
  const pairs: (readonly [Cost, Cost])[] = []
  for (let round = -1; round < rounds; round++) {
    const pair = [await a(), await b()] as const
    if (round >= 0) pairs.push(pair)
  }
  return pairs
}

/** The ratios of one part of the costs. */
export const ratiosOf = (pairs: CostPairs, part: 'wallMs' | 'cpuMs' | 'kilobytes'): Ratios =>
  pairs.map(([a, b]) => a[part] / b[part]).sort((x, y) => x - y)
