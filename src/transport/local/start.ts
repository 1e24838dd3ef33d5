import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { execFailed } from '../exec-errors.ts'
import { THIS_MACHINE } from '../host-access.ts'
import type { RunningCommand } from '../running-command.ts'
import { signalGroup, startGroup } from './process-group.ts'
import { ProcessStream } from './process-stream.ts'

/** How long a command may take to end after SIGTERM, in milliseconds. */
const GRACE_MS = 3000

/** A command on this machine, which is the leader of a process group. */
export interface LocalCommand extends RunningCommand {
  readonly pid: number
}

/**
 * Starts a command on this machine. It does not outlive this process: its input ends, and it gets SIGTERM.
 * @throws CtdbtsError EXEC_FAILED when it cannot be started.
 */
export async function startLocally(
  [file, ...words]: readonly [string, ...string[]],
  { env }: { readonly env?: NodeJS.ProcessEnv } = {},
): Promise<LocalCommand> {
  // A process group of its own, so that what the command started ends with it, and Ctrl-C does not reach it before us.
  const { leader: child, release } = startGroup(() =>
    spawn(file, words, { stdio: ['pipe', 'pipe', 'pipe'], detached: true, ...(env && { env }) }),
  )
  const exitStatus = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const { pid } = child
  if (pid === undefined) {
    release()
    const [cause] = await once(child, 'error')
    throw execFailed([file], THIS_MACHINE, (cause as Error).message, cause)
  }
  child.once('exit', release)
  return {
    pid,
    stream: new ProcessStream(child),
    stderr: child.stderr,
    exitStatus,
    kill: () => {
      for (const pipe of child.stdio) pipe?.destroy()
      if (!signalGroup(pid, 'SIGTERM')) return
      const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), GRACE_MS)
      child.once('exit', () => clearTimeout(timer))
    },
  }
}
