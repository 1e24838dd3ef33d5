import { AsyncLocalStorage } from 'node:async_hooks'
import { Console } from 'node:console'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'

// A thread that runs the built program again and again, one command after the other, as if each were a process.

/** What to run: `process.argv` and `process.env`. */
export interface ThreadRun {
  readonly argv: string[]
  readonly env: Record<string, string | undefined>
}

/** What a process would have written, and how it would have ended. */
export interface ThreadResult {
  readonly stdout: string
  readonly stderr: string
  readonly status: number
  readonly durationMs: number
  /** Whether it ended by `process.exit`, and the thread with it. */
  readonly exits: boolean
}

/** The folder that contains the program. */
const ROOT: string = workerData
const POLL_MS = 2

type Main = (argv: readonly string[], root: string) => Promise<void>
const { main } = createRequire(import.meta.url)(join(ROOT, 'dist/program/main.cjs')) as { main: Main }

/** Keeps what is written to it. */
class Captured extends Writable {
  private readonly chunks: Buffer[] = []

  constructor() {
    super()
    const write = (chunk: Buffer, _encoding: string, done: () => void) => {
      this.chunks.push(chunk)
      done()
    }
    // The program sets another `_write` when file descriptor 1, which is not ours, is a file.
    Object.defineProperty(this, '_write', { get: () => write, set: () => {} })
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString()
  }
}

/** What a command runs in, so that a timer that it has left behind does not end a later one. */
class Run {
  readonly stdout = new Captured()
  readonly stderr = new Captured()
  private readonly startMs = performance.now()
  private readonly listeners = new Map(process.eventNames().map((name) => [name, process.listeners(name as 'exit')]))

  constructor({ argv, env }: ThreadRun) {
    const streams = { stdin: Readable.from([]), stdout: this.stdout, stderr: this.stderr }
    for (const [name, value] of Object.entries(streams)) Object.defineProperty(process, name, { value, configurable: true })
    globalThis.console = new Console(this.stdout, this.stderr)
    process.argv = argv
    process.env = env
    process.exitCode = undefined
  }

  /** @param exits whether the thread ends with it. */
  end(exits: boolean): void {
    process.emit('exit', Number(process.exitCode ?? 0))
    const result: ThreadResult = {
      stdout: this.stdout.text,
      stderr: this.stderr.text,
      status: Number(process.exitCode ?? 0),
      durationMs: performance.now() - this.startMs,
      exits,
    }
    parentPort?.postMessage(result)
    for (const name of process.eventNames()) {
      for (const listener of process.listeners(name as 'exit')) {
        if (!this.listeners.get(name)?.includes(listener)) process.off(name, listener)
      }
    }
  }
}

const runs = new AsyncLocalStorage<Run>()
let current: Run | undefined

const exitThread = process.exit
process.exit = ((status?: number) => {
  const run = runs.getStore()
  if (run === undefined || run !== current) return
  process.exitCode = status ?? process.exitCode
  run.end(true)
  exitThread()
}) as typeof process.exit

/** What keeps the thread alive: while nothing runs, that is the port to its parent. */
const openResources = () => process.getActiveResourcesInfo().length

parentPort?.on('message', async (what: ThreadRun) => {
  await setImmediate()
  const before = openResources()
  const run = new Run(what)
  current = run
  await runs.run(run, () => main(what.argv.slice(2), ROOT))
  // A process ends as soon as nothing is open any more.
  for (await setImmediate(); openResources() > before; ) await sleep(POLL_MS)
  current = undefined
  run.end(false)
})
