import type { CtdbtsError } from '../lib/errors.ts'
import { GUARD_GO, GUARD_NO_INPUT, GUARD_NO_NULL, GUARD_SCRIPT, GUARD_STARTED } from '../lib/host/guard-script.ts'
import { noNullDevice } from './exec-errors.ts'
import type { ExecLimits, ExecResult } from './host-access.ts'
import { outcomeOf } from './outcome.ts'
import type { RunningCommand } from './running-command.ts'

/** A way to a machine on which a command does not end with what leads to it. */
export interface GuardedWay {
  /** Name of the machine for messages. */
  readonly machine: string
  start(argv: readonly [string, ...string[]]): Promise<RunningCommand>
  /** The error when nothing ran there. */
  failed(stderr: string, exitStatus: number | null, stdout: Buffer): CtdbtsError
  /** The error when the way does not pass on standard input. */
  noInput(): CtdbtsError
}

/**
 * Runs a command under {@link GUARD_SCRIPT}, which ends it when its standard input ends: when it is given up here, or this program ends.
 * @throws CtdbtsError as {@link outcomeOf}, {@link noNullDevice}, and those of `way`.
 */
export async function execGuarded(
  way: GuardedWay,
  argv: readonly [string, ...string[]],
  limits: ExecLimits,
): Promise<ExecResult> {
  limits.signal?.throwIfAborted()
  const command = await way.start(['sh', '-c', GUARD_SCRIPT, 'ctdbts', ...argv])
  command.stream.write(`${GUARD_GO}\n`)
  const { stdout: mixed, onStdout } = withoutMixed(limits.onStdout)
  const { exitStatus, stdout, stderr } = await outcomeOf(command, argv, way.machine, { ...limits, onStdout })
  const lines = stderr.split('\n')
  if (lines.includes(GUARD_NO_INPUT)) throw way.noInput()
  if (lines.includes(GUARD_NO_NULL)) throw noNullDevice(way.machine)
  const started = lines.indexOf(GUARD_STARTED)
  if (started === -1) throw way.failed(stderr, exitStatus, Buffer.concat([stdout, ...mixed]))
  return { exitStatus, stdout, stderr: lines.toSpliced(started, 1).join('\n') }
}

/** Does not pass on an output that begins with what the guard says on standard error: a terminal mixes the two. */
function withoutMixed(onStdout: ExecLimits['onStdout']): { stdout: readonly Buffer[]; onStdout: ExecLimits['onStdout'] } {
  const stdout: Buffer[] = []
  let isFirst = true
  return {
    stdout,
    onStdout:
      onStdout &&
      ((chunk) => {
        if (isFirst && chunk.includes(GUARD_STARTED)) stdout.push(chunk)
        isFirst = false
        return stdout.length > 0 ? undefined : onStdout(chunk)
      }),
  }
}
