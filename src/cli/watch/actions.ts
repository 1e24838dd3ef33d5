import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError, EndedError } from '../../lib/errors.ts'
import type { Observation } from '../../lib/watch/observation.ts'
import { alreadySo, changeState } from '../../transport/administer/change-state.ts'
import { moveIp } from '../../transport/administer/move-ip.ts'
import { disabling, enabling } from '../../transport/administer/state-changes.ts'
import { type AskedNode, askedNode } from '../../transport/asked-node.ts'
import { requestTakeoverRun } from '../../transport/takeover-run.ts'
import { actionText } from '../../ui/watch/edits.ts'
import type { ClusterAction } from '../../ui/watch/model.ts'
import { publicAddressOf } from '../address-words.ts'
import { judgeMove, lookAtAddress } from '../moveip/look.ts'

type Done = Extract<Observation, { kind: 'done' }>

/** How an action has ended, in a sentence. */
export interface Ended {
  readonly text: string
  readonly failed: boolean
}

interface UnderWay {
  readonly controller: AbortController
  readonly ended: Promise<Ended>
  leaves: string | undefined
}

/** What is asked for, as the timeline has it: by whom is what it says first. */
export const asked = (text: string, atMs: number, pnns: readonly Pnn[] = [], addresses: readonly string[] = []): Done => ({
  kind: 'done',
  atMs,
  text,
  pnns,
  addresses,
})

/** Carries out what the user of a watch has agreed to, one thing at a time. */
export class Actions {
  private readonly anyone: () => AskedNode
  private readonly observe: (done: Done) => void
  private underWay: UnderWay | undefined

  /**
   * @param anyone a node whose daemon answers; throws CtdbtsError when there is none.
   * @param observe told of what is begun.
   */
  constructor(anyone: () => AskedNode, observe: (done: Done) => void) {
    this.anyone = anyone
    this.observe = observe
  }

  /** Never throws: what goes wrong is in the words that it ends with. */
  async carryOut(action: ClusterAction): Promise<Ended> {
    if (this.underWay) return { text: 'something else is still under way', failed: true }
    const controller = new AbortController()
    const ended = this.attempt(action, controller.signal)
    this.underWay = { controller, ended, leaves: undefined }
    try {
      return await ended
    } finally {
      this.underWay = undefined
    }
  }

  /** What the action under way would leave behind, should the program end now. */
  get leaves(): string | undefined {
    return this.underWay?.leaves
  }

  /** Ends what is under way, and waits until it has cleaned up after itself: how it ended; undefined when nothing was under way. */
  async end(): Promise<Ended | undefined> {
    this.underWay?.controller.abort(new EndedError('INTERRUPTED', 'it was ended before its end'))
    return await this.underWay?.ended
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
      case 'takeover-run': {
        this.observe(asked('a takeover run was asked for', Date.now()))
        return doneBy(await requestTakeoverRun(node.client, node.localPnn, { timeoutMs: node.timeoutMs, signal }))
      }
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
    const change = kind === 'disable' ? disabling : enabling
    this.observe(asked(`node ${pnn} was told to be ${kind}d`, Date.now(), [pnn]))
    const named = askedNode({ client, pnn: localPnn, timeoutMs }, pnn)
    const { changed, leader } = await changeState(named, change, { signal, onStep: () => {}, onProblem: () => {} })
    if (!changed) throw alreadySo(pnn, change)
    return `node ${pnn} is ${kind}d${leader === undefined ? '' : `; ${doneBy(leader)}`}`
  }

  private async move(
    node: AskedNode,
    { address, to }: { readonly address: string; readonly to: Pnn },
    signal: AbortSignal,
  ): Promise<string> {
    this.observe(asked(`${address} is being moved to node ${to}`, Date.now(), [to], [address]))
    await moveIp(node, publicAddressOf(address), to, {
      signal,
      leaves: (what) => {
        if (this.underWay) this.underWay.leaves = what
      },
      // Should the connection be lost, another one enables takeover runs again.
      again: (use) => use(this.anyone()),
      onStep: () => {},
      onProblem: () => {},
      givingUp: `Failed to move IP ${address} to node ${to}`,
    })
    const warnings = judgeMove(await lookAtAddress(node, address), address, to)
    return [`${address} is on node ${to}`, ...warnings].join('; ')
  }
}

const doneBy = (leader: Pnn): string => `takeover run done by the leader, node ${leader}`
