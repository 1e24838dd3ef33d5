import { execa } from 'execa'
import { CtdbtsError, EXIT_STATUS } from '../lib/errors.ts'
import { MAX_TIMER_MS } from '../lib/timers.ts'
import type { ExecLimits, ExecResult, HostAccess } from './host-access.ts'
import { LOCALLY } from './place.ts'
import { findSocket, openSocket } from './unix.ts'

/** The machine that this program runs on. Its `exec` throws EXEC_FAILED, too, for a command that cannot be started. */
export const localHost = (): HostAccess => ({
  name: LOCALLY,
  exec: execLocally,
  connect: async (socketPaths) => openSocket(findSocket(undefined, {}, socketPaths)),
})

async function execLocally([file, ...argv]: readonly [string, ...string[]], limits: ExecLimits): Promise<ExecResult> {
  const { timeoutMs, maxBytes, signal } = limits
  signal?.throwIfAborted()
  const failed = (code: string, why: string, cause?: unknown) =>
    new CtdbtsError(code, `\`${file}\` on this machine ${why}`, {
      exitStatus: code === 'EXEC_TIMEOUT' ? EXIT_STATUS.timedOut : EXIT_STATUS.failure,
      cause,
    })
  const command = execa(file, argv, {
    reject: false,
    stdin: 'ignore',
    encoding: 'buffer',
    stripFinalNewline: false,
    maxBuffer: maxBytes,
    // A process group of its own, to be killed as a whole: what a command has started may hold the pipes open. And no terminal to ask on.
    detached: true,
  })
  const endAll = () => {
    killGroup(command.pid)
    for (const pipe of [command.stdout, command.stderr]) pipe?.destroy()
  }
  const givenUp = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => givenUp.reject(failed('EXEC_TIMEOUT', `has not ended within ${timeoutMs / 1000} s`)),
    Math.min(timeoutMs, MAX_TIMER_MS),
  )
  const aborted = () => givenUp.reject(signal?.reason)
  signal?.addEventListener('abort', aborted, { once: true })
  try {
    const { exitCode, isTerminated, isMaxBuffer, stdout, stderr, shortMessage, cause } = await Promise.race([
      command,
      givenUp.promise,
    ])
    if (isMaxBuffer) throw failed('EXEC_OUTPUT', `has printed more than ${maxBytes} bytes`, cause)
    if (exitCode === undefined && !isTerminated) throw failed('EXEC_FAILED', `cannot be started: ${shortMessage}`, cause)
    return { exitStatus: exitCode ?? null, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr).toString() }
  } catch (error) {
    endAll()
    throw error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', aborted)
  }
}

function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL')
  } catch {
    // All have ended, or (sudo) are not ours to end: they end when they find their pipes closed.
  }
}
