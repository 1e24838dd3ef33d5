import { addressFile, onlyIn } from '../audit/facts.ts'
import { normalSnapshot } from '../audit/normal.ts'
import { type MissedFact, viewOf } from '../audit/view.ts'
import type { Pnn } from '../cluster/node.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { compareOutcome, type Outcome } from '../takeover/outcome.ts'
import type { ReloadPreview } from './preview.ts'

/** What a node's daemon knows after the reload, against what its file says. */
export interface NodeOutcome {
  readonly pnn: Pnn
  /** `unknown`: one of the two could not be read. */
  readonly state: 'as its file' | 'not as its file' | 'unknown'
  /** In the file, and the daemon does not know it. */
  readonly missing: readonly string[]
  /** Not in the file, and the daemon knows it. */
  readonly surplus: readonly string[]
  /** Why it is unknown. */
  readonly why?: string
}

/** How the cluster is after a reload and its takeover run. */
export interface ReloadOutcome {
  readonly nodes: readonly NodeOutcome[]
  /** Against the plan; null where nothing could be promised, as not all files were seen. */
  readonly moves: Outcome | null
}

/**
 * Looks whether everything is as it was promised.
 * @param reloaded the nodes that said that they have reloaded their file.
 * @param after the cluster after the takeover run, with what is on the nodes.
 */
export function reloadOutcome(preview: ReloadPreview, reloaded: readonly Pnn[], after: Snapshot): ReloadOutcome {
  const now = normalSnapshot(after)
  const missed: MissedFact[] = []
  const view = viewOf(now, (fact) => missed.push(fact))
  const nodes = reloaded.map((pnn): NodeOutcome => {
    const missedBefore = missed.length
    const known = view.need(pnn, 'known')?.map(({ address }) => address)
    const lines = addressFile(view, pnn)?.addresses.map(({ address }) => address)
    if (!known || !lines) {
      const why = missed[missedBefore]?.why ?? 'it was not read'
      return { pnn, state: 'unknown', missing: [], surplus: [], why }
    }
    const [missing, surplus] = [onlyIn(lines, known), onlyIn(known, lines)]
    return { pnn, state: missing.length + surplus.length === 0 ? 'as its file' : 'not as its file', missing, surplus }
  })
  return { nodes, moves: preview.isCertain ? compareOutcome(preview.plan, now) : null }
}

/** Whether everything that was promised could be looked at. */
export const isAllChecked = ({ nodes, moves }: ReloadOutcome): boolean =>
  moves !== null && nodes.every(({ state }) => state !== 'unknown')

/** Whether nothing is seen that is not as promised. */
export const isAsPromised = ({ nodes, moves }: ReloadOutcome): boolean =>
  moves?.asPlanned !== false && nodes.every(({ state }) => state !== 'not as its file')
