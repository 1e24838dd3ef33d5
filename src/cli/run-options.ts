import { leadingUnsigned } from '../lib/c-number.ts'
import { CtdbtsError, EndedError, saidByCtdb } from '../lib/errors.ts'
import { MAX_TIMER_MS } from '../lib/timers.ts'
import { type HostOptions, wantsHost } from './host-flags.ts'
import { abortUnderWay } from './interruptible.ts'
import { reportError } from './report-error.ts'
import { type SimOptions, wantsSim } from './sim-flags.ts'

/** The limit of `ctdb` without -T and CTDB_TIMEOUT. */
const DEFAULT_MAX_RUNTIME_SECONDS = 120

/** The values of the options that every command has. */
export interface GlobalOptions extends HostOptions {
  readonly node: number | undefined
  readonly timelimit: number
  readonly maxruntime: number | undefined
  readonly verbose: boolean
  readonly 'machine-readable': boolean
  readonly 'machine-parsable': boolean
  readonly separator: string
  readonly 'ctdb-json': boolean
  readonly socket: string | undefined
  readonly 'config-dir': string | undefined
  readonly table: boolean
  readonly json: boolean
}

/** The time limit for each answer, in milliseconds. `ctdb` reads a negative one as unsigned, so it means no limit. */
export const timeoutMsOf = ({ timelimit }: GlobalOptions): number => (timelimit < 0 ? MAX_TIMER_MS : timelimit * 1000)

/** @throws CtdbtsError USAGE when the options name both a real and a simulated cluster. */
export function checkWhere(options: GlobalOptions & SimOptions): void {
  if (!wantsSim(options)) return
  const other =
    options.run !== undefined ? '--run' : wantsHost(options) ? '--host' : options.socket === undefined ? undefined : '--socket'
  if (other === undefined) return
  throw new CtdbtsError('USAGE', `${other} cannot be combined with a simulated cluster`, {
    hint: `leave out ${other}, or --sim and its options`,
  })
}

/**
 * Ends the program when it runs longer than -T, CTDB_TIMEOUT or 120 s. `-T 0` counts as not given; CTDB_TIMEOUT=0 is no limit, as for
 * `ctdb`. Interruptible work cleans up first.
 * @returns a function that cancels the limit.
 * @throws CtdbtsError BAD_NUMBER when CTDB_TIMEOUT does not begin with a number.
 */
export function limitRunTime(options: GlobalOptions): () => void {
  const seconds = maxRuntimeOf(options)
  if (seconds <= 0) return () => {}
  const timer = setTimeout(
    () => {
      const line = 'Maximum runtime exceeded - exiting'
      const error = new EndedError('MAX_RUNTIME', line, { ctdbText: { stderr: [line] } })
      if (abortUnderWay(error)) return
      reportError(error, options.json ? 'json' : 'ctdb')
      process.exit()
    },
    Math.min(seconds * 1000, MAX_TIMER_MS),
  )
  return () => clearTimeout(timer)
}

/**
 * Begins to measure what `limitRunTime` leaves, for a program that we start elsewhere: it is to end no later than we do.
 * @returns a function that returns the whole seconds that are left, at least 1; almost 25 days if there is no limit.
 * @throws CtdbtsError BAD_NUMBER, as `limitRunTime`.
 */
export function runTimeLeft(options: GlobalOptions): () => number {
  const seconds = maxRuntimeOf(options)
  const endsAt = performance.now() + (seconds > 0 ? Math.min(seconds * 1000, MAX_TIMER_MS) : MAX_TIMER_MS)
  return () => Math.max(1, Math.floor((endsAt - performance.now()) / 1000))
}

/** In seconds; none if it is not positive. */
const maxRuntimeOf = ({ maxruntime }: GlobalOptions): number =>
  maxruntime || (timeoutFromEnvironment() ?? DEFAULT_MAX_RUNTIME_SECONDS)

function timeoutFromEnvironment(): number | undefined {
  const text = process.env.CTDB_TIMEOUT
  if (text === undefined) return undefined
  const seconds = leadingUnsigned(text)
  if (seconds !== undefined) return seconds
  throw saidByCtdb('BAD_NUMBER', 'Invalid value CTDB_TIMEOUT')
}
