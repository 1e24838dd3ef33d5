import type { NodeFacts, Snapshot } from '../../lib/snapshot/snapshot.ts'
import type { Edit } from '../../lib/takeover/what-if.ts'
import type { Planned } from '../../ui/watch/model/model.ts'
import { type WorkerTask, WorkerThread } from './worker-thread.ts'

/** A task for the planner: the takeover run after these what-ifs. */
export interface PlanTask extends WorkerTask {
  readonly edits: readonly Edit[]
}

/** Plans in a thread of its own. A newer task replaces an older one. */
export class Planner implements Disposable {
  private readonly thread = new WorkerThread<PlanTask, Planned>('plan-worker')

  /** The plan, or why it failed; undefined when a newer task has replaced this one. */
  async plan({ now, edits }: { readonly now: Snapshot; readonly edits: readonly Edit[] }): Promise<Planned | undefined> {
    if (this.thread.isBusy) this.thread.drop()
    // The planner does not need facts about the hosts.
    const nodes = now.nodes.map(({ host: _, ...facts }): NodeFacts => facts)
    try {
      return await this.thread.run({ snapshot: { ...now, nodes }, edits })
    } catch (error) {
      return { state: 'failed', why: `the planner failed: ${error instanceof Error ? error.message : String(error)}` }
    }
  }

  [Symbol.dispose](): void {
    this.thread[Symbol.dispose]()
  }
}
