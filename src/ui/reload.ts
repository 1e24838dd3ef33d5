import { groupOf, listed, nodesText } from '../lib/audit/facts.ts'
import type { Pnn } from '../lib/cluster/node.ts'
import type { IgnoredEdit } from '../lib/reload/ignored-edits.ts'
import { isAllChecked, type NodeOutcome, type ReloadOutcome } from '../lib/reload/outcome.ts'
import type { NodePreview, ReloadPreview } from '../lib/reload/preview.ts'
import { outcomeText, planText } from './plan.ts'
import { changesAnything } from './plan-words.ts'
import type { Paint } from './table.ts'
import { visible } from './visible.ts'

const HOW_TO_APPLY = `A reload compares addresses only. To apply another mask or other interfaces, on that node: delip, ipreallocate, addip,
ipreallocate; or restart ctdbd there.
`

/** What a reload will do, for people: the nodes, those with the same changes together; then the takeover run after it. */
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
    return `${paint('bad', 'unknown what its file changes')}: ${visible(why)}\n${hint === undefined ? '' : `  ${visible(hint)}\n`}`
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
      (address) =>
        `  ! ${address}: deleted before and not released yet, it goes with the takeover run; reload once more after that\n`,
    ),
    ...badLines.map(({ line, reason }) => `  ! line ${line} is taken, but ${visible(reason)}\n`),
  ].join('')
}

const count = (addresses: number): string => `${addresses} address${addresses === 1 ? '' : 'es'}`

function summary({ file, comes, goes, stays }: NodePreview, paint: Paint): string {
  const without = file === 'missing' ? 'there is no public addresses file' : 'the public addresses file lists nothing'
  if (file !== 'there' && goes.length > 0) return paint('bad', `${without}: all ${count(goes.length)} will go`)
  if (file !== 'there') return `${without}, and CTDB knows nothing`
  if (comes.length + goes.length === 0) return `the file lists what CTDB knows (${count(stays)})`
  return `${comes.length} to come, ${goes.length} to go; ${stays} stay`
}

function ignoredText({ address, what, file, stays, seenOn }: IgnoredEdit, pnn: Pnn): string {
  const says = `${address}: the file says ${visible(file)}`
  if (what === 'interfaces') return `${says}; ignored, it stays ${visible(stays)}`
  if (seenOn === pnn) return `${says}; ignored, it stays ${stays}`
  return `${says}, and it is up as ${stays}; ignored, if this line was edited since it was loaded`
}

/** How the cluster is after a reload, in one line for the files and one for the moves. */
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
      ({ pnn, why = '' }) => `Node ${pnn}: whether CTDB knows what the file lists is unknown: ${visible(why)}\n`,
    ),
    moves ? outcomeText(moves) : 'What the takeover run would move could not be promised, as not all files were seen.\n',
  ].join('')
}

interface Reason {
  readonly code: string
  readonly message: string
}

/** What became of a reload. */
export interface Reload {
  readonly nodes: readonly { readonly pnn: Pnn; readonly error?: Reason }[]
  /** The leader said that the takeover run failed. */
  readonly runError?: Reason | undefined
  readonly outcome: ReloadOutcome
}

/**
 * All of it for people.
 * @param host whether the files of other nodes can be seen, as --host was given.
 */
export const reloadText = (preview: ReloadPreview, { nodes, runError, outcome }: Reload, host: boolean): string =>
  [
    reloadedText(preview, nodes),
    runError ? `The takeover run: ${visible(runError.message)}\n` : '',
    outcomeLines(outcome),
    isAllChecked(outcome)
      ? ''
      : `Not everything could be checked${host ? '' : ': the files of all nodes are seen with --host NODE'}.\n`,
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

/** A preview as part of a JSON document. */
export const previewJson = ({ nodes, plan, isCertain, warnings }: ReloadPreview): Record<string, unknown> => ({
  nodes,
  plan: { changes: changesAnything(plan), ...plan },
  isCertain,
  warnings,
})

/** All of it as a JSON document. */
export const reloadJson = (preview: ReloadPreview, { nodes, runError, outcome }: Reload): Record<string, unknown> => ({
  formatVersion: 1,
  preview: previewJson(preview),
  nodes: nodes.map(({ pnn, error }) => ({ pnn, reloaded: error === undefined, ...(error && { error: reasonOf(error) }) })),
  takeoverRun: runError ? { done: false, error: reasonOf(runError) } : { done: true },
  outcome,
})

const reasonOf = ({ code, message }: Reason): Reason => ({ code, message })
