import type { CtdbtsError } from '../lib/errors.ts'
import { alreadySo, type ChangedState, changeState, type StateStep } from '../transport/administer/change-state.ts'
import type { StateChange } from '../transport/administer/state-changes.ts'
import type { AskedNode } from '../transport/asked-node.ts'
import type { GlobalOptions } from './base-command.ts'
import { MirrorCommand } from './mirror-command.ts'
import { reportProblems } from './report-error.ts'
import { tellingWhatStands, whatStandsOf } from './what-stands.ts'

/** A command that puts a node in a state, or takes it out of it, and waits until the addresses are where they belong then. */
export abstract class NodeStateCommand extends MirrorCommand {
  /** What undoes it, as one types it. */
  protected abstract readonly undo: string

  /** Makes the change. The real tool prints nothing of it; -v and --json tell. */
  protected async change(flags: GlobalOptions, change: StateChange): Promise<unknown> {
    const changed = await this.withNodeInterruptibly(flags, (node, { signal }) => this.carryOut(flags, node, change, signal))
    return await this.show(
      flags,
      { ctdb: () => '', json: () => ({ formatVersion: 1, ...changed }) },
      changed.changed ? [] : [alreadySo(changed.pnn, change)],
    )
  }

  private async carryOut(flags: GlobalOptions, node: AskedNode, change: StateChange, signal: AbortSignal): Promise<ChangedState> {
    const pnn = await node.pnn
    const state = `${change.wanted ? '' : 'no longer '}${change.adjective}`
    let done: StateStep | undefined
    const onStep = (step: StateStep) => {
      done = step
      this.tell(
        flags,
        step === 'told' ? `node ${pnn} was told (${this.id})` : `node ${pnn} is ${state}; asking for a takeover run`,
      )
    }
    const onProblem = (problem: CtdbtsError) => reportProblems([problem], flags.json || flags.table ? 'own' : 'ctdb')
    const changed = await tellingWhatStands(signal, changeState(node, change, { signal, onStep, onProblem }), () =>
      whatStandsOf(pnn, done, this.undo),
    )
    if (changed.leader !== undefined) this.tell(flags, `takeover run done by the leader, node ${changed.leader}`)
    return changed
  }
}
