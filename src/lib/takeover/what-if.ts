import type { Algorithm } from '../allocation/input.ts'
import type { ConfiguredAddress } from '../cluster/address-files.ts'
import type { Pnn } from '../cluster/node.ts'
import { TUNABLES } from '../cluster/tunables.ts'
import { seenByCluster } from '../snapshot/cluster-view.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { addAddress, moveAddress, reloadFile, removeAddress } from './address-edits.ts'
import { startDaemon } from './daemon-start.ts'
import { impossible, plain, type WhatIf, withFacts, withUnwellHosts } from './edited-snapshot.ts'
import { addNodes, bringUp, changeDisabled, changeLink, completeStart, deactivate, reactivate, takeDown } from './node-edits.ts'

/**
 * What may happen to a node. `stop`, `continue`, `ban`, `unban`, `disable` and `enable` are the commands of `ctdb`, with everything that they
 * bring; `start` starts a dead daemon; `down` is the end of a daemon or of its machine. `up` is a node that is healthy, however that came
 * about.
 */
export type NodeEditKind = 'down' | 'up' | 'start' | 'stop' | 'continue' | 'ban' | 'unban' | 'disable' | 'enable'

/** A what-if: one assumed change of the cluster. */
export type Edit =
  | { readonly kind: NodeEditKind; readonly pnn: Pnn }
  | { readonly kind: 'link-down' | 'link-up'; readonly pnn: Pnn; readonly interfaceName: string }
  | { readonly kind: 'algorithm'; readonly algorithm: Algorithm }
  | { readonly kind: 'set'; readonly tunable: string; readonly value: number }
  /** Known to these nodes; default: to all. */
  | { readonly kind: 'add-address'; readonly address: string; readonly pnns?: readonly Pnn[] }
  | { readonly kind: 'remove-address'; readonly address: string }
  /** Like `moveip`: the node owns it, and all nodes know. */
  | { readonly kind: 'move'; readonly address: string; readonly pnn: Pnn }
  | { readonly kind: 'add-nodes'; readonly count: number }
  /** The node reloads a public addresses file that lists these. */
  | { readonly kind: 'reload'; readonly pnn: Pnn; readonly lines: readonly ConfiguredAddress[] }

/**
 * Applies what-if edits to a snapshot, and updates what each node could host where an edit affects it. A node that is started is RUNNING and
 * healthy in the result. `planWhatIf` also considers the takeover runs that happen on the way.
 * @throws CtdbtsError IMPOSSIBLE for an edit that is not possible, with the reason.
 */
export function imagine(snapshot: Snapshot, edits: readonly Edit[]): WhatIf {
  const none: WhatIf = { snapshot: seenByCluster(snapshot), assumptions: [] }
  return stagesOf(edits).reduce((before, stage) => applyStage(before, stage), none)
}

/** A change of a snapshot. @param heir who succeeds the leader, if the change ends its leadership. */
type Change = (snapshot: Snapshot, heir?: Pnn) => WhatIf

/** Changes that happen together. Between two stages there are takeover runs. */
export type Stage = readonly Change[]

/**
 * The stages of some edits: the edits themselves and, if daemons start, the moment at which these become healthy.
 * @throws CtdbtsError IMPOSSIBLE for edits that contradict each other.
 */
export function stagesOf(edits: readonly Edit[]): readonly Stage[] {
  refuseContradictions(edits)
  const first = edits.map(
    (edit): Change =>
      (snapshot, heir) =>
        apply(snapshot, edit, heir),
  )
  const starting = edits.flatMap((edit): Change[] => {
    if (edit.kind !== 'start' && edit.kind !== 'continue' && edit.kind !== 'unban') return []
    return [(snapshot) => completeStart(snapshot, edit.pnn)]
  })
  return starting.length === 0 ? [first] : [first, starting]
}

/** Applies the changes of a stage, one after the other, and adds what they assume. @throws CtdbtsError as {@link imagine}. */
export const applyStage = (before: WhatIf, stage: Stage, heir?: Pnn): WhatIf =>
  stage.reduce<WhatIf>(({ snapshot, assumptions }, change) => {
    const after = change(snapshot, heir)
    return {
      snapshot: withUnwellHosts(after.snapshot, snapshot),
      assumptions: [...new Set([...assumptions, ...after.assumptions])],
    }
  }, before)

const WORDS: Readonly<Record<NodeEditKind, string>> = {
  down: 'down',
  up: 'up',
  start: 'started',
  stop: 'stopped',
  continue: 'continued',
  ban: 'banned',
  unban: 'unbanned',
  disable: 'disabled',
  enable: 'enabled',
}

/** Kinds that exclude each other for the same node: what would come first is not said, and it matters. */
const CONTRADICTIONS: readonly (readonly [NodeEditKind, NodeEditKind])[] = [
  ['stop', 'continue'],
  ['ban', 'unban'],
  ['disable', 'enable'],
  ...(['start', 'stop', 'continue', 'ban', 'unban'] as const).map((kind) => ['down', kind] as const),
  ...(['up', 'stop', 'continue', 'ban', 'unban'] as const).map((kind) => ['start', kind] as const),
  ...(['stop', 'continue', 'ban', 'unban'] as const).map((kind) => ['up', kind] as const),
]

function refuseContradictions(edits: readonly Edit[]): void {
  const kinds = new Map<Pnn, Set<string>>()
  for (const edit of edits) {
    if (edit.kind in WORDS && 'pnn' in edit) kinds.set(edit.pnn, new Set([...(kinds.get(edit.pnn) ?? []), edit.kind]))
  }
  for (const [pnn, asked] of kinds) {
    const pair = CONTRADICTIONS.find((each) => each.every((kind) => asked.has(kind)))
    if (pair) throw impossible(`node ${pnn} would be both ${WORDS[pair[0]]} and ${WORDS[pair[1]]}`)
  }
}

function apply(snapshot: Snapshot, edit: Edit, heir?: Pnn): WhatIf {
  switch (edit.kind) {
    case 'down':
      return takeDown(snapshot, edit.pnn, heir)
    case 'up':
      return bringUp(snapshot, edit.pnn)
    case 'start':
      return startDaemon(snapshot, edit.pnn)
    case 'stop':
    case 'ban':
      return deactivate(snapshot, edit.pnn, edit.kind, heir)
    case 'continue':
    case 'unban':
      return reactivate(snapshot, edit.pnn, edit.kind)
    case 'disable':
      return changeDisabled(snapshot, edit.pnn, true)
    case 'enable':
      return changeDisabled(snapshot, edit.pnn, false)
    case 'link-down':
      return changeLink(snapshot, edit.pnn, edit.interfaceName, false)
    case 'link-up':
      return changeLink(snapshot, edit.pnn, edit.interfaceName, true)
    case 'algorithm': {
      const value = { deterministic: 0, 'non-deterministic': 1, lcp2: 2 }[edit.algorithm]
      return changeTunable(snapshot, 'IPAllocAlgorithm', value)
    }
    case 'set':
      return changeTunable(snapshot, edit.tunable, edit.value)
    case 'add-address':
      return addAddress(snapshot, edit.address, edit.pnns)
    case 'remove-address':
      return removeAddress(snapshot, edit.address)
    case 'move':
      return moveAddress(snapshot, edit.address, edit.pnn)
    case 'add-nodes':
      return addNodes(snapshot, edit.count)
    case 'reload':
      return reloadFile(snapshot, edit.pnn, edit.lines)
  }
}

function changeTunable(snapshot: Snapshot, tunable: string, value: number): WhatIf {
  const known = TUNABLES.find(({ name }) => name.toLowerCase() === tunable.toLowerCase())
  if (!known) throw impossible(`there is no tunable ${JSON.stringify(tunable)}`)
  if (known.name === 'IPAllocAlgorithm' && value > 2) throw impossible('IPAllocAlgorithm is 0, 1 or 2')
  const { pnn } = snapshot.leader
  if (pnn === null) throw impossible('no leader is known, but its tunables are the ones that count')
  return plain(withFacts(snapshot, pnn, (facts) => ({ ...facts, tunables: { ...facts.tunables, [known.name]: value } })))
}
