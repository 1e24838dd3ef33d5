import type { ClientChannel } from 'ssh2'
import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'
import type { ExecLimits, ExecResult } from '../host-access.ts'
import { abandon, type Session } from './session.ts'

/**
 * Waits for a command to end, and gives what it has printed; its standard input is empty. Standard output and standard error together may
 * have as much as the limit says.
 * @param place for messages.
 * @throws CtdbtsError EXEC_TIMEOUT, EXEC_OUTPUT; the signal's reason. In each case the command is told to stop.
 */
export function outcomeOf(
  { channel, exitStatus }: Session,
  words: readonly string[],
  place: string,
  limits: ExecLimits,
): Promise<ExecResult> {
  const { timeoutMs, maxBytes, signal } = limits
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  let bytes = 0
  return new Promise<ExecResult>((resolve, reject) => {
    const giveUp = (reason: unknown) => {
      settle()
      stop(channel)
      reject(reason)
    }
    const abort = () => giveUp(signal?.reason)
    const timer = setTimeout(() => giveUp(tooLong(words, place, timeoutMs)), timeoutMs)
    const settle = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
    const keep = (chunks: Buffer[]) => (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= maxBytes) chunks.push(chunk)
      else giveUp(tooMuch(words, place, maxBytes))
    }
    // Each ends by itself, and what was said last may come after the status.
    const ends = [channel, channel.stderr].map((stream) => new Promise((done) => stream.once('close', done)))
    channel.on('data', keep(stdout))
    channel.stderr.on('data', keep(stderr))
    channel.on('error', giveUp)
    void Promise.all(ends).then(() => {
      settle()
      resolve({ exitStatus: exitStatus(), stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') })
    })
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort)
    channel.eof()
  })
}

/** sshd lets a command run on when only its channel is closed; for root it does so in any case. */
function stop(channel: ClientChannel): void {
  channel.signal('TERM')
  abandon(channel)
}

function tooLong(words: readonly string[], place: string, timeoutMs: number): CtdbtsError {
  return new CtdbtsError('EXEC_TIMEOUT', `\`${words.join(' ')}\` on ${place} did not end within ${timeoutMs / 1000} s`, {
    hint: 'the host may be hung or overloaded; see whether the command ends there',
    exitStatus: EXIT_STATUS.timedOut,
  })
}

function tooMuch(words: readonly string[], place: string, maxBytes: number): CtdbtsError {
  return new CtdbtsError('EXEC_OUTPUT', `\`${words.join(' ')}\` on ${place} has printed more than ${maxBytes} bytes`, {
    hint: 'see what the command prints there',
  })
}
