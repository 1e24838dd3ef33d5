import type { NodeFacts, Snapshot } from '../../lib/snapshot/snapshot.ts'
import type { Edit } from '../../lib/takeover/what-if.ts'
import type { Planned } from '../../ui/watch/model.ts'
import { type Question, Thread } from './thread.ts'

/** What is to be foreseen: what a takeover run would do, were these things otherwise. */
export interface PlanQuestion extends Question {
  readonly edits: readonly Edit[]
}

/** Asks the planner in a thread of its own. A newer question drops an older one. */
export class Planner implements Disposable {
  private readonly thread = new Thread<PlanQuestion, Planned>('plan-worker')

  /** The answer, or why there is none; undefined when a newer question came before it. */
  async ask({ now, edits }: { readonly now: Snapshot; readonly edits: readonly Edit[] }): Promise<Planned | undefined> {
    if (this.thread.isBusy) this.thread.drop()
    // It does not need what is on the machines.
    const nodes = now.nodes.map(({ host: _, ...facts }): NodeFacts => facts)
    try {
      return await this.thread.ask({ snapshot: { ...now, nodes }, edits })
    } catch (error) {
      return { state: 'failed', why: `the planner has failed: ${error instanceof Error ? error.message : String(error)}` }
    }
  }

  [Symbol.dispose](): void {
    this.thread[Symbol.dispose]()
  }
}
