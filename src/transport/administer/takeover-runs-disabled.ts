import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'
import { localTime } from '../../lib/local-time.ts'
import type { AskedNode } from '../asked-node.ts'
import { type Disableable, prepareRequest, RECOVERIES, TAKEOVER_RUNS } from './disable-request.ts'

/** The code of the error for a cluster in which not one recovery daemon answers. */
export const NOBODY = 'NO_RECOVERY_DAEMON'

/** ETIME, with which the real tool ends when nobody answers its messages. */
const NO_ANSWER_STATUS = 62

/** A day. Should nobody enable the runs again, they must come back while somebody still knows why they were disabled. */
const MAX_SECONDS = 86_400

/**
 * For how long the real tool disables runs: twice its time limit (-t); here a day at most. A negative limit, which the real tool takes as
 * unsigned, would be 136 years.
 */
export const disabledSeconds = (timelimit: number): number => (timelimit < 0 ? MAX_SECONDS : Math.min(2 * timelimit, MAX_SECONDS))

/** For which nodes and how long takeover runs, or recoveries, are to be disabled. */
export interface DisabledRuns {
  /** Those that are connected. Every one has to agree, inactive ones too: any may become the leader. */
  readonly nodes: readonly Pnn[]
  /** After so long, and a day at most, they come back by themselves, should nobody enable them again. */
  readonly seconds: number
  /** Ends the waiting for answers; the runs are enabled again nevertheless. */
  readonly signal?: AbortSignal | undefined
  /** When not one node has answered after so long, nobody is waited for any longer: NO_RECOVERY_DAEMON. */
  readonly silenceMs?: number
  /**
   * Goes on though nodes have not answered in time. So does the real tool: it means to fail then, and looks for another error number than
   * it gets.
   */
  readonly toleratesSilence?: boolean | undefined
  /** Connects anew for the time of `use`: tried once, when the connection is lost before they were enabled again. */
  readonly again?: (<T>(use: (node: AskedNode) => Promise<T>) => Promise<T>) | undefined
  /** Told what stays should the program end now, from the moment on when they may be disabled; undefined when they are enabled again. */
  readonly leaves?: ((what: string | undefined) => void) | undefined
  /** Told when they are enabled again: all nodes that had agreed say so, and the request is on its way to the others. */
  readonly onEnabled?: (() => void) | undefined
}

/**
 * Disables takeover runs, does something, and enables them again, whatever became of it: also when it fails or is aborted, and when not
 * all nodes could be won in the first place.
 * @throws CtdbtsError RUNS_NOT_DISABLED when not every node agrees in time (a leader in the middle of a run does not); NO_RECOVERY_DAEMON;
 * RUNS_STILL_DISABLED when they could not be enabled again, with the time at which they come back by themselves; what `work` throws, with
 * that added where both went wrong; the signal's reason.
 */
export const withTakeoverRunsDisabled = <T>(node: AskedNode, runs: DisabledRuns, work: () => Promise<T>): Promise<T> =>
  withDisabled(TAKEOVER_RUNS, node, runs, work)

/**
 * The same for recoveries.
 * @throws CtdbtsError RECOVERIES_NOT_DISABLED, RECOVERIES_STILL_DISABLED; and as {@link withTakeoverRunsDisabled}.
 */
export const withRecoveriesDisabled = <T>(node: AskedNode, runs: DisabledRuns, work: () => Promise<T>): Promise<T> =>
  withDisabled(RECOVERIES, node, runs, work)

/** Where runs may be disabled. */
interface Asked {
  readonly sent: Set<Pnn>
  readonly agreed: Set<Pnn>
  /** When they come back by themselves. */
  readonly backAt: Date
}

async function withDisabled<T>(what: Disableable, node: AskedNode, runs: DisabledRuns, work: () => Promise<T>): Promise<T> {
  const { nodes, signal, silenceMs, leaves } = runs
  const seconds = Math.min(runs.seconds, MAX_SECONDS)
  const onEnabled = () => {
    leaves?.(undefined)
    runs.onEnabled?.()
  }
  signal?.throwIfAborted()
  const disable = await prepareRequest(what, node, nodes, signal)
  const backAt = new Date(Date.now() + seconds * 1000)
  const asked: Asked = { sent: new Set(), agreed: new Set(), backAt }
  const { sent, agreed } = asked
  leaves?.(
    `${what.name} may stay disabled on ${named(nodes)} until ${localTime(backAt, new Date())}, when they come back by themselves`,
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
    judgeDisabling(what, runs, agreed, refused)
    signal?.throwIfAborted()
    result = await work()
  } catch (error) {
    if (sent.size === 0) throw error
    const left = await enable(what, node, runs, asked)
    if (left) throw bothTold(error, left)
    onEnabled()
    throw error
  }
  const left = await enable(what, node, runs, asked)
  if (left) throw left
  onEnabled()
  return result
}

function judgeDisabling(
  { name, code }: Disableable,
  { nodes, silenceMs, toleratesSilence }: DisabledRuns,
  agreed: ReadonlySet<Pnn>,
  refused: Pnn | undefined,
): void {
  const text = `Failed to disable ${name}`
  if (refused !== undefined) {
    throw new CtdbtsError(`${code}_NOT_DISABLED`, `${named([refused])} does not let ${name} be disabled`, {
      hint: 'it may be in the middle of one: try again in a few seconds',
      ctdbText: { stderr: [text] },
    })
  }
  const silent = nodes.filter((pnn) => !agreed.has(pnn))
  if (silent.length === 0 || toleratesSilence) return
  const nobody = silenceMs !== undefined && agreed.size === 0
  throw new CtdbtsError(
    nobody ? NOBODY : `${code}_NOT_DISABLED`,
    `${name} could not be disabled: no answer from ${named(silent)}`,
    {
      hint: 'every connected node has to agree; one whose recovery daemon hangs cannot',
      exitStatus: NO_ANSWER_STATUS,
      ctdbText: { stderr: [timedOut(name), text] },
    },
  )
}

/** What the real tool says in both directions. */
const timedOut = (name: string): string => `Timed out waiting to disable ${name}`

/**
 * Tells all nodes, but waits only for those that had agreed: one that has not answered yet gets both requests in this order.
 * Never throws: returns what there is to say when they could not be enabled.
 */
async function enable(
  what: Disableable,
  node: AskedNode,
  { nodes, again }: DisabledRuns,
  { sent, agreed, backAt }: Asked,
): Promise<CtdbtsError | undefined> {
  const { name, code, without } = what
  const stillDisabled = (where: readonly Pnn[], exitStatus: number, text: readonly string[], cause?: unknown) => {
    const stay = where.every((pnn) => agreed.has(pnn)) ? 'stay' : 'may stay'
    const left = `${name} ${stay} disabled on ${named(where)} until ${localTime(backAt, new Date())}, when they come back by themselves`
    return new CtdbtsError(`${code}_STILL_DISABLED`, left, {
      hint: `until then ${without}`,
      exitStatus,
      ctdbText: { stderr: [...text, `Failed to enable ${name}`, left] },
      cause,
    })
  }
  const silent = new Set(agreed)
  try {
    const tell = async (by: AskedNode) => {
      const request = await prepareRequest(what, by, nodes)
      return await request({ seconds: 0, waitFor: [...agreed], onAnswer: (pnn) => silent.delete(pnn) })
    }
    const refused = await tell(node).catch((lost: unknown) => {
      if (node.client.isOpen || !again) throw lost
      return again(tell)
    })
    if (refused !== undefined) return stillDisabled([refused], EXIT_STATUS.failure, [])
    return silent.size > 0 ? stillDisabled([...silent], NO_ANSWER_STATUS, [timedOut(name)]) : undefined
  } catch (cause) {
    // Nobody knows which of them got which request.
    return stillDisabled([...sent], EXIT_STATUS.failure, [], cause)
  }
}

/** Both what went wrong and that the runs could not be enabled again after it. */
function bothTold(error: unknown, left: CtdbtsError): CtdbtsError {
  const known = error instanceof CtdbtsError ? error : undefined
  const hint = known?.hint ?? left.hint
  // The real tool does not even try to enable them then, so it has no words for that.
  const text = known?.ctdbText && { ...known.ctdbText, stderr: [...known.ctdbText.stderr, left.message] }
  return new CtdbtsError(
    known?.code ?? left.code,
    `${error instanceof Error ? error.message : String(error)}; and ${left.message}`,
    {
      ...(hint !== undefined && { hint }),
      exitStatus: known?.exitStatus ?? left.exitStatus,
      ...(text && { ctdbText: text }),
      cause: error,
    },
  )
}

const named = (nodes: readonly Pnn[]): string =>
  nodes.length === 1 ? `node ${nodes[0]}` : `nodes ${nodes.toSorted((a, b) => a - b).join(', ')}`
