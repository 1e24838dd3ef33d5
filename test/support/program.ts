import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

/** How a run of a program ended. */
export interface RunResult {
  readonly stdout: string
  readonly stderr: string
  readonly status: number
  readonly durationMs: number
}

export const RUN_JS = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

/** Runs the built `ctdbts`, as a user would, with nothing on its standard input and no terminal. */
export async function ctdbts(argv: readonly string[], env: Record<string, string> = {}): Promise<RunResult> {
  const result = await execa(process.execPath, [RUN_JS, ...argv], {
    env,
    reject: false,
    stdin: 'ignore',
    stripFinalNewline: false,
  })
  return { stdout: result.stdout, stderr: result.stderr, status: result.exitCode ?? -1, durationMs: result.durationMs }
}
