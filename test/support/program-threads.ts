import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { ThreadResult, ThreadRun } from './program-thread.ts'

/** How a run of a program ended. */
export type RunResult = Omit<ThreadResult, 'exits'>

const THREAD = new URL('program-thread.ts', import.meta.url)

/**
 * Threads that have loaded the built program, and run it as if each run were a process: that takes a twentieth of what a process takes.
 * A run has its own environment, output and exit status. It has no signals, no umask and no time zone of its own, and its output is
 * never closed or full.
 */
export class ProgramThreads {
  private readonly root: string
  private readonly idle: Worker[] = []

  /** @param root the folder that contains `bin/run.js` and `dist`. */
  constructor(root: string) {
    this.root = root
  }

  /** Runs the program with nothing on its standard input and no terminal. There are as many threads as runs at the same time. */
  async run(run: ThreadRun): Promise<RunResult> {
    const thread = this.idle.pop() ?? new Worker(THREAD, { workerData: this.root })
    thread.ref()
    thread.postMessage(run)
    const [{ exits, ...result }] = (await once(thread, 'message')) as [ThreadResult]
    if (!exits) this.idle.push(thread)
    thread.unref()
    return result
  }
}
