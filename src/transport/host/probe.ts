import { randomBytes } from 'node:crypto'
import { CtdbtsError } from '../../lib/errors.ts'
import type { HostReport } from '../../lib/host/parse-facts.ts'
import { parseAnswers, parseLook } from '../../lib/host/parse-probe.ts'
import { type AskPace, askCommand, lookCommand, type PlannedQuestion } from '../../lib/host/probe-script.ts'
import { type HostAccess, machineOf } from '../host-access.ts'
import { failureOf } from './collect.ts'

const MAX_OUTPUT_BYTES = 8 << 20

export interface ProbeLimits {
  /** Time limit for the machine besides the time that it may ask, in milliseconds. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads the link addresses of a machine, and what its neighbour tables have of these addresses. What cannot be read is listed as missing.
 * @param addresses in normal form; undefined for all.
 * @throws the signal's reason when it aborts.
 */
export const lookAtNeighbours = (
  access: HostAccess,
  addresses: ReadonlySet<string> | undefined,
  limits: ProbeLimits,
): Promise<HostReport> => run(access, lookCommand, limits, (output, nonce, lost) => parseLook(output, nonce, addresses, lost))

/**
 * Lets a machine ask its networks for the link addresses of addresses. What cannot be asked is listed as missing, or has its reason.
 * @throws the signal's reason when it aborts.
 */
export const askNetworks = (
  access: HostAccess,
  questions: readonly PlannedQuestion[],
  { pace, timeoutMs, signal }: ProbeLimits & { readonly pace: AskPace },
): Promise<HostReport> =>
  run(
    access,
    (nonce) => askCommand(nonce, questions, pace),
    { timeoutMs: timeoutMs + pace.limitS * 1000, signal },
    (output, nonce, lost) => parseAnswers(output, nonce, questions, lost),
  )

/** Runs a script where the node's addresses are. */
async function run(
  access: HostAccess,
  commandOf: (nonce: string) => [string, ...string[]],
  { timeoutMs, signal }: ProbeLimits,
  parse: (output: Uint8Array, nonce: string, lost?: CtdbtsError) => HostReport,
): Promise<HostReport> {
  const machine = access.kernel ?? access
  const nonce = randomBytes(16).toString('hex')
  const command = commandOf(nonce)
  try {
    const result = await machine.exec(command, { timeoutMs, maxBytes: MAX_OUTPUT_BYTES, signal })
    return parse(result.stdout, nonce, failureOf(command, machineOf(machine), result))
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof CtdbtsError)) throw error
    return parse(new Uint8Array(), nonce, error)
  }
}
