import type { CtdbtsError } from '../lib/errors.ts'
import { type ChangedState, changeState, nothingToChange, type StateStep } from '../operations/administer/change-state.ts'
import type { StateChange } from '../operations/administer/state-changes.ts'
import type { TargetNode } from '../operations/target-node.ts'
import type { NodeStateDocument } from '../ui/documents/nodes.ts'
import { interruptedChange, withInterruptionReport } from './interruption-report.ts'
import { MirrorCommand } from './mirror-command.ts'
import type { GlobalOptions } from './run-options.ts'

/** A command that sets or clears a state of a node, and waits for the takeover run that follows. */
export abstract class NodeStateCommand extends MirrorCommand {
  /** The command that undoes it, as one types it. */
  protected abstract readonly undo: string

  /** The change, from the arguments of the command line. */
  protected abstract stateChange(args: Readonly<Record<string, string>>): StateChange

  /** Makes the change. `ctdb` prints nothing about it; -v and --json do. */
  async run(): Promise<unknown> {
    const parsed = await this.parse(this.ctor)
    const flags = parsed.flags as unknown as GlobalOptions
    const change = this.stateChange(parsed.args)
    const changed = await this.withNodeInterruptibly(flags, (node, { signal }) => this.carryOut(flags, node, change, signal))
    return await this.show(
      flags,
      { ctdb: () => '', json: (): NodeStateDocument => ({ formatVersion: 1, ...changed }) },
      changed.changed ? [] : [nothingToChange(changed.pnn, change)],
    )
  }

  private async carryOut(
    flags: GlobalOptions,
    node: TargetNode,
    change: StateChange,
    signal: AbortSignal,
  ): Promise<ChangedState> {
    const pnn = await node.pnn
    const state = `${change.wanted ? '' : 'no longer '}${change.adjective}`
    let done: StateStep | undefined
    const onStep = (step: StateStep) => {
      done = step
      this.tell(
        flags,
        step === 'requested' ? `node ${pnn} was told (${this.id})` : `node ${pnn} is ${state}; asking for a takeover run`,
      )
    }
    const onProblem = (problem: CtdbtsError) => this.reportProblem(flags, problem)
    const changed = await withInterruptionReport(signal, changeState(node, change, { signal, onStep, onProblem }), () =>
      interruptedChange(pnn, done, this.undo),
    )
    if (changed.leader !== undefined) this.tell(flags, `takeover run done by the leader, node ${changed.leader}`)
    return changed
  }
}
