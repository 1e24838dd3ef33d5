import type { Pnn } from '../lib/cluster/node.ts'
import { listed, nodesText } from '../lib/cluster/node-text.ts'
import { groupOf } from '../lib/group-of.ts'
import { counted } from '../lib/plural.ts'
import type { IgnoredEdit } from '../lib/reload/ignored-edits.ts'
import { isAllChecked, type NodeOutcome, type ReloadOutcome } from '../lib/reload/outcome.ts'
import type { NodePreview, ReloadPreview } from '../lib/reload/preview.ts'
import type { Versioned } from './documents/common.ts'
import type { PlanDocumented } from './documents/plan.ts'
import { outcomeText, planText } from './plan.ts'
import { changesAnything } from './plan-words.ts'
import type { Paint } from './table.ts'
import { visible } from './visible.ts'

const HOW_TO_APPLY = `A reload compares addresses only. To apply another mask or other interfaces, on that node: delip, ipreallocate, addip,
ipreallocate; or restart ctdbd there.
`

/** The preview of a reload for people: the nodes, grouped by their changes; then the takeover run after it. */
export function previewText({ nodes, plan, warnings }: ReloadPreview, paint: Paint): string {
  const groups = new Map<string, Pnn[]>()
  for (const node of nodes) groupOf(groups, nodeBody(node, paint)).push(node.pnn)
  const moves = changesAnything(plan) || plan.failures.length > 0
  return [
    ...[...groups].map(([body, pnns]) => `${heading(pnns)}: ${body}`),
    nodes.some(({ ignored }) => ignored.length > 0) ? HOW_TO_APPLY : '',
    ...warnings.map((warning) => `${paint('bad', 'Warning:')} ${visible(warning)}\n`),
    moves
      ? `The takeover run after it:\n${planText(plan, { explain: false, paint })}`
      : `The takeover run after it moves nothing.\n${plan.notes.map((note) => `Note: ${visible(note)}\n`).join('')}`,
  ].join('')
}

const heading = (pnns: readonly Pnn[]): string => nodesText(pnns).replace('n', 'N')

function nodeBody(node: NodePreview, paint: Paint): string {
  const { verdict, why = '', hint, comes, goes, ignored, leaving, badLines } = node
  if (verdict === 'left out') return `left out, as ${visible(why)}\n`
  if (verdict === 'unknown') {
    return `${paint('bad', 'cannot tell what its file changes')}: ${visible(why)}\n${hint === undefined ? '' : `  ${visible(hint)}\n`}`
  }
  if (verdict === 'rejects') {
    return `${paint('bad', 'CTDB will reject the file')}, and keep its ${count(node.stays)}\n  ! ${visible(why)}\n`
  }
  return [
    `${summary(node, paint)}\n`,
    ...comes.map(({ address, maskBits, interfaces }) =>
      paint('good', `  + ${address}/${maskBits} on ${visible(interfaces.join(','))}`).concat('\n'),
    ),
    ...goes.map((address) => `${paint('bad', `  - ${address}`)}\n`),
    ...ignored.map((edit) => `  ! ${ignoredText(edit, node.pnn)}\n`),
    ...leaving.map(
      (address) => `! ${address}: deleted before but not released yet: the takeover run releases it; reload again after that\n`,
    ),
    ...badLines.map(({ line, reason }) => `! line ${line} is accepted, but ${visible(reason)}\n`),
  ].join('')
}

const count = (addresses: number): string => counted(addresses, 'address', 'addresses')

function summary({ file, comes, goes, stays }: NodePreview, paint: Paint): string {
  const without = file === 'missing' ? 'there is no public addresses file' : 'the public addresses file lists nothing'
  if (file !== 'there' && goes.length > 0) return paint('bad', `${without}: all ${count(goes.length)} will be removed`)
  if (file !== 'there') return `${without}, and CTDB knows no addresses`
  if (comes.length + goes.length === 0) return `the file lists what CTDB knows (${count(stays)})`
  return `${comes.length} to add, ${goes.length} to remove; ${stays} stay`
}

function ignoredText({ address, what, file, stays, seenOn }: IgnoredEdit, pnn: Pnn): string {
  const says = `${address}: the file says ${visible(file)}`
  if (what === 'interfaces' || seenOn === pnn) return `${says}; ignored, it stays ${visible(stays)}`
  return `${says}, and it is up as ${visible(stays)}; ignored, if this line was edited since it was loaded`
}

/** The result of a reload: what CTDB knows compared with the files, then the moves compared with the plan. */
function outcomeLines({ nodes, moves }: ReloadOutcome): string {
  const inState = (state: NodeOutcome['state']) => nodes.filter((node) => node.state === state)
  const good = inState('as its file').map(({ pnn }) => pnn)
  return [
    good.length > 0 ? `${heading(good)}: CTDB knows what the file lists.\n` : '',
    ...inState('not as its file').map(({ pnn, missing, surplus }) => {
      const parts = [
        ...(missing.length > 0 ? [`it does not know ${listed(missing, 3)}`] : []),
        ...(surplus.length > 0 ? [`it knows ${listed(surplus, 3)}, which the file does not list`] : []),
      ]
      return `Node ${pnn}: CTDB does not know what the file lists: ${parts.join('; ')}.\n`
    }),
    ...inState('unknown').map(
      ({ pnn, why = '' }) => `Node ${pnn}: cannot tell whether CTDB knows what the file lists: ${visible(why)}\n`,
    ),
    moves ? outcomeText(moves) : 'The takeover run could not be planned, as not all files could be read.\n',
  ].join('')
}

interface Reason {
  readonly code: string
  readonly message: string
}

/** The result of a reload. */
export interface Reload {
  readonly nodes: readonly { readonly pnn: Pnn; readonly error?: Reason }[]
  /** Why the takeover run failed, as the leader reported it. */
  readonly runError?: Reason | undefined
  readonly outcome: ReloadOutcome
}

/** Of a run that failed, what is seen at once is not the result. */
const FAILED_RUN =
  'As the takeover run failed, this may not last: the leader tries again, and may ban a node that fails each time. See `ctdbts verify`.\n'

/**
 * The result of a reload for people.
 * @param host whether --host was given, which lets us read the files of other nodes.
 */
export const reloadText = (preview: ReloadPreview, { nodes, runError, outcome }: Reload, host: boolean): string =>
  [
    reloadedText(preview, nodes),
    runError ? `The takeover run: ${visible(runError.message)}\n` : '',
    outcomeLines(outcome),
    runError ? FAILED_RUN : '',
    isAllChecked(outcome)
      ? ''
      : `Not everything could be checked${host ? '' : ': use --host NODE to read the files of all nodes'}.\n`,
  ].join('')

/** The nodes that did not reload, and why. */
export const reloadedText = ({ nodes: previews }: ReloadPreview, nodes: Reload['nodes']): string =>
  nodes
    .flatMap(({ pnn, error }) => {
      if (!error) return []
      const { verdict, why } = previews.find((preview) => preview.pnn === pnn) ?? {}
      const reason = verdict === 'rejects' ? `${why} (${error.message})` : error.message
      return [`Node ${pnn}: not reloaded: ${visible(reason)}\n`]
    })
    .join('')

/** What a reload would do. */
export interface PreviewDocumented extends Pick<ReloadPreview, 'nodes' | 'isCertain' | 'warnings'> {
  readonly plan: PlanDocumented<ReloadPreview['plan']>
}

/** `reloadips --dry-run`. */
export interface ReloadipsPreviewDocument extends Versioned {
  readonly preview: PreviewDocumented
}

/** `reloadips`. */
export interface ReloadipsDocument extends ReloadipsPreviewDocument {
  readonly nodes: readonly { readonly pnn: Pnn; readonly reloaded: boolean; readonly error?: Reason }[]
  readonly takeoverRun: { readonly done: boolean; readonly error?: Reason }
  readonly outcome: ReloadOutcome
}

/** A preview as part of a JSON document. */
export const previewJson = ({ nodes, plan, isCertain, warnings }: ReloadPreview): PreviewDocumented => ({
  nodes,
  plan: { changes: changesAnything(plan), ...plan },
  isCertain,
  warnings,
})

/** A reload with its preview and its result as a JSON document. */
export const reloadJson = (preview: ReloadPreview, { nodes, runError, outcome }: Reload): ReloadipsDocument => ({
  formatVersion: 1,
  preview: previewJson(preview),
  nodes: nodes.map(({ pnn, error }) => ({ pnn, reloaded: error === undefined, ...(error && { error: reasonOf(error) }) })),
  takeoverRun: runError ? { done: false, error: reasonOf(runError) } : { done: true },
  outcome,
})

const reasonOf = ({ code, message }: Reason): Reason => ({ code, message })
