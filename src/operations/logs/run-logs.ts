import { randomBytes } from 'node:crypto'
import { CtdbtsError } from '../../lib/errors.ts'
import type { TimeSettings } from '../../lib/history/time-settings.ts'
import { type LogRequest, logCommand, logOutput } from '../../lib/host/log-script.ts'
import { lastLineOf } from '../../lib/last-line.ts'
import { type ExecResult, type HostAccess, machineOf } from '../../transport/host-access.ts'

/** Which part of the logs is wanted. */
export interface LogWishes {
  readonly sinceMs: number | undefined
  readonly untilMs: number | undefined
  /** The most that is read of each machine: the latest. */
  readonly maxBytes: number
  /** Time limit for each command, in milliseconds. */
  readonly timeoutMs: number
  /** The time, and the zone of those machines of which it is not known. */
  readonly times: TimeSettings
  readonly signal?: AbortSignal | undefined
}

/** Why older lines are not read. */
export const AT_LIMIT = 'the limit in bytes is reached (--max-bytes)'

/** Commands that read much may take so long, whatever the limit of an answer is. */
const LEAST_TIMEOUT_MS = 60_000
/** What shells may print before. */
const GREETING_BYTES = 1 << 16
/** Runs the script with a request; `output` is what it printed itself. */
export type RunLogs = (request: LogRequest, maxBytes: number) => Promise<ExecResult & { readonly output: Buffer }>

/** Runs the script for logs on a machine. The function throws what ended the connection to it, and CtdbtsError EXEC_FAILED. */
export function runnerOn(access: HostAccess, { timeoutMs, signal }: Pick<LogWishes, 'timeoutMs' | 'signal'>): RunLogs {
  return async (request, maxBytes) => {
    const nonce = randomBytes(16).toString('hex')
    const limits = { timeoutMs: Math.max(timeoutMs, LEAST_TIMEOUT_MS), maxBytes: maxBytes + GREETING_BYTES, signal }
    const result = await access.exec(logCommand(nonce, request), limits)
    const output = logOutput(result.stdout, nonce)
    if (output) return { ...result, output }
    throw new CtdbtsError(
      'EXEC_FAILED',
      `\`ctdbts-logs\` on ${machineOf(access)} did not run: ${lastLineOf(result.stderr) || 'it printed nothing'}`,
    )
  }
}
