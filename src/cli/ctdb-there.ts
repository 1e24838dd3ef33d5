import { StringDecoder } from 'node:string_decoder'
import { CtdbtsError, EXIT_STATUS } from '../lib/errors.ts'
import { SHELL_STATUS } from '../lib/shell-status.ts'
import { MAX_TIMER_MS } from '../lib/timers.ts'
import { controls } from '../lib/wire/controls.ts'
import { ask, type TargetNode } from '../operations/target-node.ts'
import { type HostAccess, machineOf } from '../transport/host-access.ts'
import { visibleLines } from '../ui/visible.ts'
import { written } from './steady-output.ts'

/** Of what it reports; what it prints is not kept. */
const MAX_BYTES = 1 << 24
const MAX_PID_BYTES = 4096

/**
 * The words of a command for `ctdb`, with time limits in seconds. Where it is not reached by a signal, it goes on after we have reported that it
 * was given up: so it has to end by itself.
 */
export const ctdbWords = (
  words: readonly string[],
  { maxRuntime, timeLimit }: { readonly maxRuntime: number; readonly timeLimit: number },
): string[] => {
  const [command = '', ...rest] = words
  const end = rest.some((word) => word.startsWith('-')) ? ['--'] : []
  return ['-T', String(maxRuntime), '-t', String(timeLimit), command, ...end, ...rest]
}

/**
 * Makes sure that the `ctdb` there asks the daemon that we ask, as it only looks for a socket where it was built to.
 * @throws CtdbtsError FILE_ELSEWHERE if not.
 */
export async function checkSameDaemon(access: HostAccess, node: TargetNode, timeoutMs: number): Promise<void> {
  const [{ exitStatus, stdout }, pid] = await Promise.all([
    access.exec(['ctdb', 'getpid'], { timeoutMs, maxBytes: MAX_PID_BYTES }),
    ask(node, controls.getPid),
  ])
  if (exitStatus === SHELL_STATUS.notFound || /\d+/.exec(stdout.toString())?.[0] === String(pid)) return
  throw new CtdbtsError(
    'FILE_ELSEWHERE',
    `the \`ctdb\` on ${machineOf(access)} asks another daemon than that of the socket given`,
    {
      hint: 'leave out --socket, or run the command on the node itself',
    },
  )
}

/**
 * Runs a command line of `ctdb` on another machine, and prints what it prints, as it comes.
 * @throws CtdbtsError NO_CTDB; HELPER_FAILED with its exit status, when it has said why.
 */
export async function runCtdbOn(access: HostAccess, words: readonly string[], signal?: AbortSignal): Promise<void> {
  const decoder = process.stdout.isTTY ? new StringDecoder() : undefined
  const onStdout = (chunk: Buffer) => written(decoder ? visibleLines(decoder.write(chunk)) : chunk)
  // -T ends it.
  const limits = { timeoutMs: MAX_TIMER_MS, maxBytes: MAX_BYTES, signal, onStdout }
  const { exitStatus, stdout, stderr } = await access.exec(['ctdb', ...words], limits)
  if (exitStatus === SHELL_STATUS.notFound) {
    throw new CtdbtsError('NO_CTDB', `no \`ctdb\` is installed on ${machineOf(access)}`, {
      hint: 'the command needs it there, as it works on something of that machine',
    })
  }
  await written(decoder ? visibleLines(decoder.end(stdout)) : stdout)
  process.stderr.write(visibleLines(stderr))
  if (exitStatus === 0) return
  throw new CtdbtsError('HELPER_FAILED', `\`ctdb\` on ${machineOf(access)} ended with ${exitStatus ?? 'a signal'}`, {
    exitStatus: exitStatus ?? EXIT_STATUS.failure,
    ctdbText: { stderr: [] },
  })
}
