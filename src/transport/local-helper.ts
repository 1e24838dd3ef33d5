import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { helperFolder } from './ctdb-paths.ts'
import { HELPER_FOLDERS, type HelperResult, NO_HELPER_STATUS } from './host/helper.ts'

export interface LocalHelper {
  /** Of the program: `ctdb_natgw`. */
  readonly name: string
  /** A variable that names another program, as ctdb until 4.24 has it: CTDB_NATGW_HELPER. */
  readonly variable: string
  readonly word: string
  readonly env: NodeJS.ProcessEnv
  /** Whether what it prints is wanted; else it goes to standard output at once. */
  readonly keepOutput: boolean
  readonly signal: AbortSignal
}

/** How long a helper that was told to end may take for it. */
const GRACE_MS = 2000
/** How a program ends that SIGQUIT has ended. */
const QUIT_STATUS = 131

/**
 * Runs an installed helper with one word. It has nothing to read, and does not outlive us: when the signal aborts it is told to end, and
 * soon after made to. A variable that is set to nothing names no program, as with the real tool.
 * @throws the signal's reason.
 */
export async function runLocalHelper(helper: LocalHelper): Promise<HelperResult> {
  const { name, variable, word, env, keepOutput, signal } = helper
  signal.throwIfAborted()
  const path = env[variable] ?? findHelper(name, env)
  if (path === '') return { exitStatus: NO_HELPER_STATUS, stdout: '' }
  // A process group of its own: what it has started ends with it.
  const child = spawn(path, [word], { env, stdio: ['ignore', keepOutput ? 'pipe' : 'inherit', 'inherit'], detached: true })
  const endNow = () => {
    endGroup(child.pid, 'SIGKILL')
    // What has left the group may hold it.
    child.stdout?.destroy()
  }
  let grace: NodeJS.Timeout | undefined
  const endSoon = () => {
    endGroup(child.pid, 'SIGTERM')
    grace = setTimeout(endNow, GRACE_MS)
  }
  // A terminal's Ctrl-\ does not reach that group.
  const quit = () => process.exit(QUIT_STATUS)
  process.on('exit', endNow)
  process.on('SIGQUIT', quit)
  signal.addEventListener('abort', endSoon, { once: true })
  try {
    const result = await ending(child)
    signal.throwIfAborted()
    return result
  } finally {
    clearTimeout(grace)
    process.off('exit', endNow)
    process.off('SIGQUIT', quit)
    signal.removeEventListener('abort', endSoon)
  }
}

function ending(child: ReturnType<typeof spawn>): Promise<HelperResult> {
  const chunks: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return new Promise((resolve) => {
    // The real tool's child then ends with 64 and the error's number.
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ exitStatus: error.errno === undefined ? NO_HELPER_STATUS : 64 - error.errno, stdout: '' }),
    )
    child.once('close', (exitStatus, signal) =>
      resolve({ exitStatus, signal: signal ? constants.signals[signal] : undefined, stdout: Buffer.concat(chunks).toString() }),
    )
  })
}

/** Where it is; else where it should be. */
function findHelper(name: string, env: NodeJS.ProcessEnv): string {
  const folder = helperFolder(env)
  if (folder !== undefined) return `${folder}/${name}`
  const paths = HELPER_FOLDERS.map((each) => `${each}/${name}`)
  return paths.find((path) => existsSync(path)) ?? `${HELPER_FOLDERS[0]}/${name}`
}

function endGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (leader !== undefined) process.kill(-leader, signal)
  } catch {
    // All have ended.
  }
}
