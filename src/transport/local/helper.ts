import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { helperFolder } from '../../lib/cluster/paths.ts'
import { HELPER_FOLDERS, type HelperResult, NO_HELPER_STATUS } from '../host/helper.ts'
import { signalGroup } from './process-group.ts'

export interface LocalHelper {
  /** Name of the program: `ctdb_natgw`. */
  readonly name: string
  /** Environment variable that names another program, as in ctdb up to 4.24: CTDB_NATGW_HELPER. */
  readonly variable: string
  readonly word: string
  readonly env: NodeJS.ProcessEnv
  /** Whether to return its output; otherwise it is passed through to standard output. */
  readonly keepOutput: boolean
  readonly signal: AbortSignal
}

/** How long a helper may take to end after SIGTERM, in milliseconds. */
const GRACE_MS = 2000
/** Exit status of a program that SIGQUIT ended. */
const QUIT_STATUS = 131

/**
 * Runs an installed helper with one word. Its standard input is empty, and it does not outlive this process: when the signal aborts, it is
 * terminated, and killed if it does not end soon. As with ctdb, a variable that is set to an empty value names no program.
 * @throws the signal's reason.
 */
export async function runLocalHelper(helper: LocalHelper): Promise<HelperResult> {
  const { name, variable, word, env, keepOutput, signal } = helper
  signal.throwIfAborted()
  const path = env[variable] ?? findHelper(name, env)
  if (path === '') return { exitStatus: NO_HELPER_STATUS, stdout: '' }
  // Ctrl-\ in a terminal does not reach its group. Heard before it starts, as it may be at work before this continues.
  const quit = () => process.exit(QUIT_STATUS)
  process.on('SIGQUIT', quit)
  // A process group of its own, so that what it started ends with it.
  const child = spawn(path, [word], { env, stdio: ['ignore', keepOutput ? 'pipe' : 'inherit', 'inherit'], detached: true })
  const endNow = () => {
    signalGroup(child.pid, 'SIGKILL')
    // A process that left the group may hold the pipe open.
    child.stdout?.destroy()
  }
  let grace: NodeJS.Timeout | undefined
  const endSoon = () => {
    signalGroup(child.pid, 'SIGTERM')
    grace = setTimeout(endNow, GRACE_MS)
  }
  process.on('exit', endNow)
  signal.addEventListener('abort', endSoon, { once: true })
  try {
    const result = await resultOf(child)
    signal.throwIfAborted()
    return result
  } finally {
    clearTimeout(grace)
    process.off('exit', endNow)
    process.off('SIGQUIT', quit)
    signal.removeEventListener('abort', endSoon)
  }
}

function resultOf(child: ReturnType<typeof spawn>): Promise<HelperResult> {
  const chunks: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return new Promise((resolve) => {
    // The exit status of ctdb's child process is then 64 plus the errno.
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ exitStatus: error.errno === undefined ? NO_HELPER_STATUS : 64 - error.errno, stdout: '' }),
    )
    child.once('close', (exitStatus, signal) =>
      resolve({ exitStatus, signal: signal ? constants.signals[signal] : undefined, stdout: Buffer.concat(chunks).toString() }),
    )
  })
}

/** The path at which it is installed; otherwise the first possible one. */
function findHelper(name: string, env: NodeJS.ProcessEnv): string {
  const folder = helperFolder(env)
  if (folder !== undefined) return `${folder}/${name}`
  const paths = HELPER_FOLDERS.map((each) => `${each}/${name}`)
  return paths.find((path) => existsSync(path)) ?? `${HELPER_FOLDERS[0]}/${name}`
}
