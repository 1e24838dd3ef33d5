import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'

/** A test that failed. */
export interface FailedTest {
  /** Relative to the root of the project. */
  readonly file: string
  readonly title: string
}

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

/**
 * Runs vitest in a project until a test fails, and returns the failed tests.
 *
 * @param limitMs A fault can make a loop endless. A run that takes longer than this is killed and counts as failed.
 */
export async function runVitest(
  root: string,
  args: readonly string[],
  limitMs: number,
  signal: AbortSignal,
): Promise<FailedTest[]> {
  const outputFile = join(root, 'mutants-report.json')
  rmSync(outputFile, { force: true })
  const argv = ['node_modules/vitest/vitest.mjs', ...args, '--passWithNoTests', '--reporter=json', `--outputFile=${outputFile}`]
  // A process group of its own, so that the workers end too.
  const vitest = spawn(process.execPath, argv, { cwd: root, stdio: 'ignore', detached: true })
  const stop = () => vitest.pid !== undefined && process.kill(-vitest.pid, 'SIGKILL')
  const limit = AbortSignal.timeout(limitMs)
  const either = AbortSignal.any([signal, limit])
  either.addEventListener('abort', stop)
  const [status] = await once(vitest, 'exit')
  either.removeEventListener('abort', stop)
  signal.throwIfAborted()
  if (limit.aborted) return [{ file: args.at(-1) ?? '', title: `does not end within ${limitMs / 1000} s` }]
  if (status === 0) return []
  return failedIn(root, outputFile)
}

function failedIn(root: string, outputFile: string): FailedTest[] {
  // Vitest has ended before it ran any test.
  if (!existsSync(outputFile)) return []
  const { testResults }: Report = JSON.parse(readFileSync(outputFile, 'utf8'))
  const files = testResults.map(({ name, status, assertionResults }) => ({
    file: relative(root, name),
    status,
    titles: assertionResults.filter((test) => test.status === 'failed').map(({ fullName }) => fullName),
  }))
  const failed = files.flatMap(({ file, titles }) => titles.map((title) => ({ file, title })))
  if (failed.length > 0) return failed
  // Only without a failed test: files that run beside one are reported as failed too when they are cancelled.
  const broken = files
    .filter(({ status }) => status === 'failed')
    .map(({ file }) => ({ file, title: 'the file cannot be loaded' }))
  return broken.length > 0 ? broken : [{ file: '', title: 'an error outside of any test' }]
}
