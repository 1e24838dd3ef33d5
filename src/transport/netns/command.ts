import { execa } from 'execa'
import { CtdbtsError } from '../../lib/errors.ts'

/** Far more than `ip` prints of any node; a command that prints more is ended. In characters. */
const MAX_OUTPUT = 16 * 1024 * 1024

export interface CommandOptions {
  /** Ends the command. */
  readonly signal?: AbortSignal | undefined
  /** What it reads from its standard input; nothing unless given. */
  readonly input?: string
}

/** How a command ended by itself. The output is exact, with the newline at its end. */
export interface Ran {
  readonly exitStatus: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a command, without a shell, to its end.
 * @returns also when its exit status is not 0.
 * @throws CtdbtsError NETNS_FAILED when it could not be started, was killed, or printed too much.
 */
export async function run([file, ...argv]: readonly [string, ...string[]], { signal, input }: CommandOptions = {}): Promise<Ran> {
  const result = await execa(file, argv, {
    reject: false,
    stripFinalNewline: false,
    maxBuffer: MAX_OUTPUT,
    ...(signal && { cancelSignal: signal }),
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
  })
  const { exitCode, stdout, stderr } = result
  if (result.isCanceled) throw commandFailed([file, ...argv], 'given up, as the network is being removed')
  if (exitCode === undefined || result.isMaxBuffer) throw commandFailed([file, ...argv], result.shortMessage ?? '', result.cause)
  return { exitStatus: exitCode, stdout, stderr }
}

/**
 * As {@link run}, of a command that has to succeed.
 * @returns what it printed.
 * @throws CtdbtsError NETNS_FAILED with what it wrote to its standard error.
 */
export async function runOk(argv: readonly [string, ...string[]], options?: CommandOptions): Promise<string> {
  const { exitStatus, stdout, stderr } = await run(argv, options)
  if (exitStatus !== 0) throw commandFailed(argv, stderr.trim() || `exit status ${exitStatus}`)
  return stdout
}

/** Of a command that did not do its work. */
export function commandFailed(argv: readonly string[], why: string, cause?: unknown): CtdbtsError {
  return new CtdbtsError('NETNS_FAILED', `\`${argv.join(' ')}\`: ${why}`, {
    hint: 'this needs a Linux kernel with network namespaces and veth, and, in a container, the right to use them (CAP_SYS_ADMIN, CAP_NET_ADMIN)',
    cause,
  })
}
