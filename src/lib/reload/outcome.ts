import { addressFile, onlyIn } from '../audit/facts.ts'
import { normalSnapshot } from '../audit/normal.ts'
import { type MissedFact, viewOf } from '../audit/view.ts'
import type { Pnn } from '../cluster/node.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { compareOutcome, type Outcome } from '../takeover/outcome.ts'
import type { ReloadPreview } from './preview.ts'

/** What a node's daemon knows after the reload, compared with its file. */
export interface NodeOutcome {
  readonly pnn: Pnn
  /** `unknown`: one of the two could not be read. */
  readonly state: 'as its file' | 'not as its file' | 'unknown'
  /** In the file, but unknown to the daemon. */
  readonly missing: readonly string[]
  /** Known to the daemon, but not in the file. */
  readonly surplus: readonly string[]
  /** Why it is unknown. */
  readonly why?: string
}

/** The result of a reload and its takeover run. */
export interface ReloadOutcome {
  readonly nodes: readonly NodeOutcome[]
  /** Compared with the plan; null if there was no certain plan, because not all files were seen. */
  readonly moves: Outcome | null
}

/**
 * Compares the cluster with the preview.
 * @param reloaded the nodes that reported that they have reloaded their file.
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

/** Whether everything in the preview could be checked. */
export const isAllChecked = ({ nodes, moves }: ReloadOutcome): boolean =>
  moves !== null && nodes.every(({ state }) => state !== 'unknown')

/** Whether nothing differs from the preview. */
export const isAsPromised = ({ nodes, moves }: ReloadOutcome): boolean =>
  moves?.asPlanned !== false && nodes.every(({ state }) => state !== 'not as its file')
