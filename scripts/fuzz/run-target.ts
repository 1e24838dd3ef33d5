import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Finding } from './search.ts'
import { InputSlot } from './slot.ts'
import type { Result, Task } from './worker.ts'

/** Nothing that ends by itself takes so long on one input. */
const HANG_MS = 20_000
const MAX_HEAP_MB = 512

/** Fuzzes one target in a thread of its own. An input that makes the thread hang or run out of memory is the only finding then. */
export async function fuzzTarget(task: Omit<Task, 'memory'>): Promise<Result> {
  const slot = new InputSlot()
  const worker = new Worker(new URL('worker.ts', import.meta.url), {
    workerData: { ...task, memory: slot.memory } satisfies Task,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  })
  const ended = once(worker, 'message').then(
    ([result]) => result as Result,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error
      return stopped(slot, { kind: 'memory', reason: `took more than ${MAX_HEAP_MB} MB`, input: slot.input })
    },
  )
  const hung = Promise.withResolvers<Result>()
  const watch = setInterval(watchdog(slot, hung.resolve), 1_000)
  try {
    return await Promise.race([ended, hung.promise])
  } finally {
    clearInterval(watch)
    await worker.terminate()
  }
}

/** To be called now and then: calls back when the same input has been tried for too long. */
function watchdog(slot: InputSlot, onHang: (result: Result) => void): () => void {
  let [count, sinceMs] = [0, performance.now()]
  return () => {
    if (slot.count !== count) [count, sinceMs] = [slot.count, performance.now()]
    // Before the first input everything is loaded.
    if (count === 0 || performance.now() - sinceMs < HANG_MS) return
    onHang(stopped(slot, { kind: 'hang', reason: `did not end within ${HANG_MS / 1000} s`, input: slot.input }))
  }
}

const stopped = (slot: InputSlot, finding: Finding): Result => ({
  executions: slot.count,
  seconds: Number.NaN,
  blocks: 0,
  missed: [],
  corpus: 0,
  findings: [finding],
  selection: [],
})
