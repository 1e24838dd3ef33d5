import type { RunResult } from './program-threads.ts'

/** How a process ended that execa has run. */
interface EndedProcess {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode?: number
  readonly durationMs: number
}

/** The result of a run in a process of its own. */
export const runResultOf = ({ stdout, stderr, exitCode, durationMs }: EndedProcess): RunResult => ({
  stdout,
  stderr,
  // A signal ended it.
  status: exitCode ?? -1,
  durationMs,
})
