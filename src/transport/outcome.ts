import { MAX_TIMER_MS } from '../lib/timers.ts'
import { execOutput, execTimeout } from './exec-errors.ts'
import type { ExecLimits, ExecResult } from './host-access.ts'
import type { RunningCommand } from './running-command.ts'

/**
 * Waits for a command to end, and returns what it printed. The output limit is for standard output and standard error together;
 * not for output that `onStdout` gets.
 * @param machine its name for messages.
 * @throws CtdbtsError EXEC_TIMEOUT, EXEC_OUTPUT; the signal's reason. In each case the command is told to end.
 */
export function outcomeOf(
  command: RunningCommand,
  argv: readonly string[],
  machine: string,
  { timeoutMs, maxBytes, signal, onStdout }: ExecLimits,
): Promise<ExecResult> {
  const { stream, stderr: errors } = command
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  let bytes = 0
  return new Promise<ExecResult>((resolve, reject) => {
    const giveUp = (reason: unknown) => {
      settle()
      command.kill()
      reject(reason)
    }
    const abort = () => giveUp(signal?.reason)
    const timer = setTimeout(() => giveUp(execTimeout(argv, machine, timeoutMs)), Math.min(timeoutMs, MAX_TIMER_MS))
    const settle = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
    const keep = (chunks: Buffer[]) => (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= maxBytes) chunks.push(chunk)
      else giveUp(execOutput(argv, machine, maxBytes))
    }
    let taken: Promise<void> | undefined
    const passOn = (take: NonNullable<ExecLimits['onStdout']>) => (chunk: Buffer) => {
      taken = take(chunk)
      if (!taken) return
      stream.pause()
      void taken.then(() => stream.resume())
    }
    // Each stream ends by itself, and the last output may arrive after the exit status.
    const ends = [stream, errors].map((each) => new Promise((done) => each.once('close', done)))
    stream.on('data', onStdout ? passOn(onStdout) : keep(stdout))
    errors.on('data', keep(stderr))
    stream.on('error', giveUp)
    void Promise.all([command.exitStatus, ...ends]).then(async ([exitStatus]) => {
      await taken
      settle()
      resolve({ exitStatus, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') })
    })
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort)
  })
}
