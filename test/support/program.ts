import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { documentFaults } from './documents.ts'
import { ProgramThreads, type RunResult } from './program-threads.ts'
import { runResultOf } from './run-result.ts'

export type { RunResult }

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const RUN_JS = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

const threads = new ProgramThreads(ROOT)

/**
 * Runs the built `ctdbts` with nothing on its standard input and no terminal, in a thread that has loaded it already. Tests of what
 * {@link ProgramThreads} cannot show use {@link ctdbtsProcess}.
 */
export async function ctdbts(argv: readonly string[], env: Record<string, string> = {}): Promise<RunResult> {
  return checked(argv, await threads.run({ argv: [process.execPath, RUN_JS, ...argv], env: { ...process.env, ...env } }))
}

/** Runs the built `ctdbts` in a process of its own, as a user would, with nothing on its standard input and no terminal. */
export async function ctdbtsProcess(argv: readonly string[], env: Record<string, string> = {}): Promise<RunResult> {
  const result = await execa(process.execPath, [RUN_JS, ...argv], {
    env,
    reject: false,
    stdin: 'ignore',
    stripFinalNewline: false,
  })
  return checked(argv, runResultOf(result))
}

/** @throws for a document that is not as its schema in the docs says. */
function checked(argv: readonly string[], result: RunResult): RunResult {
  const faults = documentFaults(argv, result.stdout)
  if (faults.length > 0) throw new Error(`ctdbts ${argv.join(' ')}: ${faults.slice(0, 5).join('; ')}`)
  return result
}
