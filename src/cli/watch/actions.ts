import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError, EndedError } from '../../lib/errors.ts'
import type { Observation } from '../../lib/watch/observation.ts'
import { changeState, nothingToChange, type StateStep } from '../../operations/administer/change-state.ts'
import { moveIp } from '../../operations/administer/move-ip.ts'
import { DISABLE, ENABLE } from '../../operations/administer/state-changes.ts'
import { requestTakeoverRun } from '../../operations/administer/takeover-run.ts'
import { type TargetNode, targetNode } from '../../operations/target-node.ts'
import type { ClusterAction } from '../../ui/watch/model/model.ts'
import { actionText } from '../../ui/watch/update/cluster-action.ts'
import { publicAddressOf } from '../address-arguments.ts'
import { interruptedChange } from '../interruption-report.ts'
import { judgeMove, lookAtAddress } from '../moveip/outlook.ts'

type ActionObservation = Extract<Observation, { kind: 'done' }>

/** The outcome of an action, in a sentence. */
export interface ActionResult {
  readonly text: string
  readonly failed: boolean
}

/** The start of an action, as an observation for the timeline. */
const beginObservation = (action: ClusterAction, atMs: number) => ({
  kind: 'done' as const,
  stage: 'begun' as const,
  atMs,
  text: actionText(action),
  does: action.kind,
  pnns: action.kind === 'move' ? [action.to] : action.kind === 'takeover-run' ? [] : [action.pnn],
  addresses: action.kind === 'move' ? [action.address] : [],
})

/** Carries out the actions that the user of a watch has confirmed, one at a time. */
export class Actions {
  private readonly anyone: () => TargetNode
  private readonly observe: (done: ActionObservation) => void
  private readonly onProblem: (problem: CtdbtsError) => void
  private controller = new AbortController()
  private ended: Promise<ActionResult> | undefined
  private current: ClusterAction | undefined
  private left: string | undefined

  /**
   * @param anyone a node whose daemon answers; throws CtdbtsError when there is none.
   * @param observe called when an action starts, and when it has ended.
   * @param onProblem called with a problem that does not end the action.
   */
  constructor(anyone: () => TargetNode, observe: (done: ActionObservation) => void, onProblem: (problem: CtdbtsError) => void) {
    this.anyone = anyone
    this.observe = observe
    this.onProblem = onProblem
  }

  /** The action that is running. */
  get running(): ClusterAction | undefined {
    return this.current
  }

  /** The state that it would leave behind if the program ended now; undefined: none to speak of. */
  get leftBehind(): string | undefined {
    return this.left
  }

  /** Never throws: a failure is in the result. */
  async carryOut(action: ClusterAction): Promise<ActionResult> {
    if (this.current) return { text: `${actionText(this.current)} is still running`, failed: true }
    this.current = action
    this.controller = new AbortController()
    const begun = beginObservation(action, Date.now())
    this.observe(begun)
    this.ended = this.attempt(action, this.controller.signal)
    try {
      const { text, failed } = await this.ended
      this.observe({ ...begun, stage: failed ? 'failed' : 'done', text, atMs: Date.now(), begunMs: begun.atMs })
      return { text, failed }
    } finally {
      this.current = undefined
      this.left = undefined
    }
  }

  /** Cancels the running action, and waits until it has cleaned up. @returns its result; undefined when none was running. */
  async end(): Promise<ActionResult | undefined> {
    if (!this.current) return undefined
    this.controller.abort(new EndedError('INTERRUPTED', 'cancelled'))
    return await this.ended
  }

  private async attempt(action: ClusterAction, signal: AbortSignal): Promise<ActionResult> {
    try {
      return { text: await this.result(action, signal), failed: false }
    } catch (error) {
      const problem = error instanceof CtdbtsError ? error : undefined
      const hint = problem?.hint === undefined ? '' : ` (${problem.hint})`
      return { text: `${actionText(action)}: ${error instanceof Error ? error.message : String(error)}${hint}`, failed: true }
    }
  }

  private async result(action: ClusterAction, signal: AbortSignal): Promise<string> {
    const node = this.anyone()
    switch (action.kind) {
      case 'takeover-run':
        return doneBy(await requestTakeoverRun(node.client, node.localPnn, { timeoutMs: node.timeoutMs, signal }))
      case 'disable':
      case 'enable':
        return await this.changeState(node, action, signal)
      case 'move':
        return await this.move(node, action, signal)
    }
  }

  private async changeState(
    { client, localPnn, timeoutMs }: TargetNode,
    { kind, pnn }: { readonly kind: 'disable' | 'enable'; readonly pnn: Pnn },
    signal: AbortSignal,
  ): Promise<string> {
    const [change, undo] = kind === 'disable' ? ([DISABLE, 'enable'] as const) : ([ENABLE, 'disable'] as const)
    const named = targetNode({ client, pnn: localPnn, timeoutMs }, pnn)
    let done: StateStep | undefined
    const onStep = (step: StateStep | undefined) => {
      done = step
      this.left = interruptedChange(pnn, step, undo)
    }
    onStep(undefined)
    try {
      const { changed, leader } = await changeState(named, change, { signal, onStep, onProblem: this.onProblem })
      if (!changed) throw nothingToChange(pnn, change)
      return `node ${pnn} is ${kind}d${leader === undefined ? '' : `; ${doneBy(leader)}`}`
    } catch (error) {
      if (!signal.aborted && done === undefined) throw error
      throw withState(interruptedChange(pnn, done, undo), error)
    }
  }

  private async move(
    node: TargetNode,
    { address, to }: { readonly address: string; readonly to: Pnn },
    signal: AbortSignal,
  ): Promise<string> {
    await moveIp(node, publicAddressOf(address), to, {
      signal,
      leaves: (what) => {
        this.left = what
      },
      // If the connection is lost, another node enables takeover runs again.
      reconnect: (use) => use(this.anyone()),
      onStep: () => {},
      onProblem: this.onProblem,
      failure: `Failed to move IP ${address} to node ${to}`,
    })
    const warnings = judgeMove(await lookAtAddress(node, address), address, to)
    return [`${address} is on node ${to}`, ...warnings].join('; ')
  }
}

/** The same error, with the state that the action has left behind. */
function withState(what: string, error: unknown): unknown {
  if (!(error instanceof CtdbtsError)) return error
  return error.with({ message: `${error.message}; ${what}`, cause: error })
}

const doneBy = (leader: Pnn): string => `takeover run done by the leader, node ${leader}`
