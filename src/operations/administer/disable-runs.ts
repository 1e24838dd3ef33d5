import type { Pnn } from '../../lib/cluster/node.ts'
import { allNodesText } from '../../lib/cluster/node-text.ts'
import { ERRNO } from '../../lib/errno.ts'
import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'
import { localTime } from '../../lib/local-time.ts'
import type { TargetNode } from '../target-node.ts'
import { type Disableable, prepareRequest, RECOVERIES, TAKEOVER_RUNS } from './disable-request.ts'

/** The code of the error when no recovery daemon answers. */
export const NO_RECOVERY_DAEMON = 'NO_RECOVERY_DAEMON'

/** ctdb's exit status when no node answers its messages. */
const NO_ANSWER_STATUS = ERRNO.ETIME

/** A day. If runs are never enabled again, they resume while administrators still know why they were disabled. */
const MAX_SECONDS = 86_400

/**
 * For how long ctdb disables runs: twice its time limit (-t), here at most a day. A negative limit, which ctdb reads as unsigned, would be
 * 136 years.
 */
export const disabledSeconds = (timelimit: number): number => (timelimit < 0 ? MAX_SECONDS : Math.min(2 * timelimit, MAX_SECONDS))

/** The nodes on which takeover runs, or recoveries, are disabled, and for how long. */
export interface DisabledRuns {
  /** The connected nodes. All have to agree, inactive ones too, because any may become the leader. */
  readonly nodes: readonly Pnn[]
  /** Runs resume by themselves after this time (at most a day) if they are not enabled again. */
  readonly seconds: number
  /** Stops waiting for answers; the runs are enabled again nevertheless. */
  readonly signal?: AbortSignal | undefined
  /** Fails with NO_RECOVERY_DAEMON when no node at all has answered for this long. */
  readonly silenceMs?: number
  /**
   * Goes on if nodes do not answer in time. So does ctdb: it means to fail then, but checks for another error number than it gets.
   */
  readonly toleratesSilence?: boolean | undefined
  /** Connects again, for `use`. Tried once, when the connection is lost before the runs are enabled again. */
  readonly reconnect?: (<T>(use: (node: TargetNode) => Promise<T>) => Promise<T>) | undefined
  /** Called with the state that remains if the program ends now, as soon as runs may be disabled; with undefined once they are enabled again. */
  readonly leaves?: ((what: string | undefined) => void) | undefined
  /** Called when runs are enabled again: all nodes that had agreed have confirmed it, and the request was sent to the others. */
  readonly onEnabled?: (() => void) | undefined
}

/**
 * Disables takeover runs, calls `work`, and enables them again in any case: also when `work` fails or is aborted, and when not all nodes
 * agreed to disable them.
 * @throws CtdbtsError RUNS_NOT_DISABLED when not every node agrees in time (a leader in the middle of a run does not); NO_RECOVERY_DAEMON;
 * RUNS_STILL_DISABLED, with the time at which runs resume by themselves, when they cannot be enabled again; the error of `work`, with that
 * information added if both fail; the signal's reason.
 */
export const withTakeoverRunsDisabled = <T>(node: TargetNode, runs: DisabledRuns, work: () => Promise<T>): Promise<T> =>
  withDisabled(TAKEOVER_RUNS, node, runs, work)

/**
 * The same for recoveries.
 * @throws CtdbtsError RECOVERIES_NOT_DISABLED, RECOVERIES_STILL_DISABLED; and as {@link withTakeoverRunsDisabled}.
 */
export const withRecoveriesDisabled = <T>(node: TargetNode, runs: DisabledRuns, work: () => Promise<T>): Promise<T> =>
  withDisabled(RECOVERIES, node, runs, work)

/** The nodes on which runs may be disabled. */
interface RequestState {
  readonly sent: Set<Pnn>
  readonly agreed: Set<Pnn>
  /** When runs resume by themselves. */
  readonly resumeAt: Date
}

async function withDisabled<T>(what: Disableable, node: TargetNode, runs: DisabledRuns, work: () => Promise<T>): Promise<T> {
  const { nodes, signal, silenceMs, leaves } = runs
  const seconds = Math.min(runs.seconds, MAX_SECONDS)
  const onEnabled = () => {
    leaves?.(undefined)
    runs.onEnabled?.()
  }
  signal?.throwIfAborted()
  const disable = await prepareRequest(what, node, nodes, signal)
  const resumeAt = new Date(Date.now() + seconds * 1000)
  const asked: RequestState = { sent: new Set(), agreed: new Set(), resumeAt }
  const { sent, agreed } = asked
  leaves?.(
    `${what.name} may stay disabled on ${named(nodes)} until ${localTime(resumeAt, new Date())}, when they resume by themselves`,
  )
  let result: T
  try {
    const refused = await disable({
      seconds,
      waitFor: nodes,
      silenceMs,
      onSent: (pnn) => sent.add(pnn),
      onAnswer: (pnn) => agreed.add(pnn),
    })
    requireAgreement(what, runs, agreed, refused)
    signal?.throwIfAborted()
    result = await work()
  } catch (error) {
    if (sent.size === 0) throw error
    const left = await enable(what, node, runs, asked)
    if (left) throw bothFailed(error, left)
    onEnabled()
    throw error
  }
  const left = await enable(what, node, runs, asked)
  if (left) throw left
  onEnabled()
  return result
}

function requireAgreement(
  { name, code }: Disableable,
  { nodes, silenceMs, toleratesSilence }: DisabledRuns,
  agreed: ReadonlySet<Pnn>,
  refused: Pnn | undefined,
): void {
  const text = `Failed to disable ${name}`
  if (refused !== undefined) {
    throw new CtdbtsError(`${code}_NOT_DISABLED`, `${named([refused])} refuses to disable ${name}`, {
      hint: 'it may be in the middle of one; retry in a few seconds',
      ctdbText: { stderr: [text] },
    })
  }
  const silent = nodes.filter((pnn) => !agreed.has(pnn))
  if (silent.length === 0 || toleratesSilence) return
  const isNobodyThere = silenceMs !== undefined && agreed.size === 0
  throw new CtdbtsError(
    isNobodyThere ? NO_RECOVERY_DAEMON : `${code}_NOT_DISABLED`,
    `cannot disable ${name}: no answer from ${named(silent)}`,
    {
      hint: 'every connected node has to agree; check whether its recovery daemon hangs',
      exitStatus: NO_ANSWER_STATUS,
      ctdbText: { stderr: [timedOut(name), text] },
    },
  )
}

/** ctdb's text, both when disabling and when enabling. */
const timedOut = (name: string): string => `Timed out waiting to disable ${name}`

/**
 * Enables runs again. Sends the request to all nodes, but waits only for those that had agreed: a node that has not answered yet receives both
 * requests in order. Does not throw.
 * @returns the error when runs could not be enabled.
 */
async function enable(
  what: Disableable,
  node: TargetNode,
  { nodes, reconnect }: DisabledRuns,
  { sent, agreed, resumeAt }: RequestState,
): Promise<CtdbtsError | undefined> {
  const { name, code, consequence } = what
  const stillDisabled = (where: readonly Pnn[], exitStatus: number, text: readonly string[], cause?: unknown) => {
    const stay = where.every((pnn) => agreed.has(pnn)) ? 'stay' : 'may stay'
    const left = `${name} ${stay} disabled on ${named(where)} until ${localTime(resumeAt, new Date())}, when they resume by themselves`
    return new CtdbtsError(`${code}_STILL_DISABLED`, left, {
      hint: `until then ${consequence}`,
      exitStatus,
      ctdbText: { stderr: [...text, `Failed to enable ${name}`, left] },
      cause,
    })
  }
  const silent = new Set(agreed)
  try {
    const send = async (by: TargetNode) => {
      const request = await prepareRequest(what, by, nodes)
      return await request({ seconds: 0, waitFor: [...agreed], onAnswer: (pnn) => silent.delete(pnn) })
    }
    const refused = await send(node).catch((lost: unknown) => {
      if (node.client.isOpen || !reconnect) throw lost
      return reconnect(send)
    })
    if (refused !== undefined) return stillDisabled([refused], EXIT_STATUS.failure, [])
    return silent.size > 0 ? stillDisabled([...silent], NO_ANSWER_STATUS, [timedOut(name)]) : undefined
  } catch (cause) {
    // It is not known which node received which request.
    return stillDisabled([...sent], EXIT_STATUS.failure, [], cause)
  }
}

/** One error for both failures: that of the work, and that runs could not be enabled again. */
function bothFailed(error: unknown, left: CtdbtsError): CtdbtsError {
  const known = error instanceof CtdbtsError ? error : undefined
  // ctdb does not try to enable them then, so it has no text for this.
  const text = known?.ctdbText && { ...known.ctdbText, stderr: [...known.ctdbText.stderr, left.message] }
  return (known ?? left).with({
    message: `${error instanceof Error ? error.message : String(error)}; and ${left.message}`,
    hint: known?.hint ?? left.hint,
    ctdbText: text,
    cause: error,
  })
}

const named = (nodes: readonly Pnn[]): string => allNodesText(nodes.toSorted((a, b) => a - b))
