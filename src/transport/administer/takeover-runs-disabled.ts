import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'
import type { AskedNode } from '../asked-node.ts'
import { nextReplySrvid } from '../reply-srvid.ts'
import type { ValueOf } from '../wire/codec.ts'
import { answerTo, type MessageKind, messages } from '../wire/messages.ts'
import type { disableRequest } from '../wire/structs.ts'

/** The code of the error for a cluster in which not one recovery daemon answers. */
export const NOBODY = 'NO_RECOVERY_DAEMON'

/** ETIME, with which the real tool ends when nobody answers its messages. */
const NO_ANSWER_STATUS = 62

/** What the recovery daemons can be asked not to do for a time. */
interface Disableable {
  /** As the real tool calls it. */
  readonly name: string
  readonly message: MessageKind<ValueOf<typeof disableRequest>>
  /** Of errors: RUNS, RECOVERIES. */
  readonly code: string
  /** What does not happen meanwhile. */
  readonly without: string
}

const TAKEOVER_RUNS: Disableable = {
  name: 'takeover runs',
  message: messages.disableTakeoverRuns,
  code: 'RUNS',
  without: 'no address moves when a node fails',
}

const RECOVERIES: Disableable = {
  name: 'recoveries',
  message: messages.disableRecoveries,
  code: 'RECOVERIES',
  without: 'the cluster does not recover when a node fails',
}

/** For which nodes and how long takeover runs, or recoveries, are to be disabled. */
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
export const withTakeoverRunsDisabled = <T>(node: AskedNode, runs: DisabledRuns, work: () => Promise<T>): Promise<T> =>
  withDisabled(TAKEOVER_RUNS, node, runs, work)

/**
 * The same for recoveries.
 * @throws CtdbtsError RECOVERIES_NOT_DISABLED, RECOVERIES_STILL_DISABLED; and as {@link withTakeoverRunsDisabled}.
 */
export const withRecoveriesDisabled = <T>(node: AskedNode, runs: DisabledRuns, work: () => Promise<T>): Promise<T> =>
  withDisabled(RECOVERIES, node, runs, work)

async function withDisabled<T>(what: Disableable, node: AskedNode, runs: DisabledRuns, work: () => Promise<T>): Promise<T> {
  const { nodes, seconds, signal, silenceMs, onEnabled } = runs
  signal?.throwIfAborted()
  const disable = await prepare(what, node, nodes, signal)
  const backAt = new Date(Date.now() + seconds * 1000)
  let result: T
  try {
    judgeDisabling(what, runs, await disable(seconds, silenceMs))
    signal?.throwIfAborted()
    result = await work()
  } catch (error) {
    if (error instanceof CtdbtsError && error.code === NOBODY) {
      // Should they only be slow they get this, too. There is no use in waiting for their answers again.
      await enableUnheard(what, node, nodes)
      throw error
    }
    const left = await enable(what, node, runs, backAt)
    if (left) throw bothTold(error, left)
    onEnabled?.()
    throw error
  }
  const left = await enable(what, node, runs, backAt)
  if (left) throw left
  onEnabled?.()
  return result
}

function judgeDisabling({ name, code }: Disableable, { nodes, silenceMs }: DisabledRuns, { silent, refused }: Answers): void {
  const text = `Failed to disable ${name}`
  if (refused !== undefined) {
    throw new CtdbtsError(`${code}_NOT_DISABLED`, `${named([refused])} does not let ${name} be disabled`, {
      hint: 'it may be in the middle of one: try again in a few seconds',
      ctdbText: { stderr: [text] },
    })
  }
  if (silent.length === 0) return
  const nobody = silenceMs !== undefined && silent.length === nodes.length
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

/** Never throws: returns what there is to say when they could not be enabled. */
async function enable(
  what: Disableable,
  node: AskedNode,
  { nodes, again }: DisabledRuns,
  backAt: Date,
): Promise<CtdbtsError | undefined> {
  const { name, code, without } = what
  const stillDisabled = (where: string, exitStatus: number, text: readonly string[], cause?: unknown) => {
    const left = `${name} stay disabled on ${where} until ${backAt.toTimeString().slice(0, 8)}, when they come back by themselves`
    return new CtdbtsError(`${code}_STILL_DISABLED`, left, {
      hint: `until then ${without}`,
      exitStatus,
      ctdbText: { stderr: [...text, `Failed to enable ${name}`, left] },
      cause,
    })
  }
  try {
    const ask = async (by: AskedNode) => await (await prepare(what, by, nodes))(0)
    const { silent, refused } = await ask(node).catch((lost: unknown) => {
      if (node.client.isOpen || !again) throw lost
      return again(ask)
    })
    if (refused !== undefined) return stillDisabled(named([refused]), EXIT_STATUS.failure, [])
    return silent.length > 0 ? stillDisabled(named(silent), NO_ANSWER_STATUS, [timedOut(name)]) : undefined
  } catch (cause) {
    return stillDisabled(named(nodes), EXIT_STATUS.failure, [], cause)
  }
}

async function enableUnheard({ message }: Disableable, { client, localPnn }: AskedNode, nodes: readonly Pnn[]): Promise<void> {
  const request = { pnn: await localPnn, replySrvid: 0n, timeoutSeconds: 0 }
  for (const to of nodes) client.send(message, to, request)
}

interface Answers {
  /** Those that have not answered. */
  readonly silent: readonly Pnn[]
  /** The first node that said no; the others are not waited for then. */
  readonly refused?: Pnn
}

/**
 * Gets ready for one request to all nodes, with a srvid of its own: an answer that comes late must not count for the next request. What is
 * returned sends it (seconds; 0 enables), and waits until each node has answered with its own PNN, but no longer than the time limit.
 */
async function prepare(
  { message }: Disableable,
  { client, localPnn, timeoutMs }: AskedNode,
  nodes: readonly Pnn[],
  signal?: AbortSignal,
): Promise<(timeoutSeconds: number, silenceMs?: number) => Promise<Answers>> {
  const pnn = await localPnn
  const replySrvid = nextReplySrvid()
  const answers = await client.subscribe(answerTo(replySrvid), { signal })
  return async (timeoutSeconds, silenceMs = timeoutMs) => {
    try {
      for (const to of nodes) client.send(message, to, { pnn, replySrvid, timeoutSeconds })
      const silent = new Set(nodes)
      const startMs = performance.now()
      while (silent.size > 0) {
        const limitMs = silent.size === nodes.length ? Math.min(silenceMs, timeoutMs) : timeoutMs
        const answer = await answers.next(startMs + limitMs - performance.now())
        if (!answer) break
        if (answer.data < 0) return { silent: [...silent], refused: answer.from }
        silent.delete(answer.data)
      }
      return { silent: [...silent] }
    } finally {
      answers.close()
    }
  }
}

/** Both what went wrong and that the runs could not be enabled again after it. */
function bothTold(error: unknown, left: CtdbtsError): CtdbtsError {
  const known = error instanceof CtdbtsError ? error : undefined
  const hint = known?.hint ?? left.hint
  const text = known?.ctdbText && { ...known.ctdbText, stderr: [...known.ctdbText.stderr, ...(left.ctdbText?.stderr ?? [])] }
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
