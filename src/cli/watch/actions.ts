import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError, EndedError } from '../../lib/errors.ts'
import type { Observation } from '../../lib/watch/observation.ts'
import { alreadySo, changeState, type StateStep } from '../../transport/administer/change-state.ts'
import { moveIp } from '../../transport/administer/move-ip.ts'
import { disabling, enabling } from '../../transport/administer/state-changes.ts'
import { type AskedNode, askedNode } from '../../transport/asked-node.ts'
import { requestTakeoverRun } from '../../transport/takeover-run.ts'
import { actionText } from '../../ui/watch/edits.ts'
import type { ClusterAction } from '../../ui/watch/model.ts'
import { publicAddressOf } from '../address-words.ts'
import { judgeMove, lookAtAddress } from '../moveip/look.ts'
import { whatStandsOf } from '../what-stands.ts'

type Done = Extract<Observation, { kind: 'done' }>

/** How an action has ended, in a sentence. */
export interface Ended {
  readonly text: string
  readonly failed: boolean
}

/** What is begun, as the timeline has it. */
const begunHere = (action: ClusterAction, atMs: number) => ({
  kind: 'done' as const,
  stage: 'begun' as const,
  atMs,
  text: actionText(action),
  does: action.kind,
  pnns: action.kind === 'move' ? [action.to] : action.kind === 'takeover-run' ? [] : [action.pnn],
  addresses: action.kind === 'move' ? [action.address] : [],
})

/** Carries out what the user of a watch has agreed to, one thing at a time. */
export class Actions {
  private readonly anyone: () => AskedNode
  private readonly observe: (done: Done) => void
  private readonly onProblem: (problem: CtdbtsError) => void
  private controller = new AbortController()
  private ended: Promise<Ended> | undefined
  private current: ClusterAction | undefined
  private left: string | undefined

  /**
   * @param anyone a node whose daemon answers; throws CtdbtsError when there is none.
   * @param observe told of what is begun, and of how it has ended.
   * @param onProblem told of what is in the way for now: it goes on all the same.
   */
  constructor(anyone: () => AskedNode, observe: (done: Done) => void, onProblem: (problem: CtdbtsError) => void) {
    this.anyone = anyone
    this.observe = observe
    this.onProblem = onProblem
  }

  /** What is under way. */
  get underWay(): ClusterAction | undefined {
    return this.current
  }

  /** What that would leave behind, should the program end now. */
  get leaves(): string | undefined {
    return this.left
  }

  /** Never throws: what goes wrong is in the words that it ends with. */
  async carryOut(action: ClusterAction): Promise<Ended> {
    if (this.current) return { text: `${actionText(this.current)} is still under way`, failed: true }
    this.current = action
    this.controller = new AbortController()
    const begun = begunHere(action, Date.now())
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

  /** Ends what is under way, and waits until it has cleaned up after itself: how it ended; undefined when nothing was. */
  async end(): Promise<Ended | undefined> {
    if (!this.current) return undefined
    this.controller.abort(new EndedError('INTERRUPTED', 'ended before its end'))
    return await this.ended
  }

  private async attempt(action: ClusterAction, signal: AbortSignal): Promise<Ended> {
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
    { client, localPnn, timeoutMs }: AskedNode,
    { kind, pnn }: { readonly kind: 'disable' | 'enable'; readonly pnn: Pnn },
    signal: AbortSignal,
  ): Promise<string> {
    const [change, undo] = kind === 'disable' ? ([disabling, 'enable'] as const) : ([enabling, 'disable'] as const)
    const named = askedNode({ client, pnn: localPnn, timeoutMs }, pnn)
    let done: StateStep | undefined
    const onStep = (step: StateStep | undefined) => {
      done = step
      this.left = whatStandsOf(pnn, step, undo)
    }
    onStep(undefined)
    try {
      const { changed, leader } = await changeState(named, change, { signal, onStep, onProblem: this.onProblem })
      if (!changed) throw alreadySo(pnn, change)
      return `node ${pnn} is ${kind}d${leader === undefined ? '' : `; ${doneBy(leader)}`}`
    } catch (error) {
      if (!signal.aborted && done === undefined) throw error
      throw telling(whatStandsOf(pnn, done, undo), error)
    }
  }

  private async move(
    node: AskedNode,
    { address, to }: { readonly address: string; readonly to: Pnn },
    signal: AbortSignal,
  ): Promise<string> {
    await moveIp(node, publicAddressOf(address), to, {
      signal,
      leaves: (what) => {
        this.left = what
      },
      // Should the connection be lost, another one enables takeover runs again.
      again: (use) => use(this.anyone()),
      onStep: () => {},
      onProblem: this.onProblem,
      givingUp: `Failed to move IP ${address} to node ${to}`,
    })
    const warnings = judgeMove(await lookAtAddress(node, address), address, to)
    return [`${address} is on node ${to}`, ...warnings].join('; ')
  }
}

/** The same failure, with what stands nevertheless. */
function telling(what: string, error: unknown): unknown {
  if (!(error instanceof CtdbtsError)) return error
  const { code, message, hint } = error
  return new CtdbtsError(code, `${message}; ${what}`, { ...(hint !== undefined && { hint }), cause: error })
}

const doneBy = (leader: Pnn): string => `takeover run done by the leader, node ${leader}`
