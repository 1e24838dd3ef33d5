import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { execFailed } from '../exec-errors.ts'
import { THIS_MACHINE } from '../host-access.ts'
import type { RunningCommand } from '../running-command.ts'
import { signalGroup } from './process-group.ts'
import { ProcessStream } from './process-stream.ts'

/** How long a command may take to end after SIGTERM, in milliseconds. */
const GRACE_MS = 3000

/**
 * Starts a command on this machine. It does not outlive this process: its input ends, and it gets SIGTERM.
 * @throws CtdbtsError EXEC_FAILED when it cannot be started.
 */
export async function startLocally([file, ...words]: readonly [string, ...string[]]): Promise<RunningCommand> {
  // A process group of its own, so that what the command started ends with it, and Ctrl-C does not reach it before us.
  const child = spawn(file, words, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  const exitStatus = new Promise<number | null>((resolve) => child.once('exit', resolve))
  try {
    await once(child, 'spawn')
  } catch (cause) {
    throw execFailed([file], THIS_MACHINE, (cause as Error).message, cause)
  }
  const endSoon = () => void signalGroup(child.pid, 'SIGTERM')
  process.once('exit', endSoon)
  child.once('exit', () => process.off('exit', endSoon))
  return {
    stream: new ProcessStream(child),
    stderr: child.stderr,
    exitStatus,
    kill: () => {
      for (const pipe of child.stdio) pipe?.destroy()
      if (!signalGroup(child.pid, 'SIGTERM')) return
      const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE_MS)
      child.once('exit', () => clearTimeout(timer))
    },
  }
}
