import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'
import type { AskedNode } from '../asked-node.ts'
import { nextReplySrvid } from '../reply-srvid.ts'
import type { Subscription } from '../subscription.ts'
import { controls } from '../wire/controls.ts'
import { answerTo, messages } from '../wire/messages.ts'

/** The code of the error for a cluster in which not one recovery daemon answers. */
export const NOBODY = 'NO_RECOVERY_DAEMON'

/** ETIME, with which the real tool ends when nobody answers its messages. */
const NO_ANSWER_STATUS = 62

/** For which nodes and how long takeover runs are to be disabled. */
export interface DisabledRuns {
  /** Those that are connected. Every one has to agree, inactive ones too: any may become the leader. */
  readonly nodes: readonly Pnn[]
  /** After so long they come back by themselves, should nobody enable them again. */
  readonly seconds: number
  /** Ends the waiting for answers; the runs are enabled again nevertheless. */
  readonly signal?: AbortSignal | undefined
  /** When not one node has answered after so long, nobody is waited for any longer: NO_RECOVERY_DAEMON. */
  readonly silenceMs?: number
  /** Connects anew for the time of `use`: tried once, when the connection is lost before they were enabled again. */
  readonly again?: (<T>(use: (node: AskedNode) => Promise<T>) => Promise<T>) | undefined
  /** Told when they are enabled again on all nodes. */
  readonly onEnabled?: (() => void) | undefined
}

/**
 * Disables takeover runs, does something, and enables them again, whatever became of it: also when it fails or is aborted, and when not
 * all nodes could be won in the first place.
 * @throws CtdbtsError RUNS_NOT_DISABLED when not every node agrees in time (a leader in the middle of a run does not); NO_RECOVERY_DAEMON;
 * RUNS_STILL_DISABLED when they could not be enabled again, with the time at which they come back by themselves; what `work` throws, with
 * that added where both went wrong; the signal's reason.
 */
export async function withTakeoverRunsDisabled<T>(node: AskedNode, runs: DisabledRuns, work: () => Promise<T>): Promise<T> {
  const { nodes, seconds, signal, silenceMs, onEnabled } = runs
  signal?.throwIfAborted()
  const disable = await prepare(node, nodes, signal)
  const backAt = new Date(Date.now() + seconds * 1000)
  const agreed = new Set<Pnn>()
  let result: T
  try {
    const refused = await disable({ seconds, waitFor: nodes, silenceMs, onAnswer: (pnn) => agreed.add(pnn) })
    judgeDisabling(runs, agreed, refused)
    signal?.throwIfAborted()
    result = await work()
  } catch (error) {
    const left = await enable(node, runs, [...agreed], backAt)
    if (left) throw bothTold(error, left)
    onEnabled?.()
    throw error
  }
  const left = await enable(node, runs, nodes, backAt)
  if (left) throw left
  onEnabled?.()
  return result
}

function judgeDisabling({ nodes, silenceMs }: DisabledRuns, agreed: ReadonlySet<Pnn>, refused: Pnn | undefined): void {
  const text = 'Failed to disable takeover runs'
  if (refused !== undefined) {
    throw new CtdbtsError('RUNS_NOT_DISABLED', `${named([refused])} does not let takeover runs be disabled`, {
      hint: 'it may be in the middle of one: try again in a few seconds',
      ctdbText: { stderr: [text] },
    })
  }
  const silent = nodes.filter((pnn) => !agreed.has(pnn))
  if (silent.length === 0) return
  const code = silenceMs !== undefined && agreed.size === 0 ? NOBODY : 'RUNS_NOT_DISABLED'
  throw new CtdbtsError(code, `takeover runs could not be disabled: no answer from ${named(silent)}`, {
    hint: 'every connected node has to agree; one whose recovery daemon hangs cannot',
    exitStatus: NO_ANSWER_STATUS,
    ctdbText: { stderr: [TIMED_OUT, text] },
  })
}

/** What the real tool says in both directions. */
const TIMED_OUT = 'Timed out waiting to disable takeover runs'

/**
 * Tells all nodes, but waits only for those that had agreed: one that has not answered yet gets both requests in this order.
 * Never throws: returns what there is to say when they could not be enabled.
 */
async function enable(
  node: AskedNode,
  { nodes, again }: DisabledRuns,
  agreed: readonly Pnn[],
  backAt: Date,
): Promise<CtdbtsError | undefined> {
  const stillDisabled = (where: readonly Pnn[], exitStatus: number, text: readonly string[], cause?: unknown) => {
    const left = `takeover runs stay disabled on ${named(where)} until ${backAt.toTimeString().slice(0, 8)}, when they come back by themselves`
    return new CtdbtsError('RUNS_STILL_DISABLED', left, {
      hint: 'until then no address moves when a node fails',
      exitStatus,
      ctdbText: { stderr: [...text, 'Failed to enable takeover runs', left] },
      cause,
    })
  }
  const silent = new Set(agreed)
  try {
    const tell = async (by: AskedNode) => {
      const request = await prepare(by, nodes)
      return await request({ seconds: 0, waitFor: agreed, onAnswer: (pnn) => silent.delete(pnn) })
    }
    const refused = await tell(node).catch((lost: unknown) => {
      if (node.client.isOpen || !again) throw lost
      return again(tell)
    })
    if (refused !== undefined) return stillDisabled([refused], EXIT_STATUS.failure, [])
    return silent.size > 0 ? stillDisabled([...silent], NO_ANSWER_STATUS, [TIMED_OUT]) : undefined
  } catch (cause) {
    return agreed.length > 0 ? stillDisabled(agreed, EXIT_STATUS.failure, [], cause) : undefined
  }
}

interface Request {
  /** 0 enables. */
  readonly seconds: number
  /** Whose answers are waited for, at most for the time limit. */
  readonly waitFor: readonly Pnn[]
  /** At most so long, when not one has answered. */
  readonly silenceMs?: number | undefined
  readonly onAnswer: (pnn: Pnn) => void
}

/**
 * Gets ready for one request to all nodes, with a srvid of its own: an answer that comes late must not count for the next request. What is
 * returned sends it and waits for the answers: its own PNN from each node. It returns the first node that said no, if one does.
 */
async function prepare(
  { client, localPnn, timeoutMs }: AskedNode,
  nodes: readonly Pnn[],
  signal?: AbortSignal,
): Promise<(request: Request) => Promise<Pnn | undefined>> {
  const pnn = await localPnn
  const replySrvid = nextReplySrvid()
  const answers = await client.subscribe(answerTo(replySrvid), { signal })
  return async (request) => {
    try {
      const { seconds, waitFor } = request
      for (const to of nodes) client.send(messages.disableTakeoverRuns, to, { pnn, replySrvid, timeoutSeconds: seconds })
      // The daemon answers in turn: then it has passed on the messages, and the connection may end.
      if (waitFor.length === 0) await client.control(controls.getPnn, { signal })
      return await collectAnswers(answers, request, timeoutMs)
    } finally {
      answers.close()
    }
  }
}

async function collectAnswers(
  answers: Subscription<number>,
  { waitFor, silenceMs = Number.POSITIVE_INFINITY, onAnswer }: Request,
  timeoutMs: number,
): Promise<Pnn | undefined> {
  const silent = new Set(waitFor)
  const startMs = performance.now()
  while (silent.size > 0) {
    const limitMs = silent.size === waitFor.length ? Math.min(silenceMs, timeoutMs) : timeoutMs
    const answer = await answers.next(startMs + limitMs - performance.now())
    if (!answer) break
    if (answer.data < 0) return answer.from
    if (silent.delete(answer.data)) onAnswer(answer.data)
  }
  return undefined
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

const named = (nodes: readonly Pnn[]): string => (nodes.length === 1 ? `node ${nodes[0]}` : `nodes ${nodes.join(', ')}`)
