import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { RUN_JS } from './program.ts'

/** A `ctdbts watch` that writes lines. */
export interface Watching {
  readonly child: ChildProcess
  readonly lines: readonly string[]
  /** The first line that matches, as soon as it is there. */
  next(what: RegExp): Promise<string>
  /** Sends a signal, and returns the exit status. */
  end(signal: NodeJS.Signals): Promise<number | null>
  readonly ended: Promise<number | null>
  readonly stderr: () => string
}

/** Starts `ctdbts watch` with its output in a pipe, for the time of the test at most. */
export function startWatch(argv: readonly string[], env: Record<string, string> = {}): Watching {
  const child = spawn(process.execPath, [RUN_JS, 'watch', ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const lines: string[] = []
  let wake = Promise.withResolvers<void>()
  let stderr = ''
  child.stderr.on('data', (data) => {
    stderr += data
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    wake.resolve()
  })
  const ended = once(child, 'close').then(([status]) => status as number | null)
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return {
    child,
    lines,
    ended,
    stderr: () => stderr,
    async next(what) {
      for (;;) {
        const found = lines.find((line) => what.test(line))
        if (found !== undefined) return found
        if (child.exitCode !== null) throw new Error(`ended without ${what}: ${stderr}${lines.join('\n')}`)
        wake = Promise.withResolvers()
        await Promise.race([wake.promise, ended])
      }
    },
    end: async (signal) => {
      child.kill(signal)
      return await ended
    },
  }
}
