import { MAX_TIMER_MS } from '../../lib/timers.ts'
import { execFailed, execOutput, execTimeout } from '../exec-errors.ts'
import { type ExecLimits, type ExecResult, type HostRoute, LOCALLY, THIS_MACHINE } from '../host-access.ts'
import type { CommandMachine } from '../running-command.ts'
import { signalGroup, startGroup } from './process-group.ts'
import { findSocket, openSocket } from './socket.ts'
import { startLocally } from './start.ts'

/** The machine that this program runs on. Its `exec` also throws EXEC_FAILED when a command cannot be started. */
export const localHost = (): CommandMachine => ({
  name: LOCALLY,
  exec: execLocally,
  start: startLocally,
  connect: async (socketPaths) => openSocket(findSocket(undefined, {}, socketPaths)),
})

/** The way to this machine. */
export const localRoute: HostRoute = { name: THIS_MACHINE, reach: async () => localHost() }

async function execLocally(argv: readonly [string, ...string[]], limits: ExecLimits): Promise<ExecResult> {
  const { timeoutMs, maxBytes, signal } = limits
  // Only now, as most audits run nothing on this machine.
  const { execa } = await import('execa')
  signal?.throwIfAborted()
  const [file, ...words] = argv
  const { leader: command, release } = startGroup(() =>
    execa(file, words, {
      reject: false,
      stdin: 'ignore',
      encoding: 'buffer',
      stripFinalNewline: false,
      maxBuffer: maxBytes,
      // A process group of its own, so that what the command started, which may hold the pipes open, is killed with it; and no terminal for
      // prompts.
      detached: true,
    }),
  )
  const endAll = () => {
    signalGroup(command.pid, 'SIGKILL')
    for (const pipe of [command.stdout, command.stderr]) pipe?.destroy()
  }
  const givenUp = Promise.withResolvers<never>()
  const expire = () => givenUp.reject(execTimeout(argv, THIS_MACHINE, timeoutMs))
  const timer = setTimeout(expire, Math.min(timeoutMs, MAX_TIMER_MS))
  const aborted = () => givenUp.reject(signal?.reason)
  signal?.addEventListener('abort', aborted, { once: true })
  try {
    const { exitCode, isTerminated, isMaxBuffer, stdout, stderr, originalMessage, cause } = await Promise.race([
      command,
      givenUp.promise,
    ])
    if (isMaxBuffer) throw execOutput(argv, THIS_MACHINE, maxBytes)
    if (exitCode === undefined && !isTerminated) throw execFailed(argv, THIS_MACHINE, originalMessage, cause)
    return { exitStatus: exitCode ?? null, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr).toString() }
  } catch (error) {
    endAll()
    throw error
  } finally {
    release()
    clearTimeout(timer)
    signal?.removeEventListener('abort', aborted)
  }
}
