import { execa } from 'execa'
import { CtdbtsError } from '../../lib/errors.ts'

/** Far more than `ip` prints for any node; a command that prints more is killed. In characters. */
const MAX_OUTPUT = 16 * 1024 * 1024

export interface CommandOptions {
  /** Kills the command. */
  readonly signal?: AbortSignal | undefined
  /** Its standard input; nothing unless given. */
  readonly input?: string
}

/** The result of a command that ended by itself. The output includes the final newline. */
export interface Ran {
  readonly exitStatus: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a command without a shell. An exit status other than 0 is not an error.
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
  if (result.isCanceled) throw commandFailed([file, ...argv], 'cancelled because the network is being removed')
  if (exitCode === undefined || result.isMaxBuffer) throw commandFailed([file, ...argv], result.shortMessage ?? '', result.cause)
  return { exitStatus: exitCode, stdout, stderr }
}

/**
 * Like {@link run}, for a command that has to succeed.
 * @returns its standard output.
 * @throws CtdbtsError NETNS_FAILED with its standard error.
 */
export async function runOk(argv: readonly [string, ...string[]], options?: CommandOptions): Promise<string> {
  const { exitStatus, stdout, stderr } = await run(argv, options)
  if (exitStatus !== 0) throw commandFailed(argv, stderr.trim() || `exit status ${exitStatus}`)
  return stdout
}

/** The error for a command that failed. */
export function commandFailed(argv: readonly string[], why: string, cause?: unknown): CtdbtsError {
  return new CtdbtsError('NETNS_FAILED', `\`${argv.join(' ')}\`: ${why}`, {
    hint: 'this needs a Linux kernel with network namespaces and veth, and, in a container, the right to use them (CAP_SYS_ADMIN, CAP_NET_ADMIN)',
    cause,
  })
}
